"""Consent of every side: asked, answered, countered, changed, reminded, lapsed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from agencies.actions import releases
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from agencies.models import Release
from agencies.policy import Actor
from live.models import Event
from patrols import actions, consent_rules
from patrols.actions.asking import ask_again, follow_up
from patrols.models import Consent, Patrol
from patrols.tasks import watch_consents
from tests.database import at_once
from tests.patrols.conftest import Callers, code_of, faults
from tests.patrols.series import (
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    agree,
    days_ahead,
)
from tests.world import World

HOUR = timedelta(hours=1)
PICKED = "%Y-%m-%dT%H:%M"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOTH = ["KG-BS", "TJ-BT"]
ALL = [*BOTH, "UZ-BT"]


def far(world: World, days: float = 20, **values: Any) -> Patrol:
    """Return a draft some days ahead, of six hours; of all only if all are parties."""
    if values.get("participants") == ALL:
        world.join("UZ-BT")
    begin = days_ahead(days)
    hours = {"starts_at": begin, "ends_at": begin + 6 * HOUR}
    return a_patrol(world, **(hours | values))


def proposed(world: World, **values: Any) -> Patrol:
    """Return a patrol of which the partners are asked."""
    patrol = far(world, **values)
    with acting(world.owner):
        return actions.propose(patrol=patrol, by=world.owner)


def do(by: Actor, action: Any, patrol: Patrol, **values: Any) -> Patrol:
    """Take one action on a patrol as somebody."""
    with acting(by):
        done: Patrol = action(patrol=patrol, by=by, **values)
        return done


def refused(
    kind: type[Refused], by: Actor, action: Any, patrol: Patrol, **v: Any
) -> str:
    """Return the code with which an action refuses."""
    with pytest.raises(kind) as error:
        do(by, action, patrol, **v)
    return error.value.code


def state(patrol: Patrol) -> str:
    """Return where a patrol stands."""
    with system("test"):
        return Patrol.objects.get(pk=patrol.pk).state


def answers(patrol: Patrol) -> dict[str, str]:
    """Return what each agency says now."""
    with system("test"):
        rows = Consent.objects.current().filter(patrol=patrol)
        return dict(rows.values_list("agency__code", "state"))


def told(patrol: Patrol, by: Actor) -> list[str]:
    """Return the kinds of a patrol's events that somebody may know of, in order."""
    with acting(by):
        rows = Event.objects.visible_to(by).filter(subject_id=patrol.pk)
        return list(rows.order_by("at").values_list("kind", flat=True))


def pass_time(patrol: Patrol, by: timedelta) -> None:
    """Let the questions about a patrol be older by so much."""
    with system("test"):
        for row in Consent.objects.filter(patrol=patrol):
            row.asked_at -= by
            row.deadline_at -= by
            row.save()


# --- rules --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "named", "found"),
    [
        (["starts_at"], {}, set(ALL)),
        (["route", "tlp"], {}, set(ALL)),
        (["tlp", "level"], {}, set()),
        (["lead"], {"leads": ["KG-BS", "TJ-BT"]}, set(BOTH)),
        (["commander"], {"leads": ["TJ-BT"], "own": ["UZ-BT"]}, {"TJ-BT"}),
        (["demand"], {"own": ["UZ-BT"]}, {"UZ-BT"}),
        (["crew"], {"own": ["TJ-BT", "XX"], "leads": ["KG-BS"]}, {"TJ-BT"}),
    ],
)
def test_whom_a_change_touches(changed: Any, named: Any, found: Any) -> None:
    assert consent_rules.touched(changed, participants=ALL, **named) == found


@pytest.mark.parametrize(
    ("ahead", "wanted"),
    [
        (20 * 24, 13 * 24),
        (8 * 24, 24),
        (7.5 * 24, 7.5 * 24),
        (2, 2),
        (0.5, 6.5),
        (-1, 5),
    ],
)
def test_until_when_to_answer(ahead: float, wanted: float) -> None:
    start = NOW + ahead * HOUR
    until = consent_rules.deadline(starts_at=start, ends_at=start + 6 * HOUR, now=NOW)
    assert until == NOW + wanted * HOUR


