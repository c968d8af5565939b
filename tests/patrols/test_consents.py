"""Consent of every side: rules, asked, answered, countered, changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from agencies.actions import releases
from agencies.context import acting
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.models import Release
from patrols import actions, consent_rules
from patrols.actions.asking import ask_again, look_again
from patrols.models import Consent, Patrol
from patrols.tasks import watch_consents
from tests.patrols.consents import (
    ALL,
    BOTH,
    HOUR,
    NOW,
    answers,
    do,
    far,
    proposed,
    refused,
    state,
    told,
)
from tests.patrols.series import (
    a_line,
    a_programme,
    a_zone,
    agree,
    days_ahead,
)
from tests.world import World

SMALLER = MultiPolygon(Polygon.from_bbox((70.3, 39.9, 70.8, 40.3)), srid=4326)

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


@pytest.mark.parametrize(
    ("who", "after"),
    [
        ("owner", ("proposed", {"TJ-BT": "asked"})),
        ("partner", ("planned", {"TJ-BT": "accepted"})),
    ],
)
def test_a_place_that_is_redrawn_is_agreed_anew(
    world: World, who: str, after: tuple[str, dict[str, str]]
) -> None:
    """By those who accepted; by all where it was drawn behind the owner's back."""
    by = world.actor(who)
    others = [f"agency:{code}" for code in BOTH if code != by.agency]
    zone = a_zone(by, "Z-R", release_to=others)
    patrol = agree(world, far(world, zone=zone))
    with acting(by):
        actions.change_zone(zone=zone, by=by, name="Another name")
    assert watch_consents() == 0
    with acting(by):
        actions.change_zone(zone=zone, by=by, area=SMALLER)
    assert [watch_consents(), watch_consents()] == [1, 0]
    assert (state(patrol), answers(patrol)) == after
    if who == "partner":
        do(world.owner, actions.propose, patrol)
    do(world.partner, actions.accept, patrol)
    assert (state(patrol), watch_consents()) == ("agreed", 0)


def test_only_the_schedule_looks_again(world: World) -> None:
    patrol = agree(world, far(world))
    with acting(world.owner):
        assert not look_again(patrol_id=patrol.pk, by=world.partner)


def test_a_draft_is_changed_without_asking(world: World) -> None:
    patrol = far(world)
    assert do(world.owner, actions.change, patrol, title="x").state == "planned"
    assert answers(patrol) == {}
