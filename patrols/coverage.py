"""How far patrols cover stretches of the border in time, and where there are holes.

Pure: plain data in and out, moments in UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a moment to a moment, the last not included."""

    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends_at - self.starts_at) / HOUR


class Cover(StrEnum):
    """How much of a time is covered."""

    NONE = "none"
    PART = "part"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Part:
    """A time of one section: what of it is covered, and the holes."""

    span: Span
    covered: list[Span]
    holes: list[Span]
    # Whether any programme's rule has a patrol in it.
    is_due: bool = True

    @property
    def hours(self) -> float:
        """How many hours are covered."""
        return sum(one.hours for one in self.covered)

    @property
    def cover(self) -> Cover:
        """How much of it is."""
        if not self.covered:
            return Cover.NONE
        return Cover.PART if self.holes else Cover.FULL

    @property
    def is_rest(self) -> bool:
        """Whether nobody is out, and nobody is to be."""
        return not self.covered and not self.is_due

    @property
    def strip(self) -> list[tuple[bool, int]]:
        """Return it hour by hour as runs: whether any of an hour is bare, how long.

        An hour is bare unless all of it is covered.
        """
        runs: list[tuple[bool, int]] = []
        at = self.span.starts_at
        while at < self.span.ends_at:
            end = min(at + HOUR, self.span.ends_at)
            is_bare = any(h.starts_at < end and h.ends_at > at for h in self.holes)
            if runs and runs[-1][0] == is_bare:
                runs[-1] = (is_bare, runs[-1][1] + 1)
            else:
                runs.append((is_bare, 1))
            at = end
        return runs


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union of some times, in order, without overlaps."""
    found: list[Span] = []
    for one in sorted(spans):
        if found and one.starts_at <= found[-1].ends_at:
            end = max(found[-1].ends_at, one.ends_at)
            found[-1] = Span(found[-1].starts_at, end)
        else:
            found.append(one)
    return found


def part(within: Span, patrolled: Iterable[Span]) -> Part:
    """Return what of a time is patrolled, and what is not."""
    clipped = (
        Span(max(s.starts_at, within.starts_at), min(s.ends_at, within.ends_at))
        for s in patrolled
        if s.starts_at < within.ends_at and s.ends_at > within.starts_at
    )
    covered = merged(clipped)
    holes = []
    at = within.starts_at
    for one in covered:
        if one.starts_at > at:
            holes.append(Span(at, one.starts_at))
        at = one.ends_at
    if at < within.ends_at:
        holes.append(Span(at, within.ends_at))
    return Part(within, covered, holes)


def table(
    patrolled: Iterable[tuple[str, Span]],
    sections: Iterable[str],
    cuts: Sequence[datetime],
    due: Iterable[tuple[str, Span]] | None = None,
) -> dict[str, list[Part]]:
    """Return each section's parts between the cuts, such as the midnights of a week.

    ``due`` are the patrols that rules name; without them any part is taken to be due.
    """
    by_section, by_rule = _by_section(patrolled), _by_section(due or ())
    within = [Span(*pair) for pair in pairwise(cuts)]
    found = {}
    for code in sections:
        spans = merged(by_section[code])
        rule = by_rule[code]
        found[code] = [
            replace(part(one, spans), is_due=due is None or _meets(one, rule))
            for one in within
        ]
    return found


def _by_section(given: Iterable[tuple[str, Span]]) -> defaultdict[str, list[Span]]:
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for code, one in given:
        found[code].append(one)
    return found


def _meets(within: Span, spans: Iterable[Span]) -> bool:
    return any(
        one.starts_at < within.ends_at and one.ends_at > within.starts_at
        for one in spans
    )


def patrolled_span(
    starts_at: datetime,
    ends_at: datetime,
    started_at: datetime | None,
    ended_at: datetime | None,
    now: datetime,
) -> Span | None:
    """Return when a patrol is, or was, out; None for one that never left.

    What has happened goes before what was planned: one that is out is taken to be
    back when planned, and while it is late, until now.
    """
    if started_at is None:
        return Span(starts_at, ends_at) if ends_at > now else None
    end = ended_at or max(ends_at, now)
    return Span(started_at, end) if end > started_at else None
