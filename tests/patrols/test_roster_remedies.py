"""Why a roster has gaps and what helps: told to whom it concerns, and carried out."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from agencies.actions import personnel
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, NotFound
from agencies.models import Certification
from patrols import actions
from patrols.demand import demand_of
from patrols.models import Patrol, Remedy, Roster, RosterState
from patrols.roster import Plan, Problem
from patrols.roster import problem as engine
from patrols.roster.plan import Gap
from patrols.roster_reasons import near, reasons_of
from patrols.roster_run import run_next
from tests.patrols.conftest import Callers, code_of
from tests.patrols.rosters import (
    again,
    away,
    force,
    opened,
    patrols,
    publish,
    ready,
)
from tests.world import World

# Patrols of each roster here.
DAYS = 2


def short(world: World) -> Roster:
    """Return a roster for which both agencies lack an officer on every day."""
    people = force(world)
    opened(world, days=DAYS, demand={"places": {"KG-BS": 3, "TJ-BT": 2}})
    for officer in [people["kg-three"], people["tj-two"], *world.officers.values()]:
        if officer.agency and officer.agency.code in {"KG-BS", "TJ-BT"}:
            away(world, officer)
    return ready(world)


def stored(roster: Roster, **values: Any) -> list[Remedy]:
    """Return the remedies of a roster, whoever may see them."""
    with system("test"):
        rows = Remedy.objects.filter(roster=roster, **values)
        return list(rows.select_related("agency", "officer", "patrol"))


def test_why_it_cannot_be_met_and_what_was_tried(world: World) -> None:
    roster = short(world)
    least = roster.summary["shortage"]
    assert least["is_proven"]
    assert least["missing"]["H1"] == roster.summary["missing"] == 2 * DAYS
    found = roster.summary["conflicts"]
    own, theirs = (
        next(one for one in found if one["requirements"][0]["detail"] == code)
        for code in ("KG-BS", "TJ-BT")
    )
    assert own["rules"] == ["H8"]
    assert own["helped_by"] == []
    # Why it is so among partners' people is theirs; that a word helps is not.
    assert (theirs["rules"], theirs["helped_by"]) == ([], ["TJ-BT"])
    names = [str(o.pk) for o in world.officers.values()]
    assert not any(name in str(roster.summary) for name in names)
    for one in stored(roster):
        assert one.after < one.before
        assert one.officer is None or one.officer.agency_id == one.agency_id


def test_each_agency_learns_of_its_own_people_alone(
    callers: Callers, world: World
) -> None:
    roster = short(world)
    at = f"/patrols/rosters/{roster.pk}/"
    page = callers.owner.page(at).content.decode()
    assert "Name of kg-three is away then" in page
    assert "TJ-BT could help" in page
    assert "tj-two" not in page
    told = callers.owner.get(f"rosters/{roster.pk}/plan/")
    assert told.status_code == 200
    assert "officer:kg-three" in told.content.decode()
    assert "tj-two" not in told.content.decode()
    listed = callers.owner.get("remedies/", roster=str(roster.pk)).json()["results"]
    assert {one["officer"] for one in listed} >= {"officer:kg-three", None}
    assert not any("tj-" in (one["officer"] or "") for one in listed)
    # A partner hears nothing of a draft, and of its own people once it is published.
    assert callers.partner.get("remedies/").json()["results"] == []
    assert callers.partner.get(f"rosters/{roster.pk}/plan/").status_code == 404
    publish(world, roster)
    heard = callers.partner.get("remedies/").json()["results"]
    assert "officer:tj-two" in {one["officer"] for one in heard}
    assert {one["roster"] for one in heard} == {None}
    assert not any("kg-" in (one["officer"] or "") for one in heard)
    assert callers.outsider.get("remedies/").json()["results"] == []
    assert callers.owner_observer.get("remedies/").json()["results"] == []
    outing = f"/patrols/{stored(roster, agency__code='TJ-BT')[0].patrol_id}/"
    assert "tj-two is away then" in callers.partner.page(outing).content.decode()
    shown = callers.owner.page(outing).content.decode()
    assert "kg-three is away then" in shown
    assert "tj-two" not in shown
    assert "is away then" not in callers.owner_observer.page(outing).content.decode()


def test_fewer_places_are_asked_for_with_a_button(
    callers: Callers, world: World
) -> None:
    roster = short(world)
    one = stored(roster, code="fewer-places", detail="TJ-BT")[0]
    for side in (world.owner, world.partner):
        with acting(side):
            actions.agree(patrol=one.patrol, by=side)
    at = f"/patrols/rosters/{roster.pk}/"
    assert str(one.pk) in callers.owner.page(at).content.decode()
    sent = callers.owner.send(f"{at}step/", step="take", remedy=str(one.pk))
    assert sent.status_code == 302
    with system("test"):
        made = Roster.objects.get(mends=roster)
        changed = Patrol.objects.get(pk=one.patrol_id)
        assert changed.state == "proposed"
        asked = changed.consents.filter(replaced_at=None, state="asked")
        # The change is of what the partner sends, and it alone is asked.
        assert [c.agency.code for c in asked.select_related("agency")] == ["TJ-BT"]
    assert sent["Location"] == f"/patrols/rosters/{made.pk}/"
    places = demand_of(changed.demand, changed.participants).places
    assert places == {"KG-BS": 3, "TJ-BT": 1}
    assert run_next()
    assert again(made).summary["missing"] == 2 * DAYS - 1
    # What was shown before the change is not done twice.
    again_sent = callers.owner.send(f"{at}step/", step="take", remedy=str(one.pk))
    assert again_sent.status_code == 302
    assert "has changed meanwhile" in callers.owner.page(at).content.decode()


def test_another_lead_over_rest(callers: Callers, world: World) -> None:
    force(world)
    opened(world, days=DAYS)
    with acting(world.partner):
        for paper in Certification.objects.visible_to(world.partner):
            personnel.revoke_certification(certification=paper, by=world.partner)
    roster = ready(world)
    one = stored(roster, code="other-lead")[0]
    assert (one.detail, one.agency.code) == ("KG-BS", "KG-BS")
    at, body = f"rosters/{roster.pk}/take/", {"remedy": str(one.pk)}
    stale = {"If-Match": f'"{roster.version + 1}"'}
    assert callers.owner.post(at, body, **stale).status_code == 412
    assert callers.partner.post(at, body).status_code == 404
    assert code_of(callers.owner.post(at, {"remedy": str(uuid4())})) == "invalid"
    key = {"Idempotency-Key": "lead-1", "If-Match": f'"{roster.version}"'}
    made = callers.owner.post(at, body, **key)
    assert made.status_code == 201
    assert callers.owner.post(at, body, **key).json()["id"] == made.json()["id"]
    with system("test"):
        assert Patrol.objects.get(pk=one.patrol_id).lead.code == "KG-BS"
        assert Roster.objects.filter(mends=roster).count() == 1
    assert code_of(callers.owner.post(at, body)) == "overtaken"
    assert run_next()
    assert again(Roster(pk=made.json()["id"])).summary["missing"] == 0


def test_what_is_refused(world: World) -> None:
    roster = short(world)
    own = stored(roster, officer__username="kg-three")[0]
    theirs = stored(roster, officer__username="tj-two")[0]
    by = world.owner
    with acting(by), pytest.raises(Conflict) as refusal:
        actions.take_remedy(roster=roster, remedy=own, by=by)
    assert refusal.value.code == "done_elsewhere"
    with acting(by), pytest.raises(NotFound):
        actions.take_remedy(roster=roster, remedy=theirs, by=by)
    fewer = stored(roster, code="fewer-places")[0]
    observer = world.actor("owner_observer")
    with acting(observer), pytest.raises(Forbidden):
        actions.take_remedy(roster=roster, remedy=fewer, by=observer)
    # One that waits is not there to be changed; and nothing of it is left behind.
    with system("test"):
        Roster.objects.filter(pk=roster.pk).update(state=RosterState.SUPERSEDED)
        before = Patrol.objects.get(pk=fewer.patrol_id).demand
    with acting(by), pytest.raises(Conflict) as refusal:
        actions.take_remedy(roster=roster, remedy=fewer, by=by)
    assert refusal.value.code == "wrong_state"
    with system("test"):
        assert Patrol.objects.get(pk=fewer.patrol_id).demand == before


def test_only_patrols_that_the_reader_sees(callers: Callers, world: World) -> None:
    """A marking that rises later takes a patrol out of page and API alike."""
    roster = short(world)
    hidden = patrols()[0]
    with acting(world.owner):
        actions.change(patrol=hidden, level=2, by=world.owner)
    for caller, is_cleared in ((callers.owner, True), (callers.owner_low, False)):
        page = caller.page(f"/patrols/rosters/{roster.pk}/")
        plan = caller.get(f"rosters/{roster.pk}/plan/")
        shown = caller.get(f"rosters/{roster.pk}/")
        for answer in (page, plan, shown):
            assert answer.status_code == 200
        assert (str(hidden.pk) in page.content.decode()) is is_cleared
        assert (str(hidden.pk) in plan.content.decode()) is is_cleared
        assert len(plan.json()["patrols"]) == DAYS - (not is_cleared)
        assert len(plan.json()["gaps"]) == 2 * (DAYS - (not is_cleared))
        # Of single patrols a roster itself says nothing.
        text = shown.content.decode()
        assert not any(str(patrol.pk) in text for patrol in patrols())


# --- the engine's part, without tables --------------------------------------------


def _problem(patrol_days: int, officers: int) -> Problem:
    start = timezone.now().replace(hour=6, minute=0, second=0, microsecond=0)
    return Problem(
        officers=tuple(engine.Officer(f"o{n}", "A") for n in range(officers)),
        patrols=tuple(
            engine.Patrol(
                f"p{n}",
                start + timedelta(days=n),
                start + timedelta(days=n, hours=8),
                {"A": officers + 1},
            )
            for n in range(patrol_days)
        ),
    )


def test_what_is_far_does_not_count() -> None:
    kept = near(_problem(30, 1), [Gap("H1", "p15", "A")])
    assert {one.id for one in kept.patrols} == {f"p{n}" for n in range(8, 23)}


def test_a_sole_place_is_not_taken_away() -> None:
    problem = _problem(1, 0)
    plan = Plan(gaps=(Gap("H1", "p0", "A"),))
    found = reasons_of(problem, plan, owner="A", leads={})
    assert found.told["conflicts"][0]["requirements"] == [
        {"rule": "H1", "patrol": "p0", "detail": "A", "count": 1}
    ]
    assert found.remedies == []


def test_a_plan_without_gaps_has_no_reasons() -> None:
    assert reasons_of(_problem(1, 1), Plan(), owner="A", leads={}).told == {}


def test_a_lead_that_may_not_be_is_none(world: World) -> None:
    """Who is not entitled to lead a patrol is not offered for it."""
    force(world)
    with acting(world.owner):
        programme = opened(world, days=DAYS)
        actions.stand_down(patrol=patrols()[0], by=world.owner)
    with acting(world.partner):
        for paper in Certification.objects.visible_to(world.partner):
            personnel.revoke_certification(certification=paper, by=world.partner)
    roster = ready(world)
    first = patrols()[0]
    assert first.lead.code == "TJ-BT"
    assert first.programme_id == programme.pk
    assert stored(roster, patrol=first, code="certify")
    assert not stored(roster, patrol=first, code="other-lead")


def test_locked_people_are_near_as_well() -> None:
    problem = _problem(30, 1)
    pinned = problem.__class__(
        officers=problem.officers,
        patrols=problem.patrols,
        pins=(engine.Pin("p0", "o0"),),
    )
    assert "p0" in {one.id for one in near(pinned, [Gap("H1", "p29", "A")]).patrols}
