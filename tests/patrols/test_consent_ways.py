"""Consent as the schedule, partners, systems and officers meet it."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.actions import releases
from agencies.context import acting
from agencies.errors import Conflict
from agencies.policy import Actor
from patrols import actions
from patrols.actions.asking import follow_up
from patrols.models import Consent, Patrol
from patrols.tasks import watch_consents
from tests.database import at_once
from tests.patrols.conftest import Callers, code_of, faults
from tests.patrols.consents import (
    ALL,
    HOUR,
    PICKED,
    answers,
    do,
    far,
    pass_time,
    proposed,
    refused,
    state,
    told,
)
from tests.patrols.rosters import recruit
from tests.patrols.series import (
    a_programme,
    agree,
    days_ahead,
)
from tests.world import World

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
    sent = callers.owner.send(step, step="propose", deadline_at="2020-01-01T10:00")
    assert state(patrol) == "planned"
    assert "The deadline lies ahead" in sent.content.decode()
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
    # Whoever may not answer is told who does; the question stays open without a word.
    world.officers["tj-liaison"] = recruit(world, "TJ-BT", "tj-liaison", "liaison")
    asked = shown(getattr(callers, "tj-liaison"), page)
    assert "Planners of TJ-BT answer for it" in asked
    assert 'value="accept"' not in asked
    for nothing in ("", "   "):
        sent = callers.partner.send(step, step="refuse", reason=nothing)
        text = " ".join(sent.content.decode().split())
        assert re.search(r'<details class="ask" name="ask" open>.*Refuse', text)
        assert 'id="refuse_reason_error"' in text
        assert re.search(r'<input[^>]*name="reason"[^>]*required[^>]*id="refuse_', text)
    assert state(patrol) == "proposed"
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
