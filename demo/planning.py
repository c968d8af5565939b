"""What planners have done with the loaded patrols, by the actions themselves.

Proofs of the leads, a programme thrown off by cancellations and half repaired, leads
handed over under way, and a roster with people on its patrols.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.accounts import actor_of
from agencies.context import acting, system
from agencies.models import Agreement, Officer
from agencies.policy import Actor, Permission
from demo.consents import planner
from demo.directory import Directory
from patrols import actions
from patrols.actions.leads import keep_plan
from patrols.demand import demand_of
from patrols.models import OPEN_STATES, Patrol, PatrolState, PlanReason, Programme

# Its partner's vehicles cannot pass for some days. So many of its leads were cancelled
# and made up for; then as many again, which waits for the planner.
UNSETTLED = "ISFARA"
CANCELLED = 4
WITHIN = Fraction(1)
_CLOSED = "Bridge on the partner's side closed for repairs"
# Programmes whose patrol under way changes hands, or is about to.
HANDED_OVER, OFFERED = "OSH", "ISFARA"
_FLAT = "Our vehicle has broken down; yours is fifteen minutes behind"
_HOME = "Our crew is called to an incident at the post"
# Whose roster stands on the page, for how many days from tomorrow.
PLANNER, AGREEMENT, DAYS, SECONDS = "planner.kg", "KG-TJ", 4, 5
# A patrol of theirs is to search a gorge: more officers than the agency can spare.
SEARCHERS = 12


def load(directory: Directory) -> None:
    """Do what belongs to the load itself."""
    with system("load demo"):
        programmes = list(Programme.objects.select_related("owner").order_by("code"))
    for programme in programmes:
        _prove(directory, programme)
    _unsettle(directory, next(one for one in programmes if one.code == UNSETTLED))
    for programme in programmes:
        if programme.code in (HANDED_OVER, OFFERED):
            _hand_over(directory, programme, is_accepted=programme.code == HANDED_OVER)


def _prove(directory: Directory, programme: Programme) -> None:
    """Keep the proof of the leads that are open."""
    by = planner(directory, programme.owner.code, directory.now)
    with system("load demo"):
        ahead = Patrol.objects.filter(programme=programme, state__in=OPEN_STATES)
        gave = list(ahead.values_list("pk", flat=True))
    with acting(by):
        keep_plan(
            programme=programme,
            reason=PlanReason.OPENED,
            gave=gave,
            by=by,
            since=directory.now,
        )


def _unsettle(directory: Directory, programme: Programme) -> None:
    """Cancel some of the partner's leads, repair the rest, and cancel some more.

    What is left can be brought closer, each step at a price: the curve on the page.
    """
    by = planner(directory, programme.owner.code, directory.now)
    with acting(by):
        _cancel(programme, by)
        actions.repair_leads(programme=programme, within=WITHIN, by=by)
        _cancel(programme, by)


def _cancel(programme: Programme, by: Actor) -> None:
    theirs = Patrol.objects.visible_to(by).filter(
        programme=programme, state=PatrolState.PLANNED
    )
    theirs = theirs.exclude(lead=programme.owner).order_by("starts_at")
    for patrol in theirs[:CANCELLED]:
        actions.cancel(patrol=patrol, reason=_CLOSED, by=by)


def _hand_over(
    directory: Directory, programme: Programme, *, is_accepted: bool
) -> None:
    """Offer the lead of what is out to the other agency; perhaps that takes it."""
    with system("load demo"):
        out = Patrol.objects.filter(programme=programme).under_way()
        patrol = out.select_related("lead").order_by("starts_at").first()
    if patrol is None:
        return
    now = directory.now
    code = patrol.lead.code
    other = next(one for one in patrol.participants if one != code)
    giver = directory.actor(directory.someone(code, Permission.PATROL_RUN), now)
    taker = directory.actor(directory.someone(other, Permission.PATROL_RUN), now)
    with acting(giver):
        reason = _FLAT if is_accepted else _HOME
        actions.offer_lead(patrol=patrol, to=other, reason=reason, by=giver)
    if is_accepted:
        with acting(taker):
            actions.accept_lead(patrol=patrol, by=taker)


def load_roster() -> None:
    """Let a roster be worked out and publish it; the load is committed before."""
    from patrols.roster_run import run_next  # noqa: PLC0415 - loads OR-Tools

    with system("load demo"):
        officer = Officer.objects.select_related("agency").get(username=PLANNER)
        by = actor_of(officer)
    # From tomorrow on: a patrol that leaves meanwhile is not to be planned any more.
    first = timezone.localdate(timezone=ZoneInfo(by.time_zone)) + timedelta(days=1)
    with acting(by):
        _ask_for_more(first, by)
        roster = actions.request_roster(
            agreement=Agreement.objects.visible_to(by).get(code=AGREEMENT),
            from_on=first,
            until_on=first + timedelta(days=DAYS - 1),
            seconds=SECONDS,
            by=by,
        )
    run_next()
    with acting(by):
        actions.publish_roster(roster=roster, by=by)


def _ask_for_more(first: date, by: Actor) -> None:
    """Let the first patrol from a day on ask for more of the planner's own people."""
    begin = datetime.combine(first, time.min, ZoneInfo(by.time_zone))
    own = Patrol.objects.visible_to(by).filter(
        programme__agreement__code=AGREEMENT, owner=by.agency_id
    )
    ahead = own.filter(state__in=OPEN_STATES, starts_at__gte=begin)
    patrol = ahead.order_by("starts_at").first()
    if patrol is None:
        return
    asked = demand_of(patrol.demand, patrol.participants)
    places = {**asked.places, patrol.owner.code: SEARCHERS}
    demand = replace(asked, places=places).as_json()
    actions.change(patrol=patrol, demand=demand, by=by)
