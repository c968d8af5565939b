"""The lead of a patrol that is out goes to another agency."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from agencies.actions import releases
from agencies.context import acting, system
from agencies.errors import Conflict, Invalid
from live.models import Event
from patrols import actions, hand_overs, leads, rotation_check
from patrols import ledger as ledgers
from patrols.hand_overs import Passed
from patrols.lead_plans import proof
from patrols.models import HandOver, Patrol, Programme
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_programme, agree, days_ahead, under_way
from tests.world import World

START = datetime(2026, 6, 1, 8, tzinfo=UTC)


def after(hours: float) -> datetime:
    """Return a moment of the day."""
    return START + timedelta(hours=hours)


def out(world: World) -> tuple[Programme, Patrol]:
    """Return a patrol of a programme that left two hours ago; KG-BS leads."""
    by = world.owner
    programme = a_programme(world)
    with acting(by):
        (patrol,) = actions.open_patrols(
            programme=programme, since=days_ahead(-1), upto=days_ahead(0), by=by
        )
        actions.change(patrol=patrol, ends_at=days_ahead(0.2), by=by)
    patrol = agree(world, patrol)
    with acting(by):
        officer = world.officers["owner"]
        actions.name_commander(patrol=patrol, officer=officer, by=by)
    with acting(by):
        at = datetime.now(UTC) - timedelta(hours=2)
        return programme, actions.start(patrol=patrol, at=at, by=by)


def test_a_lead_is_booked_by_the_time_that_each_served() -> None:
    passed = [Passed(after(1), "A", "B"), Passed(after(3), "B", "A")]
    timeline = hand_overs.stretches(START, passed, after(4))
    assert [(one.agency, one.begin) for one in timeline] == [
        ("A", START), ("B", after(1)), ("A", after(3)),
    ]  # fmt: skip
    assert hand_overs.booked(timeline) == {"A": Fraction(1, 2), "B": Fraction(1, 2)}
    thirds = [Passed(after(1), "A", "B"), Passed(after(2), "B", "C")]
    parts = hand_overs.booked(hand_overs.stretches(START, thirds, after(3)))
    assert sum(parts.values()) == 1
    assert max(parts.values()) - min(parts.values()) <= Fraction(1, 100)
    # At once, and at the end: nobody is booked for no time.
    for hours, whole in ((0, "B"), (4, "A")):
        one = hand_overs.stretches(START, [Passed(after(hours), "A", "B")], after(4))
        assert hand_overs.booked(one) == {whole: 1}
    none = hand_overs.stretches(START, [Passed(START, "A", "B")], START)
    assert hand_overs.booked(none) == {"B": 1}


def test_an_offer_changes_nothing_until_it_is_accepted(
    callers: Callers, world: World
) -> None:
    programme, patrol = out(world)
    at, body = f"patrols/{patrol.pk}", {"to": "TJ-BT", "reason": "Vehicle broken"}
    offered = callers.owner.post(f"{at}/offer-lead/", body)
    assert (offered.status_code, offered.json()["lead"]) == (200, "KG-BS")
    assert offered.json()["hand_overs"][0]["offered_by"] == world.owner.label
    again = callers.owner.post(f"{at}/offer-lead/", body)
    assert (again.status_code, code_of(again)) == (409, "offered")
    page = " ".join(callers.partner.page(f"/{at}/").content.decode().split())
    assert "KG-BS offers TJ-BT the lead: “Vehicle broken”" in page
    assert "Take over the lead" in page
    assert "Take over the lead" not in callers.owner.page(f"/{at}/").content.decode()

    taken = callers.partner.send(f"/{at}/hand-over/", step="accept")
    assert taken.status_code == 302
    told = callers.partner.get(f"{at}/").json()
    assert (told["lead"], told["commander"]) == ("TJ-BT", None)
    (one,) = told["hand_overs"]
    assert (one["giver"], one["taker"], one["state"]) == ("KG-BS", "TJ-BT", "accepted")
    # Each side's officers are told to their own colleagues.
    assert (one["offered_by"], one["answered_by"]) == (None, world.partner.label)
    page = " ".join(callers.owner.page(f"/{at}/").content.decode().split())
    assert "leads since" in page
    assert "Each agency is booked for its part of the time" in page
    # The new lead commands from now on; the former one does not, unless it owns it.
    with system("test"):
        kinds = Event.objects.filter(subject_id=patrol.pk, kind__contains="lead_")
        assert list(kinds.order_by("at").values_list("kind", flat=True)) == [
            "patrol.lead_offered", "patrol.lead_handed_over",
        ]  # fmt: skip
    with acting(world.partner):
        actions.complete(patrol=patrol, by=world.partner)
    with acting(world.owner):
        (entry,) = leads.seen_entries(programme, world.owner)
    assert entry.given == "KG-BS"
    assert entry.slot.booked() == {"KG-BS": 1}  # two hours, and no time at all


def test_nobody_is_back_before_the_lead_was_handed_over(world: World) -> None:
    _programme, patrol = out(world)
    by = world.partner
    with acting(by):
        actions.seize_lead(patrol=patrol, reason="No answer by radio", by=by)
        with pytest.raises(Invalid) as refused:
            actions.complete(patrol=patrol, at=days_ahead(-0.05), by=by)
    assert refused.value.code == "before_hand_over"


def test_a_split_lead_counts_in_ledger_explanation_and_proof(
    callers: Callers, world: World
) -> None:
    programme, patrol = out(world)
    by, partner = world.owner, world.partner
    with acting(partner):
        actions.seize_lead(patrol=patrol, reason="No answer by radio", by=partner)
    with system("test"):
        # An hour ago: half of the time that it was out.
        HandOver.objects.update(answered_at=datetime.now(UTC) - timedelta(hours=1))
    with acting(by):
        actions.complete(patrol=patrol, by=by)
        (entry,) = leads.seen_entries(programme, by)
        period = {"first": days_ahead(-3).date(), "last": days_ahead(3).date()}
        found = ledgers.ledger(world.agreement, by, **period)
        more = actions.open_patrols(programme=programme, upto=days_ahead(6), by=by)
        ledger = leads.seen_entries(programme, by)
    half = Fraction(1, 2)
    assert entry.slot.booked() == {"KG-BS": half, "TJ-BT": half}
    lines = {line.agency: (line.leads, round(line.hours, 1)) for line in found.lines}
    assert lines == {"KG-BS": (half, 1.0), "TJ-BT": (half, 1.0)}
    assert rotation_check.findings(proof(ledger, days_ahead(-9))) == []
    api = callers.partner.get(f"patrols/{patrol.pk}/lead/").json()
    assert (api["lead"], api["others"]) == ("KG-BS", [])
    owed = {p["agency"]: p["owed_after"] for p in api["parties"]}
    assert owed == {"KG-BS": "1/6", "TJ-BT": "-1/6"}
    later = callers.owner.get(f"patrols/{more[0].pk}/lead/", instead="TJ-BT")
    assert later.status_code == 200, later.content
    assert callers.owner.get(
        f"patrols/{patrol.pk}/lead/", instead="TJ-BT"
    ).status_code == 400  # fmt: skip


def test_who_may_say_what(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    at, body = f"patrols/{patrol.pk}", {"to": "TJ-BT", "reason": "Snow"}
    assert code_of(callers.partner.post(f"{at}/offer-lead/", body)) == "not_lead"
    assert code_of(callers.partner.post(f"{at}/accept-lead/")) == "no_offer"
    for to in ("KG-BS", "KZ-BS"):
        wrong = callers.owner.post(f"{at}/offer-lead/", body | {"to": to})
        assert (wrong.status_code, code_of(wrong)) == (400, "cannot_lead")
    empty = callers.owner.post(f"{at}/offer-lead/", body | {"reason": " "})
    assert empty.status_code == 400
    assert callers.owner.post(f"{at}/offer-lead/", body).status_code == 200
    for verb in ("accept-lead", "decline-lead"):
        answer = {"reason": "x"} if verb == "decline-lead" else None
        other = callers.owner.post(f"{at}/{verb}/", answer)
        assert code_of(other) == "not_offered"
    assert code_of(callers.partner.post(f"{at}/withdraw-lead/")) == "not_lead"
    sent = callers.partner.send(f"/{at}/hand-over/", step="decline", reason="Too far")
    assert sent.status_code == 302
    again = callers.owner.send(
        f"/{at}/hand-over/", step="offer", to="TJ-BT", reason="Please"
    )
    assert again.status_code == 302
    assert callers.owner.post(f"{at}/withdraw-lead/").status_code == 200
    assert code_of(callers.owner.post(f"{at}/seize-lead/", {"reason": "x"})) == "leads"
    said = [one["state"] for one in callers.owner.get(f"{at}/").json()["hand_overs"]]
    assert said == ["declined", "withdrawn"]
    assert "Too far" in callers.owner.page(f"/{at}/").content.decode()
    assert callers.owner.send(f"/{at}/hand-over/", step="x").status_code == 400
    # An emergency ends an open offer, wants a reason, and is over with the patrol.
    assert callers.owner.post(f"{at}/offer-lead/", body).status_code == 200
    assert callers.partner.send(f"/{at}/hand-over/", step="seize").status_code == 302
    assert callers.owner.get(f"{at}/").json()["lead"] == "KG-BS"
    seized = callers.partner.post(f"{at}/seize-lead/", {"reason": "No answer"})
    assert seized.json()["lead"] == "TJ-BT"
    said = [one["state"] for one in seized.json()["hand_overs"]]
    assert said == ["declined", "withdrawn", "withdrawn", "seized"]
    assert callers.partner.post(f"{at}/complete/").status_code == 200
    late = callers.owner.post(f"{at}/seize-lead/", {"reason": "x"})
    assert (late.status_code, code_of(late)) == (409, "wrong_state")


def test_officers_are_named_to_their_colleagues_alone(
    callers: Callers, world: World
) -> None:
    patrol = under_way(world)
    at, why = f"patrols/{patrol.pk}", {"reason": "Snow"}
    kg, tj = world.owner.label, world.partner.label
    callers.owner.post(f"{at}/offer-lead/", why | {"to": "TJ-BT"})
    callers.owner.post(f"{at}/withdraw-lead/")
    callers.owner.post(f"{at}/offer-lead/", why | {"to": "TJ-BT"})
    # Ended by a seizure, an offer was answered by nobody.
    callers.partner.post(f"{at}/seize-lead/", why)
    callers.partner.post(f"{at}/offer-lead/", why | {"to": "KG-BS"})
    callers.owner.post(f"{at}/decline-lead/", why)

    def named(name: str) -> list[tuple[str | None, str | None]]:
        rows = getattr(callers, name).get(f"{at}/").json()["hand_overs"]
        assert [one["state"] for one in rows] == [
            "withdrawn", "withdrawn", "seized", "declined",
        ]  # fmt: skip
        return [(one["offered_by"], one["answered_by"]) for one in rows]

    assert named("owner") == [(kg, kg), (kg, None), (None, None), (None, kg)]
    assert named("partner") == [(None, None), (None, None), (None, tj), (tj, None)]


def test_who_left_the_agreement_does_not_take_over(world: World) -> None:
    _programme, patrol = out(world)
    by, partner = world.owner, world.partner
    with acting(by):
        actions.offer_lead(patrol=patrol, to="TJ-BT", reason="Snow", by=by)
    world.leave("TJ-BT")
    with acting(partner), pytest.raises(Conflict) as refused:
        actions.accept_lead(patrol=patrol, by=partner)
    assert refused.value.code == "party_left"


def test_outsiders_learn_nothing(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    for verb in ("offer-lead", "accept-lead", "decline-lead", "withdraw-lead",
                 "seize-lead"):  # fmt: skip
        body = {"to": "TJ-BT", "reason": "x"} if verb == "offer-lead" else {}
        body = {"reason": "x"} if verb in ("decline-lead", "seize-lead") else body
        hidden = callers.outsider.post(f"patrols/{patrol.pk}/{verb}/", body)
        nowhere = callers.outsider.post(f"patrols/{uuid4()}/{verb}/", body)
        assert hidden.status_code == 404
        assert hidden.content == nowhere.content
    page = callers.outsider.send(f"/patrols/{patrol.pk}/hand-over/", step="accept")
    assert page.status_code == 404
    by = world.outsider
    with acting(by):
        assert not HandOver.objects.visible_to(by).exists()
    # Whoever is let see it still takes no part in it.
    with acting(world.owner):
        releases.release(record=patrol, to=f"agency:{by.agency}", by=world.owner)
    at = f"patrols/{patrol.pk}/seize-lead/"
    refused = callers.outsider.post(at, {"reason": "x"})
    assert (refused.status_code, code_of(refused)) == (403, "not_part")
