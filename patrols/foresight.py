"""What would stand in the way of a programme or patrol if it were saved: the preview.

Everything comes from what whoever asks may see, in a number of queries that does not
grow with the dates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agencies.models import Agency
from agencies.policy import Actor
from patrols import legal_basis
from patrols.clashes import Ground, clashes
from patrols.conflicts import Conflict
from patrols.demand import demand_of
from patrols.force import Force, Wanted, may_look
from patrols.models import Patrol, Programme, Route, Zone
from patrols.next_dates import NextDate, with_left_out

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is planned, as far as it is known: some dates, or one."""

    owner: Agency
    work: legal_basis.Undertaking | None
    ground: Ground
    wanted: Wanted
    dates: Sequence[NextDate]
    # By whose clock it starts, and when on that clock if it is always the same.
    clock: ZoneInfo
    start_time: time | None = None
    # Columns of the patrols that it is itself.
    but: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foresight:
    """What stands in the way of all dates alike, and the dates with their own."""

    conflicts: list[Conflict]
    dates: list[NextDate]


def of_programme(row: Programme, dates: Sequence[NextDate], actor: Actor) -> Foresight:
    """Return what stands in the way of a programme, not saved, on its next dates."""
    zone, route = _places(row, actor)
    shown = with_left_out(row, list(dates))
    draft = Draft(
        owner=row.owner,
        work=legal_basis.of_programme(row, zone, route) if row.agreement_id else None,
        ground=Ground(zone.pk if zone else None, frozenset(row.section_codes)),
        wanted=_wanted(row.owner, row.demand, list(row.entitlements), row.level),
        dates=shown,
        clock=ZoneInfo(row.time_zone),
        start_time=row.start_time,
        but={"programme": row.pk},
    )
    return foresee(draft, actor)


def of_patrol(row: Patrol, actor: Actor) -> Foresight:
    """Return what stands in the way of one patrol, not saved."""
    zone, route = _places(row, actor)
    draft = Draft(
        owner=row.owner,
        work=legal_basis.of_patrol(row, zone, route) if row.agreement_id else None,
        ground=Ground(zone.pk if zone else None),
        wanted=_wanted(row.owner, row.demand, row.participants, row.level),
        dates=[NextDate(row.starts_at, row.ends_at, lead=row.lead.code)],
        clock=ZoneInfo(row.owner.time_zone),
        but={"pk": row.pk},
    )
    found = foresee(draft, actor)
    if draft.work is None and (refusal := legal_basis.lacking(row)):
        found.conflicts.append(Conflict.of(refusal))
    return found


def foresee(draft: Draft, actor: Actor) -> Foresight:
    """Return the dates of a draft with clauses, clashes, own force and clocks."""
    broken = list(legal_basis.breaches(draft.work, actor)) if draft.work else []
    common = [Conflict.of(one) for one in broken if one.code != "not_in_force"]
    going = [one for one in draft.dates if one.is_going]
    times = [one.time for one in going]
    met = clashes(actor, draft.ground, times, **draft.but)
    is_own = draft.wanted.code == actor.agency and may_look(actor)
    clock = ZoneInfo(draft.owner.time_zone)
    force = Force(actor, times, clock, **draft.but) if is_own and times else None
    agreement = legal_basis.seen(draft.work and draft.work.agreement, actor)
    found: dict[datetime, list[Conflict]] = {}
    for one, clashing in zip(going, met, strict=True):
        conflicts = found[one.at] = []
        days = legal_basis.days_of(*one.time, clock)
        if agreement and not legal_basis.in_force(agreement, *days):
            conflicts.append(Conflict.of(legal_basis.outside_term(agreement)))
        conflicts += [clash.conflict for clash in clashing]
        if force is not None:
            leads = one.leader == draft.wanted.code
            conflicts += force.conflicts(draft.wanted, one.time, leads=leads)
        conflicts += _clock(draft, one)
    for one in draft.dates:
        if one.is_left_out:
            found[one.at] = [Conflict("left_out")]
    dates = [
        replace(one, conflicts=tuple(found.get(one.at, ()))) for one in draft.dates
    ]
    return Foresight(common, dates)


def _clock(draft: Draft, one: NextDate) -> Iterator[Conflict]:
    """Yield what changes of the clock make of a time (``patrols.recurrence``)."""
    start, end = (at.astimezone(draft.clock) for at in one.time)
    given: dict[str, Any] = {"zone": draft.clock.key}
    wall = start.replace(tzinfo=None)
    if draft.start_time is not None and one.patrol is None:
        told = given | {"time": f"{draft.start_time:%H:%M}", "moved": f"{wall:%H:%M}"}
        if wall.time() != draft.start_time:
            yield Conflict("start_skipped", told)
        elif start.utcoffset() != start.replace(fold=1).utcoffset():
            yield Conflict("start_twice", told)
    usual = end.replace(tzinfo=None) - wall
    if one.is_kept:
        yield Conflict("kept")
    passed = one.time[1] - one.time[0]
    if usual != passed:
        hours = {"hours": _hours(passed), "usual": _hours(usual)}
        yield Conflict("clock_change", given | hours)


def _hours(length: timedelta) -> str:
    return f"{length / HOUR:g}"


def _wanted(owner: Agency, stored: Any, codes: Sequence[str], level: int) -> Wanted:
    return Wanted(owner.code, owner.state_id, demand_of(stored, codes), level)


def _places(row: Programme | Patrol, actor: Actor) -> tuple[Zone | None, Route | None]:
    """Return zone and route, whole, as far as the actor sees them."""
    wanted: tuple[Any, Any] = row.zone_id, row.route_id
    zones = Zone.objects.visible_to(actor).filter(pk=wanted[0])
    routes = Route.objects.visible_to(actor).filter(pk=wanted[1])
    return zones.first(), routes.first()
