"""People who cannot go any more: found, mended once, told to their colleagues."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from agencies.actions import accounts, assets, personnel
from agencies.context import acting, system
from agencies.models import Certification
from agencies.policy import Role
from live.models import Event
from patrols import actions, tasks
from patrols.actions import roster_runs
from patrols.models import AssetUse, Assignment, Patrol, Roster, RosterState
from patrols.roster_run import run_next
from tests.api.http import bearer, token
from tests.database import at_once
from tests.patrols.conftest import Callers
from tests.patrols.rosters import (
    active,
    again,
    away,
    force,
    opened,
    patrols,
    publish,
    ready,
    recruit,
)
from tests.world import World


def published(world: World, **values: Any) -> Roster:
    """Return a published roster; there are people in reserve."""
    force(world)
    recruit(world, "KG-BS", "kg-four", Role.COMMANDER)
    opened(world, **values)
    return publish(world, ready(world))


def sent(world: World, code: str = "KG-BS", **values: Any) -> Assignment:
    """Return the first of an agency who is sent."""
    return active(agency=world.agencies[code], **values)[0]


def mends(roster: Roster, **values: Any) -> list[Roster]:
    """Return what was asked for to mend a roster, the oldest first."""
    with system("test"):
        return list(
            Roster.objects.filter(mends=roster, **values).order_by("created_at")
        )


def hindrance_of(one: Assignment) -> str:
    """Return why somebody cannot go, as it is kept."""
    with system("test"):
        return Assignment.objects.get(pk=one.pk).hindrance


def test_whoever_cannot_go_is_replaced_by_a_mended_roster(world: World) -> None:
    roster = published(world)
    assert tasks.mend_rosters() == 0
    one = sent(world, is_commander=True)
    away(world, one.officer)
    assert tasks.mend_rosters() == 1
    (mending,) = mends(roster)
    assert mending.state == RosterState.QUEUED
    assert {c["agency"] for c in mending.causes} == {"KG-BS"}
    assert str(one.patrol_id) in {c["patrol"] for c in mending.causes}
    # Found again, it is answered already; and nothing is published without a human.
    assert tasks.mend_rosters() == 0
    before = {(o.patrol_id, o.officer_id) for o in active()}
    assert run_next()
    assert tasks.mend_rosters() == 0
    assert {(o.patrol_id, o.officer_id) for o in active()} == before
    publish(world, again(mending))
    after = {(o.patrol_id, o.officer_id) for o in active()}
    assert before - after == {pair for pair in before if pair[1] == one.officer_id}
    assert again(mending).summary["missing"] == 0
    assert tasks.mend_rosters() == 0


def test_every_way_of_falling_out(world: World) -> None:
    roster = published(world)
    one = sent(world, is_commander=True)
    by = world.owner

    def lose_paper() -> None:
        papers = Certification.objects.visible_to(by).filter(officer=one.officer)
        personnel.revoke_certification(certification=papers[0], by=by)

    def disable() -> None:
        accounts.change_officer(officer=one.officer, is_active=False, by=world.admin)

    for actor, event, code in [
        (by, lose_paper, "not-commander"),
        (by, lambda: away(world, one.officer, "sick"), "away.sick"),
        (world.admin, disable, "gone"),
    ]:
        with acting(actor):
            event()
        with system("test"):
            told = Event.objects.latest("at")
        assert "patrols.tasks.mend_rosters" in settings.EVENT_TASKS[told.kind]
        tasks.mend_rosters()
        assert hindrance_of(one) == code
    # One patrol and one officer are one question, however many reasons there are.
    (mending,) = mends(roster)
    assert run_next()
    publish(world, again(mending))
    assert not active(officer=one.officer)


def test_one_waits_for_all_who_fall_out(world: World) -> None:
    roster = published(world)
    first, other = sent(world), sent(world, "TJ-BT")
    away(world, first.officer)
    assert tasks.mend_rosters() == 1
    away(world, other.officer, "sick")
    assert tasks.mend_rosters() == 1
    (mending,) = mends(roster)
    assert {c["agency"] for c in mending.causes} == {"KG-BS", "TJ-BT"}
    # What is being worked on is waited for; then it is overtaken, and asked for anew.
    with system("test") as by:
        assert roster_runs.claim(by=by)
        Roster.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    spare = next(o for o in active() if o.officer.username.startswith("kg-"))
    away(world, spare.officer, "sick")
    assert tasks.mend_rosters() == 0
    assert run_next()
    assert tasks.mend_rosters() == 0, "read before it was worked out"
    with system("test"):
        drafted = Assignment.objects.filter(roster=mending, agency=first.agency)
        draft = drafted.select_related("officer__agency")[0]
    away(world, draft.officer, "sick")
    assert tasks.mend_rosters() == 1
    old, new = mends(roster)
    assert (old.state, new.state) == (RosterState.SUPERSEDED, RosterState.QUEUED)
    assert tasks.mend_rosters() == 0


def test_who_is_back_is_as_if_nothing_had_been(world: World) -> None:
    roster = published(world)
    one = sent(world)
    absence = away(world, one.officer)
    assert tasks.mend_rosters() == 1
    with acting(world.owner):
        personnel.cancel_absence(absence=absence, by=world.owner)
    assert tasks.mend_rosters() == 0
    assert hindrance_of(one) == ""
    # Away again is another absence; the roster that waits answers it as well.
    away(world, one.officer, "sick")
    assert tasks.mend_rosters() == 1
    assert len(mends(roster)) == 1


def test_whoever_was_locked_is_not_kept(world: World) -> None:
    roster = published(world)
    one = sent(world)
    by = world.owner
    with acting(by):
        actions.lock_assignment(assignment=one, is_locked=True, by=by)
    away(world, one.officer)
    assert tasks.mend_rosters() == 1
    assert run_next()
    (mending,) = mends(roster)
    publish(world, again(mending))
    assert not active(officer=one.officer)


def test_a_crew_that_lacks_a_paper_and_an_asset_in_repair(world: World) -> None:
    by = world.owner
    with acting(by):
        asset = assets.create_asset(by=by, code="R-1", name="Radio", kind="radio")
        spare = assets.create_asset(by=by, code="R-2", name="Radio", kind="radio")
    people = force(world)
    with acting(by):
        paper = personnel.certify(officer=people["kg-one"], name="first_aid", by=by)
    opened(
        world,
        demand={
            "places": {"KG-BS": 1, "TJ-BT": 1},
            "equipment": {"KG-BS": {"radio": 1}},
            "certificates": {paper.code: 1},
        },
    )
    roster = publish(world, ready(world))
    assert roster.summary["missing"] == 0
    with system("test"):
        use = AssetUse.objects.filter(roster=roster).first()
        assert use
        used = asset if use.asset_id == asset.pk else spare
        ends_at = Patrol.objects.get(pk=use.patrol_id).ends_at
    with acting(by):
        assets.plan_maintenance(
            asset=used, starts_at=timezone.now(), ends_at=ends_at, by=by
        )
    assert tasks.mend_rosters() == 1
    with system("test"):
        assert AssetUse.objects.get(pk=use.pk).hindrance == "maintenance"
    with acting(by):
        personnel.revoke_certification(certification=paper, by=by)
        assets.change_asset(asset=spare, status="unserviceable", by=by)
    assert tasks.mend_rosters() == 1
    assert {hindrance_of(o) for o in active(officer=people["kg-one"])} == {
        "not-certified"
    }
    assert len(mends(roster)) == 1


def test_two_at_once_ask_once(committed: World) -> None:
    roster = published(committed)
    away(committed, sent(committed).officer)
    assert sorted(at_once(tasks.mend_rosters, tasks.mend_rosters)) == [0, 1]
    assert len(mends(roster)) == 1


def test_each_side_is_told_what_is_its_own(callers: Callers, world: World) -> None:
    roster = published(world)
    own, theirs = sent(world), sent(world, "TJ-BT")
    crew = callers.owner.get(f"patrols/{theirs.patrol_id}/").json()["crew"]
    away(world, own.officer)
    away(world, theirs.officer, "sick")
    assert tasks.mend_rosters() == 1
    (mending,) = mends(roster)
    name, partner = str(own.officer), str(theirs.officer)
    why = "cannot go any more: leave"
    at = f"/patrols/{own.patrol_id}/"
    for caller in (callers.owner, callers.owner_observer):
        assert why in caller.page(at).content.decode()
    assert why not in callers.partner.page(at).content.decode()
    at = f"/patrols/{theirs.patrol_id}/"
    assert "cannot go any more: sick" in callers.partner.page(at).content.decode()
    assert "any more: sick" not in callers.owner.page(at).content.decode()
    # What partners read of a crew is what was published.
    now = callers.owner.get(f"patrols/{theirs.patrol_id}/").json()["crew"]
    assert now == crew
    # The planners of the roster see why: of partners only the agency.
    for pk in (roster.pk, mending.pk):
        page = callers.owner.page(f"/patrols/rosters/{pk}/").content.decode()
        assert name in page
        assert partner not in page
        assert "sick" not in page
    assert "something of TJ-BT" in page
    assert (
        f"/patrols/rosters/{mending.pk}/"
        in callers.owner.page(f"/patrols/rosters/{roster.pk}/").content.decode()
    )
    assert (
        "somebody cannot go" in callers.owner.page("/patrols/rosters/").content.decode()
    )
    told = callers.owner.get(f"rosters/{mending.pk}/plan/").json()["causes"]
    assert {"patrol": str(theirs.patrol_id), "agency": "TJ-BT"} in told
    listed = callers.owner.get("assignments/", is_active="true").json()["results"]
    assert {one["hindrance"] for one in listed} == {"", "away.leave"}
    # Why people are away, a system is told that may read of them.
    reader = bearer(token(world, "KG-BS", "patrols:read"))
    listed = reader.get("assignments/", {"is_active": "true"}).json()["results"]
    assert {one["hindrance"] for one in listed} == {""}
    assert callers.partner.page(f"/patrols/rosters/{mending.pk}/").status_code == 404


def test_after_publishing_only_the_agency_touched_is_asked(world: World) -> None:
    published(world)
    for patrol in patrols():
        for side in (world.owner, world.partner):
            with acting(side):
                actions.agree(patrol=patrol, by=side)
    one = sent(world, "TJ-BT")
    away(world, one.officer)
    assert tasks.mend_rosters() == 1
    assert {p.state for p in patrols()} == {"agreed"}
    assert run_next()
    with system("test"):
        mending = Roster.objects.get(state=RosterState.READY)
    changed = {o.patrol_id for o in active(officer=one.officer)}
    publish(world, mending)
    for patrol in patrols():
        is_asked = patrol.pk in changed
        assert (patrol.state == "proposed") is is_asked, patrol
        with system("test"):
            asked = patrol.consents.filter(state="asked", replaced_at=None)
            codes = [c.agency.code for c in asked.select_related("agency")]
        assert codes == (["TJ-BT"] if is_asked else [])


def test_a_draft_that_mends_is_worked_out_again_as_one(world: World) -> None:
    """Again means again: not from the beginning, which would call everybody anew."""
    roster = published(world)
    away(world, sent(world).officer)
    assert tasks.mend_rosters() == 1
    assert run_next()
    (mending,) = mends(roster)
    by = world.owner
    with acting(by):
        anew = actions.replan(roster=mending, by=by)
    assert run_next()
    first, second = again(mending), again(anew)
    assert first.summary["terms"]["changes"] == second.summary["terms"]["changes"]


def test_what_has_left_or_is_over_is_left_alone(world: World) -> None:
    roster = published(world)
    away(world, sent(world).officer)
    with system("test"):
        for patrol in patrols():
            Patrol.objects.filter(pk=patrol.pk).update(
                starts_at=patrol.starts_at - timedelta(days=30),
                ends_at=patrol.ends_at - timedelta(days=30),
            )
    assert tasks.mend_rosters() == 0
    assert mends(roster) == []
