"""Coverage: which hours of which border sections patrols cover, and the holes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from hypothesis import given
from hypothesis import strategies as st

from agencies.context import acting
from patrols import actions, coverage
from patrols.coverage import Cover, Span, patrolled_span
from patrols.models import Patrol
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_patrol, a_programme
from tests.world import World

START = datetime(2026, 3, 2, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def span(first: float, last: float) -> Span:
    return Span(at(first), at(last))


# --- the arithmetic ----------------------------------------------------------------


def test_holes_between_patrols_that_overlap() -> None:
    patrolled = [span(6, 14), span(12, 16), span(20, 26), span(-3, 1)]
    found = coverage.part(span(0, 24), patrolled)
    assert found.covered == [span(0, 1), span(6, 16), span(20, 24)]
    assert found.holes == [span(1, 6), span(16, 20)]
    assert found.hours == 15
    assert found.cover == Cover.PART
    assert found.strip == [(False, 1), (True, 5), (False, 10), (True, 4), (False, 4)]


def test_all_and_nothing() -> None:
    assert coverage.part(span(0, 24), [span(-1, 12), span(12, 30)]).cover == Cover.FULL
    bare = coverage.part(span(0, 24), [span(24, 30), span(-9, 0)])
    assert bare.cover == Cover.NONE
    assert bare.holes == [span(0, 24)]
    assert bare.strip == [(True, 24)]


def test_an_hour_of_which_some_is_bare_is_bare() -> None:
    assert coverage.part(span(0, 3), [span(0, 1.5)]).strip == [(False, 1), (True, 2)]


def test_a_night_covers_both_days_of_its_sections_alone() -> None:
    cuts = [at(0), at(24), at(47)]
    table = coverage.table([("A", span(20, 30)), ("C", span(0, 48))], ["A", "B"], cuts)
    assert [part.hours for part in table["A"]] == [4, 6]
    assert [part.cover for part in table["B"]] == [Cover.NONE] * 2
    assert [part.span.hours for part in table["B"]] == [24, 23]


@given(st.lists(st.tuples(st.integers(-10, 30), st.integers(1, 12)), max_size=8))
def test_each_minute_is_covered_or_a_hole(made: list[tuple[int, int]]) -> None:
    spans = [span(begin, begin + length) for begin, length in made]
    found = coverage.part(span(0, 24), spans)
    both = sorted([*found.covered, *found.holes])
    assert both[0].starts_at == at(0)
    assert both[-1].ends_at == at(24)
    assert all(a.ends_at == b.starts_at for a, b in pairwise(both))
    for hour in range(24):
        is_out = any(s.starts_at <= at(hour) < s.ends_at for s in spans)
        assert is_out == any(h.starts_at <= at(hour) < h.ends_at for h in found.covered)


@pytest.mark.parametrize(
    ("started", "ended", "now", "found"),
    [
        (None, None, 1, (6, 14)),
        (None, None, 13, (6, 14)),
        (None, None, 14, None),
        (7, None, 9, (7, 14)),
        (7, None, 16, (7, 16)),
        (7, 12, 20, (7, 12)),
        (5, 5, 20, None),
    ],
)
def test_what_happened_goes_before_what_was_planned(
    started: Any, ended: Any, now: float, found: Any
) -> None:
    left, back = (None if hour is None else at(hour) for hour in (started, ended))
    one = patrolled_span(at(6), at(14), left, back, at(now))
    assert one == (found and span(*found))


# --- the page and the API ------------------------------------------------------------


@pytest.fixture
def week(world: World) -> list[Patrol]:
    """A daily watch from 08:00 to 16:00 in Bishkek on one of two sections."""
    with acting(world.admin):
        for code in ("KG-TJ-07", "KG-TJ-08"):
            line = MultiLineString(LineString((70, 40), (71, 41)), srid=4326)
            actions.register_section(
                code=code, name=f"Section {code}", states=["KG", "TJ"], line=line,
                status="agreed", by=world.admin,
            )  # fmt: skip
    programme = a_programme(
        world, section_codes=["KG-TJ-07"], start_time=time(8),
        first_on=(datetime.now(UTC) + timedelta(days=2)).date(),
    )  # fmt: skip
    with acting(world.owner):
        upto = datetime.now(UTC) + timedelta(days=6)
        return actions.open_patrols(programme=programme, upto=upto, by=world.owner)


def local_day(patrol: Patrol) -> date:
    return (patrol.starts_at + timedelta(hours=6)).date()


def test_sections_of_programmes_that_one_sees(
    callers: Callers, world: World, week: list[Patrol]
) -> None:
    day = local_day(week[0])
    asked = {"first_on": day.isoformat(), "days": "2"}
    for name, hour in [("owner", 2), ("partner", 2)]:
        answer = getattr(callers, name).get("coverage/", **asked)
        assert answer.status_code == 200, answer.content
        [section] = answer.json()["results"]
        assert section["section"] == "KG-TJ-07"
        first = section["days"][0]
        assert (first["on"], first["hours"]) == (day.isoformat(), 24)
        assert (first["covered_hours"], first["cover"]) == (8, "part")
        # 08:00 in Bishkek is 02:00 UTC.
        assert first["holes"][0]["ends_at"] == f"{day.isoformat()}T{hour:02}:00:00Z"
    assert callers.outsider.get("coverage/", **asked).json()["results"] == []

    # What is called off, and what is of no programme, covers nothing.
    a_patrol(world, starts_at=week[0].starts_at, ends_at=week[0].ends_at)
    with acting(world.owner):
        actions.cancel(patrol=week[0], reason="Snow", by=world.owner)
    after = callers.partner.get("coverage/", **asked).json()["results"][0]["days"]
    assert [one["cover"] for one in after] == ["none", "part"]


def test_a_day_without_a_patrol_by_rule_is_no_hole(
    callers: Callers, world: World, week: list[Patrol]
) -> None:
    """The week before the programme begins rests; a patrol called off leaves a hole."""

    def marks(day: date) -> str:
        page = callers.partner.page(
            "/patrols/coverage/", on=day.isoformat(), view="week"
        )
        return page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]

    before = marks(local_day(week[0]) - timedelta(days=7))
    assert before.count("cover-rest") == 7
    assert "hole" not in before
    with acting(world.owner):
        actions.cancel(patrol=week[0], reason="Snow", by=world.owner)
    assert "hole all day" in marks(local_day(week[0]))


def test_the_page_marks_holes_in_words(callers: Callers, week: list[Patrol]) -> None:
    asked = {"on": local_day(week[0]).isoformat()}
    page = callers.partner.page("/patrols/coverage/", view="week", **asked)
    text = page.content.decode()
    assert "Section KG-TJ-07" in text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "Section KG-TJ-08" in text.partition("<summary>")[2]
    assert "hole" in text.partition("<tbody>")[2]
    # By the partner's own clock, an hour behind.
    assert "15:00–24:00" in text
    month = callers.partner.page("/patrols/coverage/", **asked).content.decode()
    assert "cover-part" in month.partition("<tbody>")[2]
    table = callers.partner.page("/patrols/coverage/coverage.csv", view="week", **asked)
    rows = table.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 8
    assert any(",24,8.00,part," in row for row in rows)
    hidden = callers.outsider.page("/patrols/coverage/", view="week", **asked)
    assert (
        "No programme that you see names a border section." in hidden.content.decode()
    )


@pytest.mark.parametrize(
    "query",
    [
        {"days": "63"},
        {"days": "0"},
        {"first_on": "soon"},
        {"by": "hour"},
        {"days": "x"},
    ],
)
def test_what_cannot_be_asked(callers: Callers, query: dict[str, str]) -> None:
    answer = callers.owner.get("coverage/", **query)
    assert answer.status_code == 400
    assert code_of(answer)


def test_the_ends_of_time(callers: Callers) -> None:
    for day in ("0001-01-01", "9999-12-31", "1800-01-01"):
        assert callers.owner.get("coverage/", first_on=day).status_code == 400, day
