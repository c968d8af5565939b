"""The calendar: its layout, also where clocks are changed; its pages and tables."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.actions import personnel
from agencies.context import acting
from patrols import actions, calendar
from patrols.calendar import Lane, Outing
from tests.patrols.conftest import Callers
from tests.patrols.series import a_patrol, a_zone
from tests.world import World

BISHKEK = ZoneInfo("Asia/Bishkek")
BERLIN = ZoneInfo("Europe/Berlin")
KG, TJ = Lane("KG-BS", 0), Lane("TJ-BT", 1)
MONDAY = date(2026, 3, 2)


def outing(start: str, hours: float, lane: Lane = KG, zone: ZoneInfo = BISHKEK) -> Any:
    begin = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC)
    return Outing(lane, begin, begin + timedelta(hours=hours), start)


def told(plans: list[Any]) -> list[Any]:
    """Return each piece: which day, from which hour to which, what is cut off."""
    return [
        (plan.day.day, piece.first, piece.last, piece.is_from_before)
        for plan in plans
        for piece in plan.pieces
    ]


# --- the layout ----------------------------------------------------------------


def test_a_month_is_whole_weeks() -> None:
    days = calendar.month_of(date(2026, 2, 11))
    assert (days[0], days[-1]) == (date(2026, 1, 26), date(2026, 3, 1))
    assert calendar.next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert calendar.week_of(date(2026, 3, 8))[0] == MONDAY


def test_a_night_lies_on_both_days() -> None:
    night = outing("2026-03-02T22:00", 8)
    plans = calendar.by_hour([night], calendar.week_of(MONDAY), BISHKEK)
    assert told(plans) == [(2, 22, 24, False), (3, 0, 6, True)]
    [lane] = plans[1].lanes
    assert [(c.hours, c.piece is not None) for c in lane.rows[0]] == [
        (6, True), (18, False),
    ]  # fmt: skip


def test_midnight_is_the_end_of_a_day_and_not_the_next() -> None:
    late = outing("2026-03-02T20:00", 4)
    plans = calendar.by_hour([late], calendar.week_of(MONDAY), BISHKEK)
    assert told(plans) == [(2, 20, 24, False)]


def test_an_hour_that_is_begun_is_taken() -> None:
    short = outing("2026-03-02T06:50", 0.25)
    [plan, *_] = calendar.by_hour([short], [MONDAY], BISHKEK)
    assert told([plan]) == [(2, 6, 8, False)]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2024, 2, 29), ZoneInfo("Asia/Almaty"), 25),
        (date(2026, 4, 5), ZoneInfo("Australia/Lord_Howe"), 25),
        (date(2026, 10, 4), ZoneInfo("Australia/Lord_Howe"), 24),
        (MONDAY, BISHKEK, 24),
    ],
)
def test_a_day_has_the_hours_of_its_clock(day: date, zone: Any, hours: int) -> None:
    """Half an hour more, or less, is an hour that is begun."""
    found = calendar.hours_of(day, zone)
    assert len(found) == hours
    assert found[0] == datetime.combine(day, datetime.min.time(), zone)


def test_where_the_clock_goes_forward_a_night_is_shorter() -> None:
    """Eight hours from 22:00 end at 07:00; the day has no hour 2."""
    night = outing("2026-03-28T22:00", 8, zone=BERLIN)
    assert night.ends_at.astimezone(BERLIN).hour == 7
    days = [date(2026, 3, 28), date(2026, 3, 29)]
    plans = calendar.by_hour([night], days, BERLIN)
    assert told(plans) == [(28, 22, 24, False), (29, 0, 6, True)]
    assert [h.astimezone(BERLIN).hour for h in plans[1].hours[:4]] == [0, 1, 3, 4]


def test_where_the_clock_goes_back_an_hour_comes_twice() -> None:
    night = outing("2026-10-24T22:00", 8, zone=BERLIN)
    assert night.ends_at.astimezone(BERLIN).hour == 5
    days = [date(2026, 10, 24), date(2026, 10, 25)]
    plans = calendar.by_hour([night], days, BERLIN)
    assert told(plans) == [(24, 22, 24, False), (25, 0, 6, True)]
    assert [h.astimezone(BERLIN).hour for h in plans[1].hours[1:5]] == [1, 2, 2, 3]


def test_lanes_by_agency_and_rows_by_overlap() -> None:
    first = outing("2026-03-02T06:00", 8)
    second = outing("2026-03-02T10:00", 8)
    third = outing("2026-03-02T14:00", 2)
    other = outing("2026-03-02T06:00", 8, TJ)
    [plan] = calendar.by_hour([other, third, second, first], [MONDAY], BISHKEK)
    assert [(one.lane.code, len(one.rows)) for one in plan.lanes] == [
        ("KG-BS", 2), ("TJ-BT", 1),
    ]  # fmt: skip
    assert [cell.hours for cell in plan.lanes[0].rows[0]] == [6, 8, 2, 8]
    [week] = calendar.by_week([first, other], calendar.week_of(MONDAY), BISHKEK)
    assert [len(day) for lane in week.lanes for day in lane.days] == [1, *[0] * 6] * 2


def test_clashes_and_hours() -> None:
    long = outing("2026-03-02T00:00", 48)
    inner = outing("2026-03-02T05:00", 1)
    later = outing("2026-03-03T05:00", 1)
    after = outing("2026-03-04T00:00", 5)
    assert calendar.clashes([after, later, inner, long]) == {long, inner, later}
    assert calendar.clashes([long, after]) == set()
    week = calendar.week_of(MONDAY)
    over = outing("2026-03-08T20:00", 10)
    assert calendar.hours_within([inner, over], week, BISHKEK) == 5


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=12),
    st.sampled_from([BISHKEK, BERLIN]),
)
def test_nothing_is_lost_and_nothing_overlaps(made: Any, zone: ZoneInfo) -> None:
    """In the weeks of both clock changes: rows fill their days, in quarter hours."""
    for first in (date(2026, 3, 23), date(2026, 10, 19)):
        begin = calendar.midnight(first, zone)
        found = [
            Outing(
                KG, begin + n * calendar.HOUR / 2, begin + (n + k) * calendar.HOUR / 2
            )
            for n, k in made
        ]
        plans = calendar.by_hour(
            found, [first + n * calendar.DAY for n in range(7)], zone
        )
        for plan in plans:
            for lane in plan.lanes:
                for row in lane.rows:
                    assert sum(cell.hours for cell in row) == len(plan.hours)
        pieces = [piece for plan in plans for piece in plan.pieces]
        drawn = [c.piece for p in plans for one in p.lanes for r in one.rows for c in r]
        assert {p for p in drawn if p} == set(pieces)
        end = plans[-1].hours[-1] + calendar.HOUR
        for one in found:
            own = [p for p in pieces if p.outing is one]
            assert bool(own) == (one.starts_at < end)
            assert sum(not p.is_from_before for p in own) == bool(own)


# --- the pages -------------------------------------------------------------------

PAGES = [
    "/patrols/calendar/", "/patrols/calendar/?view=week",
    "/patrols/calendar/?view=state",
    "/patrols/duties/", "/patrols/coverage/", "/patrols/coverage/?view=week",
    "/patrols/feeds/", "/patrols/calendar/patrols.csv", "/patrols/patrols.csv",
    "/patrols/coverage/coverage.csv",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_when_there_is_nothing(
    callers: Callers, client: Any, path: str
) -> None:
    assert callers.outsider.page(path).status_code == 200
    assert client.get(path)["Location"].startswith("/accounts/login/")


def at(days: float) -> datetime:
    """Return a moment of some day of the week of 2 March 2026, by UTC."""
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=days)


@pytest.fixture
def night(world: World) -> Any:
    """A patrol of KG-BS and TJ-BT from Monday 20:00 to Tuesday 04:00 in Bishkek."""
    zone = a_zone(world.owner, "Z-N", release_to=["agency:TJ-BT"])
    return a_patrol(
        world, zone=zone, title="Watch at night", starts_at=at(14 / 24),
        ends_at=at(22 / 24),
    )  # fmt: skip


@pytest.mark.parametrize("view", ["month", "week", "state"])
def test_who_sees_a_patrol_finds_it_in_the_calendar(
    callers: Callers, night: Any, view: str
) -> None:
    asked = {"view": view, "on": "2026-03-04"}
    page = callers.partner.page("/patrols/calendar/", **asked).content.decode()
    assert f'href="/patrols/{night.pk}/"' in page
    assert "Watch at night" in page
    assert "Zone Z-N" in page
    assert "Times of Asia/Dushanbe" in page
    # Dushanbe is an hour behind Bishkek.
    assert "19:00" in page
    hidden = callers.outsider.page("/patrols/calendar/", **asked).content.decode()
    assert str(night.pk) not in hidden
    assert "KG-BS" not in hidden.partition('<div id="calendar"')[2]
    assert "No patrol that you see is in this time." in hidden


def test_the_calendar_of_one_agency_and_of_another_time(
    callers: Callers, night: Any
) -> None:
    for found, query in [
        (True, {"on": "2026-03-31"}), (False, {"on": "2026-04-15"}),
        (True, {"view": "week", "on": "2026-03-03", "agency": "TJ-BT"}),
        (False, {"view": "week", "on": "2026-03-03", "agency": "UZ-BT"}),
        (False, {"view": "week", "on": "2026-03-09"}),
    ]:  # fmt: skip
        page = callers.owner.page("/patrols/calendar/", **query).content.decode()
        assert (str(night.pk) in page) == found, query
    week = callers.owner.page("/patrols/calendar/", view="week", on="2026-03-04")
    assert "on=2026-02-25" in week.content.decode()
    assert "on=2026-03-11" in week.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "view=year",
        "on=yesterday",
        "on=0001-01-01",
        "on=9999-12-31",
        "agency=NO",
        "on=%C0",
    ],
)
def test_what_is_not_understood_shows_the_present_month(
    callers: Callers, query: str
) -> None:
    assert callers.owner.page(f"/patrols/calendar/?{query}").status_code == 200
    assert callers.owner.page(f"/patrols/coverage/?{query}").status_code == 200


def test_tables_hold_what_pages_show(callers: Callers, night: Any) -> None:
    asked = {"view": "week", "on": "2026-03-04"}
    answer = callers.partner.page("/patrols/calendar/patrols.csv", **asked)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, row = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("ref,title,state,starts_at")
    assert row == (
        f"{night.ref},Watch at night,planned,2026-03-02T19:00+05:00,"
        "2026-03-03T03:00+05:00,KG-BS,KG-BS TJ-BT,Z-N Zone Z-N,,KG-BS"
    )
    listed = callers.partner.page("/patrols/patrols.csv", lead="KG-BS")
    assert night.ref in listed.content.decode()
    for path in ("calendar/patrols.csv", "patrols.csv"):
        nothing = callers.outsider.page(f"/patrols/{path}", **asked)
        assert len(nothing.content.decode().splitlines()) == 1


def test_my_duties_hold_what_i_command_and_when_i_am_away(
    callers: Callers, world: World
) -> None:
    mine = a_patrol(world, title="Mine")
    a_patrol(world, title="Somebody's", zone_code="Z-2")
    officer = world.officers["owner"]
    with acting(world.owner):
        actions.name_commander(patrol=mine, officer=officer, by=world.owner)
        personnel.enter_absence(
            officer=officer, kind="training", by=world.owner,
            starts_at=mine.ends_at - timedelta(hours=1),
            ends_at=mine.ends_at + timedelta(days=1),
        )  # fmt: skip
    page = callers.owner.page("/patrols/duties/").content.decode()
    assert "Mine" in page
    assert "Somebody" not in page
    assert "overlaps a duty or an absence" in page
    assert "Training" in page
    other = callers.owner_low.page("/patrols/duties/").content.decode()
    assert "Mine" not in other
    assert "Training" not in other
    found = callers.owner.get("patrols/", commander="owner").json()["results"]
    assert [row["title"] for row in found] == ["Mine"]
    # Whom one does not see is as good as nobody.
    assert callers.outsider.get("patrols/", commander="owner").status_code == 400


def test_what_ends_after_a_moment(callers: Callers, night: Any) -> None:
    for found, moment in [(1, "2026-03-02T21:00:00Z"), (0, "2026-03-02T22:00:00Z")]:
        answer = callers.partner.get("patrols/", ends_after=moment)
        assert len(answer.json()["results"]) == found, moment
