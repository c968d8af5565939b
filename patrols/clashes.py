"""Patrols that are in one place at one time, of those that a reader sees.

A place is a zone, or a section of the border that both programmes name. Two patrols
whose zone the reader does not see are not compared by it: that would tell that it is
the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from agencies.policy import Actor
from patrols.conflicts import Conflict
from patrols.models import CURRENT_STATES, Patrol, PatrolQuerySet, Programme

# From a moment to a moment, the last not included.
Time = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where something goes: a zone that the reader sees, and border sections."""

    zone: UUID | None
    sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clash:
    """Another patrol in the same zone, or on some of the same sections."""

    patrol: Patrol
    is_same_zone: bool
    sections: tuple[str, ...]

    @property
    def conflict(self) -> Conflict:
        """It as a conflict."""
        given = {
            "ref": self.patrol.ref,
            "lead": self.patrol.lead.code,
            "sections": ", ".join(self.sections),
        }
        code = "same_zone" if self.is_same_zone else "same_section"
        return Conflict(code, given, patrol=self.patrol)


def clashes(
    actor: Actor, ground: Ground, times: Sequence[Time], **but: Any
) -> list[list[Clash]]:
    """Return, for each time, the patrols that are on the same ground then.

    ``but`` are columns of patrols that are left out, such as ``programme``. Two
    queries, however many times.
    """
    if not times or (ground.zone is None and not ground.sections):
        return [[] for _time in times]
    named = _sections(actor, ground.sections)
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = rows.filter(state__in=CURRENT_STATES)
    rows = rows.filter(_on(ground, named), _during(times))
    rows = without(rows, but).select_related("lead").order_by("starts_at", "id")
    found = [_clash(row, ground, named) for row in rows]
    return [list(_at(time, found)) for time in times]


def without(rows: PatrolQuerySet, but: Mapping[str, Any]) -> PatrolQuerySet:
    """Leave out the patrols in which any of some columns has a value."""
    for column, value in but.items():
        rows = rows.exclude(**{column: value})
    return rows


def clashes_of(patrol: Patrol, zone: Any, actor: Actor) -> list[Clash]:
    """Return the patrols that meet one, for whom it concerns: owner and participants.

    ``zone`` is the patrol's, if the reader sees it.
    """
    is_concerned = actor.owns(patrol) or actor.agency in patrol.participants
    is_current = patrol.state in CURRENT_STATES
    if not is_concerned or not is_current or patrol.is_tear_line:
        return []
    programmes = Programme.objects.visible_to(actor).filter(patrol=patrol.pk)
    sections = programmes.values_list("section_codes", flat=True).first() or ()
    ground = Ground(getattr(zone, "pk", None), frozenset(sections))
    (found,) = clashes(
        actor, ground, [(patrol.starts_at, patrol.ends_at)], pk=patrol.pk
    )
    return found


def _sections(actor: Actor, codes: Collection[str]) -> dict[UUID, list[str]]:
    """Return the programmes that name one of some sections, with all that they name."""
    if not codes:
        return {}
    rows = Programme.objects.visible_to(actor)
    found = rows.filter(section_codes__overlap=sorted(codes))
    return dict(found.values_list("pk", "section_codes"))


def _on(ground: Ground, named: Collection[UUID]) -> Q:
    is_there = Q(programme__in=list(named))
    return is_there | Q(zone=ground.zone) if ground.zone else is_there


def _during(times: Sequence[Time]) -> Q:
    found = Q()
    for begin, end in times:
        found |= Q(starts_at__lt=end, ends_at__gt=begin)
    return found


def _clash(row: Patrol, ground: Ground, named: dict[UUID, list[str]]) -> Clash:
    sections = named.get(row.programme_id, ()) if row.programme_id else ()
    shared = ground.sections & set(sections)
    return Clash(row, row.zone_id == ground.zone, tuple(sorted(shared)))


def _at(time: Time, found: Collection[Clash]) -> Iterator[Clash]:
    for one in found:
        if overlap(time, (one.patrol.starts_at, one.patrol.ends_at)):
            yield one


def overlap(one: Time, other: Time) -> bool:
    """Whether two times have a moment in common."""
    return one[0] < other[1] and other[0] < one[1]
