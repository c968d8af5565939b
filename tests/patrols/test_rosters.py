"""Rosters in the product: asked for, worked out, published, mended; who sees what."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.policy import Actor
from patrols import actions, roster_check, tasks
from patrols.actions import roster_runs
from patrols.models import Assignment, Gap, Patrol, Roster, RosterState, RosterWork
from patrols.roster.search import Progress
from patrols.roster_run import BEAT, pulse_of, run_next
from tests.database import at_once
from tests.patrols.rosters import (
    active,
    again,
    asked,
    away,
    force,
    opened,
    patrols,
    publish,
    ready,
    recruit,
)
from tests.world import World


def test_from_request_to_crews(world: World) -> None:
    force(world)
    opened(world)
    asked_for = asked(world)
    assert asked_for.state == RosterState.QUEUED
    assert tasks.solve_rosters() is True
    assert tasks.solve_rosters() is False
    roster = again(asked_for)
    assert roster.state == RosterState.READY
    assert roster.summary["missing"] == 0
    assert active() == []
    publish(world, roster)
    for patrol in patrols():
        crew = active(patrol=patrol)
        assert sorted(one.agency.code for one in crew) == ["KG-BS", "TJ-BT"]
        (commander,) = [one for one in crew if one.is_commander]
        assert patrol.commander_id == commander.officer_id
        assert commander.agency_id == patrol.lead_id
        assert set(patrol.crew) == {"KG-BS", "TJ-BT"}
        assert patrol.crew[commander.agency.code] == [
            {"role": "commander", "call_sign": commander.officer.call_sign}
        ]
    assert again(roster).state == RosterState.PUBLISHED


def test_what_is_stored_is_sound_for_the_judge(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with system("test"):
        work = RosterWork.objects.get(roster=roster)
    assert roster_check.check(work.problem, work.plan) == []
    assert len(work.plan["assignments"]) == 2 * len(work.problem["patrols"])


def test_nobody_reads_the_work(world: World) -> None:
    force(world)
    opened(world)
    ready(world)
    for actor in world.everybody.values():
        with acting(actor):
            assert not RosterWork.objects.exists()


def test_a_draft_shows_colleagues_alone_to_its_owner(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with acting(world.owner):
        seen = Assignment.objects.visible_to(world.owner)
        assert {one.agency.code for one in seen.select_related("agency")} == {"KG-BS"}
    for name in ("partner", "late", "outsider"):
        actor = world.actor(name)
        with acting(actor):
            assert not Assignment.objects.visible_to(actor).exists()
            assert not Roster.objects.visible_to(actor).exists()
    publish(world, roster)
    with acting(world.partner):
        seen = Assignment.objects.visible_to(world.partner)
        assert {one.agency.code for one in seen.select_related("agency")} == {"TJ-BT"}
        assert not Roster.objects.visible_to(world.partner).exists()
    with acting(world.outsider):
        assert not Assignment.objects.visible_to(world.outsider).exists()


def test_only_the_owners_planners_handle_it(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with acting(world.partner), pytest.raises(NotFound):
        actions.publish_roster(roster=roster, by=world.partner)
    crew = world.actor("owner_observer")
    with acting(crew), pytest.raises(Forbidden):
        actions.publish_roster(roster=roster, by=crew)
    with acting(crew), pytest.raises(Forbidden):
        asked(world, by=crew)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"until_on": timezone.localdate() - timedelta(days=2)}, "bad_span"),
        ({"until_on": timezone.localdate() + timedelta(days=90)}, "bad_span"),
        ({"from_on": date(9999, 12, 1), "until_on": date(9999, 12, 31)}, "bad_span"),
        ({"seconds": 1}, "bad_seconds"),
        ({"seconds": 4000}, "bad_seconds"),
        ({"level": 3}, "level_too_high"),
    ],
)
def test_requests_that_are_refused(
    world: World, values: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(world, by=world.owner_low, **values)
    assert refusal.value.code == code


def test_another_agreement_is_none(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(world, agreement=world.other_agreement)
    assert refusal.value.code == "not_a_party"


def test_without_patrols_it_fails_with_a_reason(world: World) -> None:
    roster = ready(world)
    assert (roster.state, roster.failure) == (RosterState.FAILED, "no_patrols")


def test_a_gap_is_told_to_all_and_explained_to_its_agency(world: World) -> None:
    people = force(world)
    opened(world)
    _empty(world, people)
    roster = ready(world)
    short = [one for one in roster.summary["gaps"] if one["rule"] == "H1"]
    assert {one["detail"] for one in short} == {"TJ-BT"}
    with acting(world.owner):
        assert not Gap.objects.visible_to(world.owner).exists()
    with acting(world.partner):
        assert not Gap.objects.visible_to(world.partner).exists()
    publish(world, roster)
    with acting(world.partner):
        gap = Gap.objects.visible_to(world.partner).filter(rule="H1").first()
        assert gap
        assert gap.funnel == [["away.leave", 4]]
    with acting(world.owner):
        assert not Gap.objects.visible_to(world.owner).exists()


def test_who_is_not_cleared_is_not_sent(world: World) -> None:
    force(world)
    opened(world, level=2)
    roster = ready(world, level=2)
    with system("test"):
        drafts = Assignment.objects.filter(roster=roster).select_related("officer")
        assert {one.officer.username for one in drafts} <= {"owner", "partner"}
        assert drafts.exists()
    # Without the level it does not hold them at all.
    assert ready(world).failure == "no_patrols"


# --- publication ---------------------------------------------------------------


def test_a_planted_plan_is_refused(world: World) -> None:
    people = force(world)
    opened(world)
    roster = ready(world)
    with system("test"):
        work = RosterWork.objects.get(roster=roster)
        plan = copy.deepcopy(work.plan)
        # Somebody who may not command is made commander.
        code = "tj-two"
        plan["assignments"][0][1] = str(people[code].pk)
        plan["assignments"][1][1] = str(people[code].pk)
        RosterWork.objects.filter(pk=work.pk).update(plan=plan)
    with pytest.raises(Conflict) as refusal:
        publish(world, roster)
    assert refusal.value.code == "plan_refused"
    assert "tj-two" not in str(refusal.value)
    assert active() == []
    assert again(roster).state == RosterState.READY


def test_what_has_changed_since_is_found(world: World) -> None:
    people = force(world)
    opened(world)
    roster = ready(world)
    _empty(world, people)
    with pytest.raises(Conflict) as refusal:
        publish(world, roster)
    assert refusal.value.code == "plan_refused"
    # Who it is, and why, stays with the partner.
    assert "TJ-BT" in str(refusal.value)
    assert "absence" not in str(refusal.value)
    assert active() == []


def test_a_cancelled_patrol_is_not_published(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with acting(world.owner):
        actions.cancel(patrol=patrols()[0], reason="Snow", by=world.owner)
    with pytest.raises(Conflict) as refusal:
        publish(world, roster)
    assert refusal.value.code == "patrols_gone"
    assert patrols()[0].ref in str(refusal.value)


def test_a_patrol_that_one_sees_no_more_is_not_named(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    with acting(world.owner):
        gone = actions.change(patrol=patrols()[0], level=3, by=world.owner)
    by = world.owner_low
    with acting(by), pytest.raises(Conflict) as refusal:
        actions.publish_roster(roster=roster, by=by)
    assert refusal.value.code == "patrols_gone"
    assert gone.ref not in str(refusal.value)


def test_the_later_of_two_rosters_is_refused(world: World) -> None:
    force(world)
    opened(world)
    first, second = ready(world), ready(world)
    publish(world, first)
    with pytest.raises(Conflict) as refusal:
        publish(world, second)
    assert refusal.value.code == "published_meanwhile"


def test_a_new_roster_supersedes_the_former(world: World) -> None:
    force(world)
    opened(world)
    first = publish(world, ready(world))
    second = publish(world, ready(world))
    assert again(first).state == RosterState.SUPERSEDED
    assert {one.roster_id for one in active()} == {second.pk}


def test_two_planners_publish_at_once(committed: World) -> None:
    force(committed)
    opened(committed)
    rosters = [ready(committed), ready(committed)]

    def attempt(roster: Roster) -> str:
        try:
            publish(committed, roster)
        except Conflict as refusal:
            return refusal.code
        return "published"

    ends = at_once(*[lambda one=one: attempt(one) for one in rosters])
    assert sorted(ends) == ["published", "published_meanwhile"]
    assert len({one.roster_id for one in active()}) == 1


def test_two_agencies_send_the_same_people_at_once(committed: World) -> None:
    force(committed)
    opened(committed)
    by = committed.partner
    opened(committed, by=by, code="OTHER", zone_code="Z-2")
    rosters = [(committed.owner, asked(committed)), (by, asked(committed, by=by))]
    while run_next():
        pass

    def attempt(actor: Actor, roster: Roster) -> str:
        try:
            with acting(actor):
                actions.publish_roster(roster=roster, by=actor)
        except Conflict as refusal:
            return refusal.code
        return "published"

    ends = at_once(*[lambda one=one: attempt(*one) for one in rosters])
    assert sorted(ends) == ["plan_refused", "published"]
    assert len({one.roster_id for one in active()}) == 1


def test_the_database_keeps_people_from_being_at_two_places(committed: World) -> None:
    force(committed)
    opened(committed)
    roster = ready(committed)
    officer = recruit(committed, "KG-BS", "kg-twice", "crew")
    during = (patrols()[0].starts_at, patrols()[0].ends_at)

    def write(patrol: Patrol) -> bool:
        row = Assignment(
            roster=roster,
            patrol=patrol,
            officer=officer,
            agency=committed.agencies["KG-BS"],
            during=during,
            is_active=True,
            audience=["nobody"],
        )
        try:
            with system("test"):
                row.save(force_insert=True)
        except (IntegrityError, OperationalError):
            # The overlap; or, of two who wait for each other, the one given up.
            return False
        return True

    ends = at_once(*[lambda one=one: write(one) for one in patrols()[:2]])
    assert sorted(ends) == [False, True]


# --- workers -------------------------------------------------------------------


def test_a_roster_is_worked_out_once(committed: World) -> None:
    force(committed)
    opened(committed)
    roster = asked(committed)
    assert sorted(at_once(run_next, run_next)) == [False, True]
    assert again(roster).claims == 1


def test_agencies_take_turns(world: World) -> None:
    """Who asks for many keeps nobody else waiting."""
    mine = [asked(world).pk for _number in range(3)]
    theirs = asked(world, by=world.partner).pk
    order = []
    for _number in range(4):
        with system("test") as by:
            one = roster_runs.claim(by=by)
            assert one
            order.append(one.pk)
            roster_runs.fail(roster=one, failure="no_patrols", by=by)
    assert order == [mine[0], theirs, *mine[1:]]


def test_a_dead_workers_roster_is_taken_up_again(world: World) -> None:
    force(world)
    opened(world)
    roster = asked(world)
    with system("test") as by:
        dead = roster_runs.claim(by=by)
        assert dead
        # It lives: nobody else takes it, nor another beside it.
        assert roster_runs.claim(by=by) is None
        Roster.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_next()
    done = again(roster)
    assert (done.state, done.claims) == (RosterState.READY, 2)
    # The first comes back: what it found counts no more.
    with system("test") as by:
        late = roster_runs.finish(
            roster=dead, problem={}, plan={}, summary={}, reasons=[], by=by
        )
        assert late is False
        assert roster_runs.follow(roster=dead, progress={}, by=by) is False


def test_a_roster_that_kills_its_workers_is_given_up(world: World) -> None:
    force(world)
    opened(world)
    roster = asked(world)
    for _again in range(roster_runs.MOST_CLAIMS):
        with system("test") as by:
            assert roster_runs.claim(by=by)
            Roster.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert run_next() is False
    assert again(roster).failure == "died"


def test_stop_reaches_the_worker(committed: World) -> None:
    roster = asked(committed, seconds=300)
    with system("test") as by:
        claimed = roster_runs.claim(by=by)
    assert claimed
    with pulse_of(claimed) as pulse:
        pulse.note(Progress(cost=200, bound=150, gaps=1))
        # The engine is told by itself, within a beat or two.
        assert not pulse.is_over.wait(2 * BEAT)
        assert again(roster).progress["gap"] == 0.25
        by = committed.owner
        with acting(by):
            actions.stop_roster(roster=roster, by=by)
        assert pulse.is_over.wait(20 * BEAT)


def test_one_that_waits_is_called_off(world: World) -> None:
    roster = asked(world)
    with acting(world.owner):
        actions.stop_roster(roster=roster, by=world.owner)
    assert run_next() is False
    assert again(roster).failure == "stopped"


# --- again ---------------------------------------------------------------------


def test_an_absence_is_mended_with_few_changes(world: World) -> None:
    people = force(world)
    recruit(world, "KG-BS", "kg-four", "crew")
    opened(world)
    roster = publish(world, ready(world))
    before = {(one.patrol_id, one.officer_id) for one in active()}
    (lost, *_rest) = active(agency=world.agencies["KG-BS"], is_commander=False)
    away(world, lost.officer)
    by = world.owner
    with acting(by):
        mended = actions.replan(roster=roster, by=by)
    assert run_next()
    publish(world, again(mended))
    after = {(one.patrol_id, one.officer_id) for one in active()}
    assert lost.officer_id not in {officer for _patrol, officer in after}
    gone = [pair for pair in before if pair[1] == lost.officer_id]
    assert len(before - after) == len(gone)
    assert again(mended).summary["missing"] == 0
    assert people


def test_what_is_locked_stays(world: World) -> None:
    force(world)
    opened(world)
    roster = ready(world)
    by = world.owner
    with acting(by):
        one = Assignment.objects.visible_to(by).filter(roster=roster).first()
        assert one
        actions.lock_assignment(assignment=one, is_locked=True, by=by)
        anew = actions.replan(roster=roster, by=by)
    with acting(world.partner), pytest.raises(NotFound):
        actions.lock_assignment(assignment=one, is_locked=False, by=world.partner)
    assert run_next()
    with system("test"):
        kept = Assignment.objects.get(
            roster=anew, patrol=one.patrol_id, officer=one.officer_id
        )
    assert kept.is_locked


def test_a_changed_crew_asks_its_agency_again(world: World) -> None:
    force(world)
    opened(world)
    by = world.owner
    first = patrols()[0]
    for side in (world.owner, world.partner):
        with acting(side):
            actions.agree(patrol=first, by=side)
    publish(world, ready(world))
    with acting(by):
        assert Patrol.objects.visible_to(by).get(pk=first.pk).state == "proposed"


def _empty(world: World, people: dict[str, Any]) -> None:
    """Send everybody of TJ-BT on leave."""
    for officer in [*people.values(), *world.officers.values()]:
        if officer.agency.code == "TJ-BT":
            away(world, officer)


# --- what becomes of a crew -----------------------------------------------------


def test_a_cancelled_patrol_sets_its_crew_free(world: World) -> None:
    force(world)
    opened(world)
    publish(world, ready(world))
    (first, *_rest) = patrols()
    with acting(world.owner):
        actions.cancel(patrol=first, reason="Snow", by=world.owner)
    assert not active(patrol=first)
    assert active()


def test_a_crew_follows_its_patrol_unless_it_is_elsewhere(world: World) -> None:
    force(world)
    opened(world)
    publish(world, ready(world))
    first, second, *_rest = patrols()
    both = {one.officer_id for one in active(patrol=second)}
    before = {one.officer_id for one in active(patrol=first)}
    with acting(world.owner):
        actions.change(
            patrol=first,
            by=world.owner,
            starts_at=second.starts_at,
            ends_at=second.ends_at,
        )
    moved = active(patrol=first)
    assert {one.officer_id for one in moved} == before - both
    assert all(one.during.lower == second.starts_at for one in moved)
    # Partners read who is left, and nobody else.
    crew = next(one.crew for one in patrols() if one.pk == first.pk)
    told = [one["call_sign"] for people in crew.values() for one in people]
    assert sorted(told) == sorted(one.officer.call_sign for one in moved)


def test_who_is_not_cleared_for_a_new_level_stays_behind(world: World) -> None:
    force(world)
    opened(world)
    publish(world, ready(world))
    first, *_rest = patrols()
    sent = active(patrol=first)
    with acting(world.owner):
        changed = actions.change(patrol=first, by=world.owner, level=1)
    cleared = [one for one in sent if one.officer.clearance]
    assert active(patrol=first) == cleared != sent
    assert changed.commander is None
