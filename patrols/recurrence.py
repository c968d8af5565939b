"""When a programme's patrols start: an RFC 5545 rule in the clock of one time zone.

Only a recurrence rule (RRULE), whose parts keep to what a duty roster says: every
n-th day, week or month, on some weekdays or days of the month, in some months,
until a day or so many times. Everything that lets a rule recur within a day, or
never, is refused, so that looking for the next start always ends soon.

**Daylight saving time.** A start is a wall-clock time, not a distance from the last
one. A time that occurs twice means its first occurrence; a time that is skipped
moves forward by the length of the gap (RFC 5545, section 3.3.5). An end is a
wall-clock time too, and one that occurs twice means its last occurrence: patrols that
follow each other on the clock overlap by the hour that is repeated, and never leave a
gap (as GoAlert has it, PR 1252).

Pure: no Django, no clock; dates and text in, moments in UTC out.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

MAX_STARTS = 1000
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


# Characters of a rule, as it is stored.
LONGEST = 200


class BadRule(ValueError):
    """A rule that is refused; ``code`` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of a rule. ``weekdays`` are (ordinal or 0, weekday from 0)."""

    frequency: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    count: int | None = None
    until: str = ""
    week_start: str = "MO"
    text: str = field(default="", compare=False)


def parse(text: str) -> Rule:
    """Return the parts of an RRULE, with or without the word ``RRULE:``.

    Raises :class:`BadRule` for anything that is not such a rule.
    """
    body = text.strip().upper().removeprefix("RRULE:")
    if len(body) > LONGEST:
        raise BadRule("too_long", f"A rule has at most {LONGEST} characters.")
    parts: dict[str, str] = {}
    for part in body.split(";"):
        name, sign, value = part.partition("=")
        if not sign or not value or name in parts:
            raise BadRule("bad_rule", f"Not a recurrence rule: {part[:40]!r}")
        if name != "FREQ" and name not in _READERS:
            raise BadRule("part_not_allowed", f"Not allowed in a rule: {name[:40]}")
        parts[name] = value
    frequency = parts.pop("FREQ", "")
    if frequency not in FREQUENCIES:
        raise BadRule("bad_frequency", "FREQ: DAILY, WEEKLY or MONTHLY.")
    values: dict[str, object] = {}
    for name, value in parts.items():
        attribute, read = _READERS[name]
        values[attribute] = read(value)
    rule = Rule(frequency, text=body, **values)  # type: ignore[arg-type]
    _require_sense(rule)
    return rule


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdecimal() or len(value) > 4:
            raise BadRule("bad_number", f"Not a number: {value[:40]!r}")
        if not low <= int(value) <= high:
            raise BadRule("out_of_range", f"A number from {low} to {high}.")
        return int(value)

    return read


def _numbers(low: int, high: int) -> Callable[[str], tuple[int, ...]]:
    def read(value: str) -> tuple[int, ...]:
        found = set()
        for item in value.split(","):
            size = _number(1, high)(item.removeprefix("+").removeprefix("-"))
            found.add(-size if item.startswith("-") else size)
        if min(found) < low:
            raise BadRule("out_of_range", f"Numbers from {low} to {high}.")
        return tuple(sorted(found))

    return read


def _weekdays(value: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for item in value.split(","):
        match = _BYDAY.fullmatch(item)
        if match is None:
            raise BadRule("bad_weekday", f"Not a weekday: {item[:40]!r}")
        found.add((int(match[1] or 0), DAYS.index(match[2])))
    return tuple(sorted(found))


def _until(value: str) -> str:
    _wall_clock_until(value)
    return value


def _wall_clock_until(value: str) -> tuple[datetime, bool]:
    """Return the last possible start, and whether it was given in UTC."""
    match = _UNTIL.fullmatch(value)
    try:
        if match is None:
            raise ValueError(value)
        # A day counts whole.
        last = datetime.fromisoformat(f"{match[1]}T{match[2] or '235959'}")
    except ValueError:
        raise BadRule("bad_until", "UNTIL: a day such as 20261231.") from None
    return last, bool(match[3])


def _week_start(value: str) -> str:
    if value not in DAYS:
        raise BadRule("bad_weekday", f"Not a weekday: {value[:40]!r}")
    return value


_READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "INTERVAL": ("interval", _number(1, 99)),
    "COUNT": ("count", _number(1, MAX_STARTS)),
    "UNTIL": ("until", _until),
    "BYDAY": ("weekdays", _weekdays),
    "BYMONTHDAY": ("month_days", _numbers(-31, 31)),
    "BYMONTH": ("months", _numbers(1, 12)),
    "BYSETPOS": ("positions", _numbers(-4, 4)),
    "WKST": ("week_start", _week_start),
}


def _require_sense(rule: Rule) -> None:
    """Refuse the combinations that may never come true, or mean nothing."""
    is_monthly = rule.frequency == "MONTHLY"
    has_ordinals = any(ordinal for ordinal, _day in rule.weekdays)
    refused = {
        "COUNT and UNTIL exclude each other.": rule.count and rule.until,
        "BYMONTHDAY goes with FREQ=MONTHLY.": rule.month_days and not is_monthly,
        "Numbered weekdays go with FREQ=MONTHLY.": has_ordinals and not is_monthly,
        "BYSETPOS goes with FREQ=MONTHLY and plain weekdays.": rule.positions
        and (not is_monthly or not rule.weekdays or has_ordinals),
        "BYDAY and BYMONTHDAY exclude each other.": rule.weekdays and rule.month_days,
        # Every fifth day and only on Mondays, every second month and only in May:
        # such pairs may miss each other for ever.
        "BYDAY and BYMONTH need INTERVAL=1.": rule.interval > 1
        and (rule.months or (rule.weekdays and rule.frequency == "DAILY")),
    }
    for text, is_so in refused.items():
        if is_so:
            raise BadRule("bad_combination", text)
    lengths = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    longest = max((lengths.get(m, 31) for m in rule.months), default=31)
    if rule.month_days and min(map(abs, rule.month_days)) > longest:
        raise BadRule("never", "No such day in these months.")


@dataclass(frozen=True, slots=True)
class Series:
    """A rule with its first day, its time on the wall clock and its time zone.

    ``excepted`` days have no start (EXDATE), though they count towards COUNT.
    """

    rule: Rule
    first_on: date
    start_time: time
    zone: ZoneInfo
    excepted: frozenset[date] = frozenset()

    def starts(self, after: datetime, before: datetime) -> list[datetime]:
        """Return the starts in [after, before), in UTC, at most ``MAX_STARTS``.

        Both bounds are aware. Starts that fall together at a change of the clock
        are one.
        """
        return list(islice(self._between(after, before), MAX_STARTS))

    def next(self, after: datetime, number: int) -> list[datetime]:
        """Return the next ``number`` starts from ``after`` on, in UTC."""
        far = after.replace(year=min(after.year + 400, 9998), day=1)
        return list(islice(self._between(after, far), number))

    def _between(self, after: datetime, before: datetime) -> Iterator[datetime]:
        # A day on either side: the zone's offset, and a start that moves forward.
        low = after.astimezone(self.zone).replace(tzinfo=None) - timedelta(days=1)
        known = None
        for wall in self._dates().xafter(low, inc=True):
            if wall.date() in self.excepted:
                continue
            start = moment(wall, self.zone)
            if start >= before:
                return
            if start >= after and start != known:
                known = start
                yield start

    def _dates(self) -> rrule:
        first = datetime.combine(self.first_on, self.start_time)
        kept = [p for p in self.rule.text.split(";") if not p.startswith("UNTIL=")]
        until = self._until()
        found = rrulestr(";".join(kept), dtstart=first, cache=False)
        if not isinstance(found, rrule):
            raise BadRule("bad_rule", "Not a single rule.")
        return found if until is None else found.replace(until=until)

    def _until(self) -> datetime | None:
        """Return the last possible start on the wall clock."""
        if not self.rule.until:
            return None
        wall, is_utc = _wall_clock_until(self.rule.until)
        # At either end of the calendar no clock can be set.
        if not is_utc or wall.year in (MINYEAR, MAXYEAR):
            return wall
        return wall.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return a wall-clock time of a zone in UTC.

    ``fold=0`` is the first of two occurrences; in a gap it counts with the offset
    before the gap, which moves the time forward by the gap's length.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def end_of(start: datetime, duration: timedelta, zone: ZoneInfo) -> datetime:
    """Return the end of what starts then and lasts so long on the wall clock, in UTC.

    In a gap ``fold=0`` is the later reading of a time, where it occurs twice
    ``fold=1``.
    """
    wall = start.astimezone(zone).replace(tzinfo=None) + duration
    return max(wall.replace(tzinfo=zone, fold=n).astimezone(UTC) for n in (0, 1))
