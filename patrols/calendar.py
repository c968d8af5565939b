"""Where patrols lie in a calendar: on which days, in which hours, in which lane.

Pure: plain data in and out. Days are those of a clock; where it is changed, a day has
23 or 25 hours, and hours are counted as they pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """An agency's lane, and the number of its look."""

    code: str
    look: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Outing:
    """Something that takes from a moment to a moment, in a lane.

    ``of`` is what it stands for; nothing here looks into it.
    """

    lane: Lane
    starts_at: datetime
    ends_at: datetime
    of: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What of an outing lies on one day: hours ``first`` to ``last`` since midnight.

    ``last`` is the hour after. A night is two pieces.
    """

    outing: Outing
    first: int
    last: int
    is_from_before: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """Some hours of a row: one piece, or nothing."""

    hours: int
    piece: Piece | None = None


@dataclass(frozen=True, slots=True)
class DayLane:
    """A lane's rows on one day; what overlaps lies in different rows."""

    lane: Lane
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day by the hour; ``hours`` are the moments at which they begin."""

    day: date
    hours: list[datetime]
    lanes: list[DayLane]
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class WeekLane:
    """What lies in a lane in one week, by day."""

    lane: Lane
    days: list[list[Piece]]


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """Seven days, and a lane for each agency that has something in them."""

    days: list[date]
    lanes: list[WeekLane]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def span(days: Sequence[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when days begin and end, from the first to the last, in UTC."""
    return midnight(days[0], zone), midnight(days[-1] + DAY, zone)


def week_of(day: date) -> list[date]:
    """Return the seven days from the Monday on or before a day."""
    monday = day - day.weekday() * DAY
    return [monday + n * DAY for n in range(7)]


def month_of(day: date) -> list[date]:
    """Return the days of whole weeks that hold a day's month."""
    first = week_of(day.replace(day=1))[0]
    last = week_of(next_month(day) - DAY)[-1]
    return [first + n * DAY for n in range((last - first).days + 1)]


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + 31 * DAY).replace(day=1)


def hours_of(day: date, zone: ZoneInfo) -> list[datetime]:
    """Return, in UTC, when each hour of a day begins: 24, or 23 or 25."""
    begin, end = span([day], zone)
    number = -((begin - end) // HOUR)
    return [begin + n * HOUR for n in range(number)]


def pieces(outings: Iterable[Outing], day: date, zone: ZoneInfo) -> list[Piece]:
    """Return what of some outings lies on a day, in the order of their starts."""
    begin, end = span([day], zone)
    number = -((begin - end) // HOUR)
    found = []
    for outing in sorted(outings, key=lambda one: (one.starts_at, one.ends_at)):
        if outing.starts_at >= end or outing.ends_at <= begin:
            continue
        first = max((outing.starts_at - begin) // HOUR, 0)
        last = min(-((begin - outing.ends_at) // HOUR), number)
        found.append(Piece(outing, first, last, outing.starts_at < begin))
    return found


def by_hour(
    outings: Sequence[Outing], days: Iterable[date], zone: ZoneInfo
) -> list[DayPlan]:
    """Lay days out by the hour, in lanes by agency."""
    plans = []
    for day in days:
        found = pieces(outings, day, zone)
        hours = hours_of(day, zone)
        lanes = [
            DayLane(lane, [_cells(row, len(hours)) for row in _rows(own)])
            for lane, own in _by_lane(found)
        ]
        plans.append(DayPlan(day, hours, lanes, found))
    return plans


def by_week(
    outings: Sequence[Outing], days: Sequence[date], zone: ZoneInfo
) -> list[WeekPlan]:
    """Lay whole weeks out by the day, in lanes by agency."""
    plans = []
    for start in range(0, len(days), 7):
        week = list(days[start : start + 7])
        found = [pieces(outings, day, zone) for day in week]
        used = sorted({piece.outing.lane for day in found for piece in day})
        lanes = [
            WeekLane(lane, [[p for p in day if p.outing.lane == lane] for day in found])
            for lane in used
        ]
        plans.append(WeekPlan(week, lanes))
    return plans


def clashes(outings: Iterable[Outing]) -> set[Outing]:
    """Return those that overlap another in time; to touch is not to overlap."""
    found: set[Outing] = set()
    latest: Outing | None = None
    for outing in sorted(outings, key=lambda one: (one.starts_at, one.ends_at)):
        if latest is not None and outing.starts_at < latest.ends_at:
            found |= {outing, latest}
        if latest is None or outing.ends_at > latest.ends_at:
            latest = outing
    return found


def hours_within(
    outings: Iterable[Outing], days: Sequence[date], zone: ZoneInfo
) -> float:
    """Return how many hours of some outings lie within some days in a row."""
    begin, end = span(days, zone)
    parts = (
        min(outing.ends_at, end) - max(outing.starts_at, begin) for outing in outings
    )
    return sum((part for part in parts if part > timedelta()), timedelta()) / HOUR


def _by_lane(found: Iterable[Piece]) -> list[tuple[Lane, list[Piece]]]:
    lanes: defaultdict[Lane, list[Piece]] = defaultdict(list)
    for piece in found:
        lanes[piece.outing.lane].append(piece)
    return sorted(lanes.items())


def _rows(found: Iterable[Piece]) -> list[list[Piece]]:
    """Put each piece in the first row whose last piece is over."""
    rows: list[list[Piece]] = []
    for piece in found:
        free = (row for row in rows if row[-1].last <= piece.first)
        row = next(free, None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    return rows


def _cells(row: Iterable[Piece], number: int) -> list[Cell]:
    cells = []
    at = 0
    for piece in row:
        if piece.first > at:
            cells.append(Cell(piece.first - at))
        cells.append(Cell(piece.last - piece.first, piece))
        at = piece.last
    if at < number:
        cells.append(Cell(number - at))
    return cells