@pytest.mark.parametrize(
    ("asked", "left", "due"),
    [(72, 49, 0), (72, 48, 1), (72, 13, 1), (72, 12, 2), (24, 20, 0), (24, 11, 1),
     (6, 1, 0)],
)  # fmt: skip
def test_when_to_remind(asked: float, left: float, due: int) -> None:
    deadline = NOW + left * HOUR
    assert due == consent_rules.reminders_due(
        asked_at=deadline - asked * HOUR, deadline_at=deadline, now=NOW
    )


# --- asking and answering -----------------------------------------------------


def test_only_what_all_accepted_is_agreed_and_starts(world: World) -> None:
    patrol = far(world, participants=ALL)
    assert refused(Conflict, world.owner, actions.start, patrol) == "wrong_state"
    assert do(world.owner, actions.propose, patrol).state == "proposed"
    assert answers(patrol) == {"TJ-BT": "asked", "UZ-BT": "asked"}
    assert refused(Conflict, world.owner, actions.start, patrol) == "wrong_state"
    assert do(world.partner, actions.accept, patrol).state == "proposed"
    # Once more is harmless, and says no more than once that it is agreed.
    assert do(world.partner, actions.agree, patrol).state == "proposed"
    assert do(world.late, actions.accept, patrol).state == "agreed"
    assert told(patrol, world.owner) == [
        "patrol.planned", "patrol.proposed", *["patrol.consent_accepted"] * 3,
        "patrol.agreed",
    ]  # fmt: skip
    assert refused(Conflict, world.late, actions.refuse, patrol, reason="x") == (
        "wrong_state"
    )


def test_of_the_owner_alone_it_is_agreed_at_once(world: World) -> None:
    patrol = far(world, participants=["KG-BS"])
    assert do(world.owner, actions.agree, patrol).state == "agreed"
    assert answers(patrol) == {}


def test_who_may_ask_and_answer(world: World) -> None:
    patrol = far(world, release_to=["agency:UZ-BT"])
    reason = {"reason": "x"}
    steps = [
        (actions.propose, {}), (actions.withdraw_proposal, {}),
        (actions.adopt, {"agency": "TJ-BT"}), (actions.accept, {}),
        (actions.refuse, reason), (actions.counter, reason),
    ]  # fmt: skip
    for n, (step, values) in enumerate(steps):
        assert refused(NotFound, world.outsider, step, patrol, **values) == "not_found"
        observer = world.actor("owner_observer")
        assert refused(Forbidden, observer, step, patrol, **values) == "permission"
        for by in (world.owner, world.partner, world.late):
            is_owners = n < 3
            if by.agency == ("KG-BS" if is_owners else "TJ-BT"):
                continue
            code = refused(Forbidden, by, step, patrol, **values)
            assert code == ("not_owner" if is_owners else "not_asked")
    assert refused(Conflict, world.partner, actions.accept, patrol) == "wrong_state"


def test_a_refusal_sends_it_back_with_its_reason(world: World) -> None:
    patrol = proposed(world, participants=ALL)
    do(world.late, actions.accept, patrol)
    for empty in ("", "  "):
        code = refused(Invalid, world.partner, actions.refuse, patrol, reason=empty)
        assert code == "empty"
    assert do(world.partner, actions.refuse, patrol, reason=" No vehicle ").state == (
        "planned"
    )
    assert answers(patrol) == {"TJ-BT": "refused", "UZ-BT": "accepted"}
    with acting(world.owner):
        seen = Consent.objects.visible_to(world.owner).get(agency__code="TJ-BT")
        assert (seen.reason, seen.answered_by) == ("No vehicle", world.partner.label)
    assert refused(Conflict, world.late, actions.accept, patrol) == "wrong_state"
    # Proposed anew, it is asked anew of all.
    do(world.owner, actions.propose, patrol)
    assert answers(patrol) == {"TJ-BT": "asked", "UZ-BT": "asked"}


def test_a_proposal_is_taken_back(world: World) -> None:
    patrol = proposed(world)
    assert do(world.owner, actions.withdraw_proposal, patrol).state == "planned"
    assert answers(patrol) == {"TJ-BT": "withdrawn"}
    do(world.owner, actions.propose, patrol)
    do(world.owner, actions.cancel, patrol, reason="Snow")
    assert answers(patrol) == {"TJ-BT": "withdrawn"}


