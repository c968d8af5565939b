"""The next dates of a programme: what is open, what would be opened, what is left out.

From patrols that the reader sees, and from nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from agencies.policy import Actor
from patrols import leads, rules
from patrols.conflicts import Conflict
from patrols.models import CURRENT_STATES, Patrol, PatrolState, Programme
from patrols.rotation import Slot, assign

NEXT = 6
# Cancelled when the rule no longer names them.
LOOSE = (PatrolState.PLANNED, PatrolState.PROPOSED)


@dataclass(frozen=True, slots=True)
class NextDate:
    """A start of a programme, with the patrol that was opened or the expected lead."""

    at: datetime
    ends_at: datetime
    patrol: Patrol | None = None
    lead: str | None = None
    # The rule names it, and it is one of the days left out.
    is_left_out: bool = False
    # The rule does not name it, but what is agreed stays.
    is_kept: bool = False
    # What stands in its way (``patrols.foresight``), where that was looked at.
    conflicts: tuple[Conflict, ...] = ()

    @property
    def starts_at(self) -> datetime:
        """When it leaves; a patrol may have been moved from the start by the rule."""
        return self.patrol.starts_at if self.patrol else self.at

    @property
    def time(self) -> tuple[datetime, datetime]:
        """From when to when it is out."""
        return self.starts_at, self.ends_at

    @property
    def is_going(self) -> bool:
        """Whether a patrol is to go out: it is not left out, nor called off."""
        is_current = self.patrol is None or self.patrol.state in CURRENT_STATES
        return is_current and not self.is_left_out

    @property
    def leader(self) -> str:
        """The agency that leads, or is expected to."""
        return self.patrol.lead.code if self.patrol else self.lead or ""


def next_dates(
    row: Programme, actor: Actor, ledger: Iterable[leads.Entry]
) -> list[NextDate]:
    """Return the next starts: opened patrols, and what the rotation would give.

    ``ledger`` holds the patrols of the programme that the officer sees. Planned
    ones that the rule does not name are left out: saving it would cancel them.
    """
    now = timezone.now()
    ahead = Patrol.objects.visible_to(actor).filter(
        programme=row.pk, recurrence_at__gte=now, is_displaced=False
    )
    opened = {patrol.recurs_at: patrol for patrol in ahead.select_related("lead")}
    series = rules.series_of(row)
    last = max(opened, default=now) + timedelta(seconds=1)
    named = {*series.next(now, NEXT), *series.starts(now, last)}
    kept = {
        at: patrol
        for at, patrol in opened.items()
        if at in named or patrol.state not in LOOSE
    }
    starts = sorted(named | set(kept))[:NEXT]
    slots = {
        one.recurs_at: one.slot
        for one in ledger
        if one.recurs_at not in opened or one.recurs_at in kept
    }
    for start in starts:
        if start not in kept:
            slots[start] = Slot(row.entitlements)
    # Who leads is open while nobody has a share.
    order = sorted(slots) if row.entitlements else []
    given = assign([slots[at] for at in order], ahead=row.entitlements)
    lead_at = dict(zip(order, given, strict=True))
    return [
        NextDate(at, patrol.ends_at, patrol, is_kept=at not in named)
        if (patrol := kept.get(at))
        else NextDate(at, row.end_after(at), lead=lead_at.get(at))
        for at in starts
    ]


def with_left_out(row: Programme, dates: list[NextDate]) -> list[NextDate]:
    """Return dates with those in between that the rule names and that are left out."""
    if not dates:
        return dates
    series = rules.series_of(row)
    end = dates[-1].at + timedelta(seconds=1)
    bare = replace(series, excepted=frozenset())
    known = {one.at for one in dates}
    out = [
        at
        for at in bare.starts(timezone.now(), end)
        if at.astimezone(series.zone).date() in series.excepted and at not in known
    ]
    left = [NextDate(at, row.end_after(at), is_left_out=True) for at in out[:NEXT]]
    return sorted([*dates, *left], key=lambda one: one.at)
