"""Starts on the wall clock: rules that are taken, rules that are not, DST."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from patrols.recurrence import DAYS, MAX_STARTS, BadRule, Series, moment, parse

BISHKEK = "Asia/Bishkek"
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def series(rule: str, first: str = "2026-01-01T08:00", zone: str = BISHKEK) -> Series:
    """Return the series of a rule."""
    begin = datetime.fromisoformat(first)
    return Series(parse(rule), begin.date(), begin.time(), ZoneInfo(zone))


def walls(rule: str, number: int, first: str = "2026-01-01T08:00") -> list[str]:
    """Return the first starts by the clock of Bishkek."""
    found = series(rule, first).next(datetime(2026, 1, 1, tzinfo=UTC), number)
    return [at.astimezone(ZoneInfo(BISHKEK)).strftime("%Y-%m-%d %H:%M") for at in found]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY", ["2026-01-01 08:00", "2026-01-02 08:00"]),
        ("FREQ=DAILY;INTERVAL=3", ["2026-01-01 08:00", "2026-01-04 08:00"]),
        ("FREQ=DAILY;BYDAY=SA,SU", ["2026-01-03 08:00", "2026-01-04 08:00"]),
        ("FREQ=WEEKLY", ["2026-01-01 08:00", "2026-01-08 08:00"]),
        ("RRULE:freq=weekly;byday=mo,th", ["2026-01-01 08:00", "2026-01-05 08:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", ["2026-01-12 08:00", "2026-01-26 08:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", ["2026-01-15 08:00", "2026-01-31 08:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-01-30 08:00", "2026-02-27 08:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
         ["2026-01-30 08:00", "2026-02-27 08:00"]),
        ("FREQ=DAILY;BYMONTH=7", ["2026-07-01 08:00", "2026-07-02 08:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=29;BYMONTH=2",
         ["2028-02-29 08:00", "2032-02-29 08:00"]),
        ("FREQ=DAILY;COUNT=1", ["2026-01-01 08:00"]),
        ("FREQ=DAILY;UNTIL=20260101", ["2026-01-01 08:00"]),
        ("FREQ=DAILY;UNTIL=20260102T020000Z", ["2026-01-01 08:00", "2026-01-02 08:00"]),
        ("FREQ=DAILY;UNTIL=20260102T015959Z", ["2026-01-01 08:00"]),
        ("FREQ=DAILY;UNTIL=20251231", []),
        # The ends of the calendar, where no clock can be set.
        ("FREQ=DAILY;UNTIL=99991231T235959Z", ["2026-01-01 08:00", "2026-01-02 08:00"]),
        ("FREQ=DAILY;UNTIL=00010101T000000Z", []),
    ],
)  # fmt: skip
def test_starts(rule: str, days: list[str]) -> None:
    assert walls(rule, 2) == days


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "bad_rule"),
        ("every monday", "bad_rule"),
        ("FREQ=DAILY;", "bad_rule"),
        ("FREQ=DAILY;FREQ=DAILY", "bad_rule"),
        ("FREQ=DAILY\nEXDATE:20260101", "bad_frequency"),
        ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "part_not_allowed"),
        ("INTERVAL=2", "bad_frequency"),
        ("FREQ=HOURLY", "bad_frequency"),
        ("FREQ=MINUTELY", "bad_frequency"),
        ("FREQ=SECONDLY", "bad_frequency"),
        ("FREQ=YEARLY", "bad_frequency"),
        ("FREQ=DAILY;BYHOUR=8", "part_not_allowed"),
        ("FREQ=DAILY;BYMINUTE=0", "part_not_allowed"),
        ("FREQ=DAILY;BYEASTER=0", "part_not_allowed"),
        ("FREQ=WEEKLY;BYWEEKNO=3", "part_not_allowed"),
        ("FREQ=DAILY;INTERVAL=0", "out_of_range"),
        ("FREQ=DAILY;INTERVAL=100", "out_of_range"),
        ("FREQ=DAILY;INTERVAL=-1", "bad_number"),
        ("FREQ=DAILY;INTERVAL=two", "bad_number"),
        ("FREQ=DAILY;INTERVAL=²", "bad_number"),
        ("FREQ=DAILY;COUNT=99999", "bad_number"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "bad_combination"),
        ("FREQ=DAILY;UNTIL=2027", "bad_until"),
        ("FREQ=DAILY;UNTIL=20271301", "bad_until"),
        ("FREQ=WEEKLY;BYDAY=XX", "bad_weekday"),
        ("FREQ=WEEKLY;BYDAY=", "bad_rule"),
        ("FREQ=WEEKLY;BYDAY=1MO", "bad_combination"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "bad_combination"),
        ("FREQ=WEEKLY;WKST=XX", "bad_weekday"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "out_of_range"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "out_of_range"),
        ("FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2", "never"),
        ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "bad_combination"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5", "out_of_range"),
        ("FREQ=MONTHLY;BYSETPOS=1", "bad_combination"),
        ("FREQ=MONTHLY;BYMONTH=-1", "out_of_range"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTH=5", "bad_combination"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "bad_combination"),
    ],
)
def test_refused_rules(rule: str, code: str) -> None:
    with pytest.raises(BadRule) as refused:
        parse(rule)
    assert refused.value.code == code


def test_an_hour_that_occurs_twice_means_the_first() -> None:
    # Berlin sets its clocks back on 25 October 2026 at 3:00.
    berlin = series("FREQ=DAILY", "2026-10-24T02:30", "Europe/Berlin")
    found = berlin.next(datetime(2026, 10, 24, tzinfo=UTC), 3)
    assert [at.strftime("%d %H:%M") for at in found] == [
        "24 00:30", "25 00:30", "26 01:30"
    ]  # fmt: skip


def test_an_hour_that_is_skipped_moves_forward() -> None:
    # Berlin sets its clocks ahead on 29 March 2026 at 2:00.
    berlin = series("FREQ=DAILY", "2026-03-28T02:30", "Europe/Berlin")
    found = berlin.next(datetime(2026, 3, 28, tzinfo=UTC), 3)
    local = [at.astimezone(ZoneInfo("Europe/Berlin")) for at in found]
    assert [at.strftime("%d %H:%M") for at in local] == [
        "28 02:30", "29 03:30", "30 02:30"
    ]  # fmt: skip


def test_wall_clock_stays_when_the_zone_changes_its_offset() -> None:
    # Kazakhstan went to UTC+5 on 1 March 2024.
    almaty = series("FREQ=DAILY", "2024-02-28T08:00", "Asia/Almaty")
    found = almaty.next(datetime(2024, 2, 28, tzinfo=UTC), 3)
    assert [at.strftime("%d %H:%M") for at in found] == [
        "28 02:00", "29 02:00", "01 03:00"
    ]  # fmt: skip


def test_bounds() -> None:
    daily = series("FREQ=DAILY")
    first = datetime(2026, 1, 1, 2, tzinfo=UTC)
    assert daily.starts(first, first + timedelta(days=1)) == [first]
    assert daily.starts(first, first) == []
    assert len(daily.starts(first, FAR)) == MAX_STARTS
    # Bounds may be in any zone.
    assert daily.starts(first.astimezone(ZoneInfo("Asia/Tokyo")), FAR)[0] == first


RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 99)),
    st.builds(
        "FREQ=WEEKLY;INTERVAL={};BYDAY={}".format, st.integers(1, 99),
        st.sets(st.sampled_from(DAYS), min_size=1).map(",".join),
    ),
    st.builds(
        "FREQ=MONTHLY;INTERVAL={};BYMONTHDAY={}".format, st.integers(1, 99),
        st.integers(-31, 31).filter(bool),
    ),
    st.builds(
        "FREQ=MONTHLY;INTERVAL={};BYDAY={}{}".format, st.integers(1, 99),
        st.sampled_from((-5, -2, -1, 1, 4, 5)), st.sampled_from(DAYS),
    ),
    st.builds(
        "FREQ=MONTHLY;BYDAY={};BYSETPOS={};BYMONTH={}".format,
        st.sets(st.sampled_from(DAYS), min_size=1).map(",".join),
        st.sampled_from((-4, -1, 1, 4)), st.integers(1, 12),
    ),
    st.builds(
        "FREQ=DAILY;BYDAY={};BYMONTH={}".format,
        st.sets(st.sampled_from(DAYS), min_size=1).map(",".join), st.integers(1, 12),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(RULES, st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.times())
def test_like_dateutil_and_never_long(rule: str, first: date, at: time) -> None:
    at = at.replace(microsecond=0, tzinfo=None)
    begin = perf_counter()
    zone = ZoneInfo("UTC")
    found = Series(parse(rule), first, at, zone).next(
        datetime(2000, 1, 1, tzinfo=UTC), 5
    )
    assert perf_counter() - begin < 1.0
    assert all(early < late for early, late in pairwise(found))
    wall = datetime.combine(first, at)
    expected = rrulestr(rule, dtstart=wall).xafter(wall, count=5, inc=True)
    assume(len(found) == 5)
    assert found == [moment(day, zone) for day in expected]


def test_a_rule_that_never_comes_true_ends_soon() -> None:
    # Every February, on the 31st: the parts make sense, the first day does not.
    begin = perf_counter()
    never = series("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31", "2026-02-01T08:00")
    assert never.next(datetime(2026, 1, 1, tzinfo=UTC), 1) == []
    assert perf_counter() - begin < 1.0