def test_what_cannot_be_asked(world: World) -> None:
    patrol = far(world)
    for off in (-HOUR, timedelta(days=30)):
        code = refused(
            Invalid, world.owner, actions.propose, patrol,
            deadline_at=datetime.now(UTC) + off,
        )  # fmt: skip
        assert code == "bad_deadline"
    past = far(world, days=-1, zone_code="Z-2")
    assert refused(Conflict, world.owner, actions.propose, past) == "over"
    with acting(world.owner):
        seen = Release.objects.visible_to(world.owner).get(record_id=patrol.pk)
        releases.revoke(record=patrol, release_id=seen.pk, by=world.owner)
    assert refused(Conflict, world.owner, actions.propose, patrol) == "not_released"
    assert state(patrol) == "planned"


# --- counter-proposals --------------------------------------------------------


def test_a_counter_proposal_is_adopted(world: World) -> None:
    patrol = proposed(world, participants=ALL)
    do(world.late, actions.accept, patrol)
    later = patrol.starts_at + 2 * HOUR
    do(world.partner, actions.counter, patrol, starts_at=later, reason="Ramadan")
    assert answers(patrol) == {"TJ-BT": "countered", "UZ-BT": "accepted"}
    assert state(patrol) == "proposed"
    code = refused(Conflict, world.owner, actions.adopt, patrol, agency="UZ-BT")
    assert code == "no_counter"
    adopted = do(world.owner, actions.adopt, patrol, agency="TJ-BT")
    # It changed the hours: the others are asked again, its author has accepted.
    assert (adopted.starts_at, adopted.state) == (later, "proposed")
    assert answers(patrol) == {"TJ-BT": "accepted", "UZ-BT": "asked"}
    assert do(world.late, actions.accept, patrol).state == "agreed"


def test_a_counter_of_the_only_partner_settles_it(world: World) -> None:
    patrol = proposed(world)
    with acting(world.partner):
        by, to = world.partner, ["agency:KG-BS"]
        road = actions.create_route(
            by=by, code="R", name="R", line=a_line(), release_to=to
        )
        own = actions.create_route(by=by, code="S", name="S", line=a_line())
    do(by, actions.counter, patrol, route=own)
    # The owner does not know this road: nothing tells the partner so.
    code = refused(Invalid, world.owner, actions.adopt, patrol, agency="TJ-BT")
    assert code == "unknown_route"
    do(by, actions.counter, patrol, route=road)
    adopted = do(world.owner, actions.adopt, patrol, agency="TJ-BT")
    assert (adopted.route_id, adopted.state) == (road.pk, "agreed")


def test_what_cannot_be_countered(world: World) -> None:
    zone = a_zone(world.owner)
    patrol = proposed(world, zone=zone)
    by = world.partner
    early = {"ends_at": patrol.starts_at - HOUR}
    for values, code in [
        ({}, "nothing_proposed"),
        ({"starts_at": patrol.starts_at, "zone": zone}, "nothing_proposed"),
        ({"starts_at": days_ahead(-1)}, "in_the_past"),
        (early, "bad_duration"),
        ({"zone": a_zone(world.late, "Z-L")}, "unknown_zone"),
    ]:
        assert refused(Invalid, by, actions.counter, patrol, **values) == code
    assert answers(patrol) == {"TJ-BT": "asked"}


def test_a_patrol_of_a_programme_is_moved(world: World) -> None:
    programme = a_programme(world, consent_days=2)
    by = world.owner
    with acting(by):
        drafts = actions.open_patrols(programme=programme, upto=days_ahead(9), by=by)
        asked = actions.propose_drafts(programme=programme, upto=days_ahead(6), by=by)
        assert [p.pk for p in asked] == [p.pk for p in drafts[: len(asked)]]
        assert 5 <= len(asked) <= 6
        assert not actions.propose_drafts(
            programme=programme, upto=days_ahead(6), by=by
        )
        one = asked[4]
        consent = Consent.objects.visible_to(by).get(patrol=one)
        assert consent.deadline_at == one.starts_at - timedelta(days=2)
    later = one.starts_at + timedelta(days=1)
    do(world.partner, actions.counter, one, starts_at=later, ends_at=later + HOUR)
    # At the hour of the next: two of one programme may well go out at once.
    moved = do(by, actions.adopt, one, agency="TJ-BT")
    assert (moved.starts_at, moved.recurrence_at) == (later, drafts[4].starts_at)
    with acting(by):
        assert not actions.open_patrols(programme=programme, upto=days_ahead(9), by=by)


# --- changes after consent ----------------------------------------------------


