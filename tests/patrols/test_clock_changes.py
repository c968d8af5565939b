"""Recurrence over every change of the clock, 2015 to 2035, here and elsewhere."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from patrols.recurrence import Series, end_of, moment, parse

REGION = (
    "Asia/Bishkek", "Asia/Dushanbe", "Asia/Tashkent", "Asia/Samarkand", "Asia/Almaty",
    "Asia/Qyzylorda", "Asia/Qostanay", "Asia/Aqtau", "Asia/Ashgabat", "Asia/Kabul",
    "Asia/Urumqi", "Asia/Omsk", "Asia/Barnaul",
)  # fmt: skip
# The last changes its clock by half an hour, the one before in the month of fasting.
ELSEWHERE = (
    "Europe/Berlin",
    "America/New_York",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
)
DAY = timedelta(days=1)
SHIFT = timedelta(hours=8)


def changes(name: str) -> Iterator[datetime]:
    """Yield, in UTC and to the minute, when the clocks of a zone are set."""
    zone = ZoneInfo(name)

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    at = datetime(2015, 1, 1, tzinfo=UTC)
    while at.year < 2036:
        low, high = at, at + DAY
        if offset(low) != offset(high):
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                middle = middle.replace(second=0, microsecond=0)
                is_before = offset(middle) == offset(low)
                low, high = (middle, high) if is_before else (low, middle)
            yield high
        at += DAY


ALL = [(name, at) for name in (*REGION, *ELSEWHERE) for at in changes(name)]


def test_there_are_changes_of_both_kinds() -> None:
    assert len(ALL) > 170
    assert {name for name, _at in ALL} >= {"Asia/Almaty", "Asia/Barnaul", *ELSEWHERE}


def shown(start: datetime, zone: ZoneInfo) -> dict[datetime, datetime]:
    """Return, for five days, what the clock shows, with the first minute of each."""
    found: dict[datetime, datetime] = {}
    for n in range(5 * 24 * 60):
        at = start + timedelta(minutes=n)
        found.setdefault(at.astimezone(zone).replace(tzinfo=None), at)
    return found


def expected(wall: datetime, clock: dict[datetime, datetime]) -> datetime:
    """Return when the clock shows a time first, or would have, had it not been set."""
    before = wall
    while before not in clock:
        before -= timedelta(minutes=1)
    return clock[before] + (wall - before)


@pytest.mark.parametrize("name", [*REGION, *ELSEWHERE])
def test_every_day_has_its_start_on_the_wall_clock(name: str) -> None:
    zone = ZoneInfo(name)
    for at in changes(name):
        clock = shown(at - 3 * DAY, zone)
        around = at.astimezone(zone).replace(tzinfo=None)
        first = around.date() - DAY
        for minutes in (-150, -90, -60, -45, -30, -1, 0, 1, 15, 30, 60, 90, 240):
            time_of_day = (around + timedelta(minutes=minutes)).time()
            series = Series(parse("FREQ=DAILY"), first, time_of_day, zone)
            starts = series.next(at - 3 * DAY, 3)
            days = [datetime.combine(first + n * DAY, time_of_day) for n in range(3)]
            assert starts == [expected(day, clock) for day in days], (name, minutes)


@pytest.mark.parametrize("name", [*REGION, *ELSEWHERE])
def test_shifts_that_follow_each_other_never_leave_a_gap(name: str) -> None:
    """They overlap by what the clock repeats, or by what it skips, and no more."""
    zone = ZoneInfo(name)
    for at in changes(name):
        around = at.astimezone(zone).replace(tzinfo=None)
        for minutes in (-120, -60, -30, -15, 0, 10, 30, 60, 479):
            first = around - DAY + timedelta(minutes=minutes)
            starts = [moment(first + n * SHIFT, zone) for n in range(7)]
            ends = [end_of(start, SHIFT, zone) for start in starts]
            for (start, end), (later, _end) in pairwise(zip(starts, ends, strict=True)):
                assert start < later <= end, (name, first)
                assert end - later <= timedelta(hours=1), (name, first)


def test_an_end_that_occurs_twice_is_the_last() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    evening = datetime(2026, 10, 24, 16, 30, tzinfo=UTC)
    # 18:30 to 2:30: eight hours on the clock, nine on the watch.
    assert end_of(evening, SHIFT, berlin) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    in_bishkek = end_of(evening, SHIFT, ZoneInfo("Asia/Bishkek"))
    assert in_bishkek == evening + SHIFT


def test_days_left_out_have_no_start_and_count() -> None:
    days = frozenset({date(2026, 3, 21), date(2026, 5, 9)})
    zone = ZoneInfo("Asia/Bishkek")
    nowruz = Series(parse("FREQ=DAILY;COUNT=4"), date(2026, 3, 20), time(8), zone, days)
    found = nowruz.next(datetime(2026, 1, 1, tzinfo=UTC), 9)
    assert [start.day for start in found] == [20, 22, 23]