def test_a_change_asks_again_only_those_it_touches(world: World) -> None:
    patrol = proposed(world, participants=ALL, lead=world.agencies["TJ-BT"])
    for by in (world.partner, world.late):
        do(by, actions.accept, patrol)
    changed = do(world.owner, actions.change, patrol, level=0, tlp="green")
    assert changed.state == "agreed"
    # Its own agency names the commander: it need not ask itself.
    with acting(world.partner):
        officer = world.officers["partner"]
        named = actions.name_commander(patrol=patrol, officer=officer, by=world.partner)
    assert named.state == "agreed"
    with acting(world.owner):
        row = Patrol.objects.locked(world.owner, patrol.pk)
        ask_again(patrol=row, changed=["demand"], own=["UZ-BT"], by=world.owner)
    assert (state(patrol), answers(patrol)) == (
        "proposed", {"TJ-BT": "accepted", "UZ-BT": "asked"},
    )  # fmt: skip
    assert refused(Conflict, world.partner, actions.start, patrol) == "wrong_state"
    do(world.late, actions.accept, patrol)
    assert state(patrol) == "agreed"
    do(world.owner, actions.change, patrol, title="Other watch")
    assert answers(patrol) == {"TJ-BT": "asked", "UZ-BT": "asked"}
    assert told(patrol, world.partner).count("patrol.proposed") == 3


def test_a_draft_is_changed_without_asking(world: World) -> None:
    patrol = far(world)
    assert do(world.owner, actions.change, patrol, title="x").state == "planned"
    assert answers(patrol) == {}


# --- reminders and deadlines --------------------------------------------------


def test_reminders_go_out_once_to_the_asked_agency_alone(world: World) -> None:
    patrol = proposed(world, participants=ALL)
    do(world.late, actions.accept, patrol)
    assert watch_consents() == 0
    pass_time(patrol, timedelta(days=13) - 40 * HOUR)
    assert [watch_consents(), watch_consents()] == [1, 0]
    pass_time(patrol, 30 * HOUR)
    assert [watch_consents(), watch_consents()] == [1, 0]
    for by, count in [(world.partner, 2), (world.owner, 0), (world.late, 0)]:
        assert told(patrol, by).count("patrol.consent_reminded") == count
    assert state(patrol) == "proposed"


def test_silence_is_never_consent(world: World) -> None:
    patrol = proposed(world, participants=ALL)
    do(world.late, actions.accept, patrol)
    pass_time(patrol, timedelta(days=14))
    # At its moment, whether or not anybody has looked yet.
    for step, values in [
        (actions.accept, {}), (actions.refuse, {"reason": "x"}),
        (actions.counter, {"starts_at": days_ahead(3)}),
    ]:  # fmt: skip
        code = refused(Conflict, world.partner, step, patrol, **values)
        assert code == "deadline_passed"
    assert [watch_consents(), watch_consents()] == [1, 0]
    assert (state(patrol), answers(patrol)) == (
        "planned", {"TJ-BT": "lapsed", "UZ-BT": "accepted"},
    )  # fmt: skip
    assert told(patrol, world.owner)[-2:] == [
        "patrol.consent_lapsed", "patrol.redrafted",
    ]  # fmt: skip


def test_a_counter_that_nobody_adopts_lapses_too(world: World) -> None:
    patrol = proposed(world)
    do(world.partner, actions.counter, patrol, ends_at=patrol.ends_at + HOUR)
    pass_time(patrol, timedelta(days=14))
    code = refused(Conflict, world.owner, actions.adopt, patrol, agency="TJ-BT")
    assert code == "deadline_passed"
    assert watch_consents() == 1
    assert (state(patrol), answers(patrol)) == ("planned", {"TJ-BT": "countered"})


def test_only_the_schedule_follows_up(world: World) -> None:
    patrol = proposed(world)
    pass_time(patrol, timedelta(days=14))
    with acting(world.outsider):
        assert not follow_up(patrol_id=patrol.pk, by=world.outsider)
    assert state(patrol) == "proposed"


def test_two_workers_at_once(committed: World) -> None:
    late, due = (proposed(committed, zone_code=code) for code in ("Z-1", "Z-2"))
    pass_time(late, timedelta(days=14))
    pass_time(due, timedelta(days=13) - 40 * HOUR)
    assert sum(at_once(*[watch_consents] * 3)) == 2
    owner, partner = committed.owner, committed.partner
    assert told(late, owner).count("patrol.consent_lapsed") == 1
    assert told(due, partner).count("patrol.consent_reminded") == 1
    # Two answers at once: the second finds that it is no question any more.
    done = at_once(
        lambda: is_taken(partner, actions.accept, due),
        lambda: is_taken(partner, actions.refuse, due, reason="x"),
    )
    assert sorted(done) == [False, True]


def is_taken(by: Actor, action: Any, patrol: Patrol, **values: Any) -> bool:
    """Whether an answer still counted."""
    try:
        do(by, action, patrol, **values)
    except Conflict:
        return False
    return True


# --- who sees what ------------------------------------------------------------


def test_answers_are_for_those_who_take_part(world: World) -> None:
    patrol = far(world, release_to=["agency:UZ-BT"])
    with acting(world.owner):
        releases.release(
            record=patrol, to="agency:KZ-BS", scope="tearline", by=world.owner
        )
    do(world.owner, actions.propose, patrol)
    versions = state_seen(world.late)
    do(world.partner, actions.counter, patrol, ends_at=patrol.ends_at + HOUR)
    # Others learn the state alone, not that somebody has answered.
    assert state_seen(world.late) == versions
    do(world.partner, actions.refuse, patrol, reason="No vehicle")
    for by, count in [(world.owner, 1), (world.partner, 1), (world.late, 0)]:
        with acting(by):
            assert Consent.objects.visible_to(by).count() == count
    assert told(patrol, world.late) == [
        "patrol.planned", "patrol.proposed", "patrol.redrafted",
    ]  # fmt: skip
    with acting(world.outsider):
        torn = Patrol.objects.visible_to(world.outsider).get()
        assert torn.state == "planned"
        assert not Consent.objects.visible_to(world.outsider).exists()


def state_seen(by: Actor) -> tuple[str, int]:
    """Return state and version of the only patrol that somebody sees."""
    with acting(by):
        row = Patrol.objects.visible_to(by).get()
        return row.state, row.version


def test_who_loses_the_patrol_loses_its_answers(world: World) -> None:
    patrol = agree(world, far(world))
    do(world.owner, actions.change, patrol, tlp="red")
    with acting(world.partner):
        assert not Consent.objects.visible_to(world.partner).exists()
    with acting(world.owner):
        assert Consent.objects.visible_to(world.owner).exists()


# --- over REST ----------------------------------------------------------------


def test_consent_over_rest(callers: Callers, world: World) -> None:
    patrol = far(world, release_to=["agency:UZ-BT"])
    path = f"patrols/{patrol.pk}/"
    until = days_ahead(5).replace(microsecond=0)
    made = callers.owner.post(f"{path}propose/", {"deadline_at": until.isoformat()})
    (asked,) = made.json()["consents"]
    assert (asked["agency"], asked["state"], asked["proposal"]) == (
        "TJ-BT", "asked", None,
    )  # fmt: skip
    assert asked["deadline_at"] == until.isoformat().replace("+00:00", "Z")
    later = (patrol.ends_at + HOUR).replace(microsecond=0)
    wanted = {"ends_at": later.isoformat(), "reason": "Long way"}
    assert callers.partner.post(f"{path}counter/", wanted).status_code == 200
    (mine,) = callers.partner.get(path).json()["consents"]
    (theirs,) = callers.owner.get(path).json()["consents"]
    assert (mine["answered_by"], theirs["answered_by"]) == ("officer:partner", None)
    assert theirs["proposal"] == {
        "starts_at": None, "zone": None, "route": None,
        "ends_at": later.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert callers.late.get(path).json()["consents"] == []
    adopted = callers.owner.post(f"{path}adopt/", {"agency": "TJ-BT"})
    assert adopted.json()["state"] == "agreed"
    assert code_of(callers.owner.post(f"{path}withdraw/")) == "wrong_state"
    refused = callers.partner.post(f"{path}refuse/", {"reason": ""})
    assert faults(refused) == {"/reason": "blank"}
    for verb in ("agree", "propose", "withdraw"):
        hidden = callers.outsider.post(f"{path}{verb}/")
        assert hidden.status_code == 404
    assert callers.late.post(f"{path}refuse/", {"reason": "x"}).status_code == 403


def test_drafts_of_a_programme_over_rest(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(4), by=world.owner)
    path, body = (
        f"programmes/{programme.pk}/propose/",
        {"upto": days_ahead(3).isoformat()},
    )
    assert callers.partner.post(path, body).status_code == 403
    assert callers.outsider.post(path, body).status_code == 404
    made = callers.owner.post(path, body).json()["proposed"]
    rows = callers.partner.get("patrols/", state="proposed").json()["results"]
    assert sorted(made) == sorted(row["id"] for row in rows)
    assert 2 <= len(made) <= 3
    assert callers.owner.get(f"programmes/{programme.pk}/").json()["consent_days"] == 7


# --- on the pages -------------------------------------------------------------


def shown(caller: Any, path: str) -> str:
    """Return a page's text, in one line."""
    answer = caller.page(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_consent_on_the_pages(callers: Callers, world: World) -> None:
    patrol = far(world, release_to=["agency:UZ-BT"])
    page, step = f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/step/"
    assert "Awaiting your answer" not in shown(callers.partner, "/patrols/")
    callers.owner.send(step, step="propose", deadline_at="2020-01-01T10:00")
    assert state(patrol) == "planned"
    assert "The deadline lies ahead" in shown(callers.owner, page)
    callers.owner.send(step, step="propose")
    for caller, is_asked in [(callers.partner, True), (callers.owner, False)]:
        board = shown(caller, "/patrols/")
        assert ("Awaiting your answer" in board) is is_asked
        assert ('value="accept"' in shown(caller, page)) is is_asked
    # Who takes no part sees that it is proposed, and nothing of who was asked.
    other = shown(callers.late, page)
    assert "state-proposed" in other
    assert "consent-title" not in other
    assert "Awaiting" not in shown(callers.late, "/patrols/")
    assert callers.late.send(step, step="accept").status_code == 403
    callers.partner.send(step, step="refuse", reason="")
    assert "Say why." in shown(callers.partner, page)
    callers.partner.send(step, step="refuse", reason="No vehicle")
    assert state(patrol) == "planned"
    assert "No vehicle" in shown(callers.owner, page)
    assert "No vehicle" not in shown(callers.late, page)


def test_a_counter_proposal_on_the_pages(callers: Callers, world: World) -> None:
    patrol = proposed(world)
    page, form = f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/counter/"
    assert "Asia/Dushanbe" in shown(callers.partner, form)
    hours = {
        name: timezone.localtime(at, ZoneInfo("Asia/Dushanbe")).strftime(PICKED)
        for name, at in (("starts_at", patrol.starts_at), ("ends_at", patrol.ends_at))
    }
    unchanged = callers.partner.send(form, **hours)
    assert "Propose other hours" in unchanged.content.decode()
    later = patrol.ends_at + 3 * HOUR
    hours["ends_at"] = later.astimezone(ZoneInfo("Asia/Dushanbe")).strftime(PICKED)
    assert callers.partner.send(form, **hours, reason="Ice").status_code == 302
    assert "1</span>" in shown(callers.owner, "/patrols/").split("Awaiting")[1][:160]
    text = shown(callers.owner, page)
    assert re.search(r"<dt>Ends</dt> <dd> <del>.*</del>.*<ins>.*</ins>", text)
    assert "<dt>Starts</dt> <dd> <del>" not in text
    assert 'value="adopt"' not in shown(callers.partner, page)
    step = {"step": "adopt", "agency": "TJ-BT"}
    assert callers.owner.send(f"{page}step/", **step).status_code == 302
    assert state(patrol) == "agreed"
    assert callers.partner.page(form).status_code == 409
    for caller in (callers.outsider, callers.late):
        assert caller.page(form).status_code == 404


def test_drafts_are_proposed_from_the_programme(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    page = f"/patrols/programmes/{programme.pk}/"
    assert "Propose the drafts" not in shown(callers.owner, page)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(4), by=world.owner)
    assert "Propose the drafts" in shown(callers.owner, page)
    assert "Propose the drafts" not in shown(callers.partner, page)
    day = days_ahead(20).date().isoformat()
    assert callers.partner.send(f"{page}propose/", upto=day).status_code == 403
    callers.owner.send(f"{page}propose/", upto="x")
    assert "state-proposed" not in shown(callers.owner, page)
    callers.owner.send(f"{page}propose/", upto=day)
    after = shown(callers.owner, page)
    assert "4 patrols proposed." in after
    assert "Propose the drafts" not in after
