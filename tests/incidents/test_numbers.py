"""Numbers: what is counted is what the reader sees, in every table, file and chart."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.context import acting, system
from agencies.policy import Actor
from incidents import bars
from incidents.actions import life, responses
from incidents.models import Acknowledgement, Incident, Severity
from incidents.near_sections import sections_of
from incidents.numbers import Asked, Took, numbers, week_name
from patrols import actions as patrols
from patrols.cells import cell_of
from tests.api.http import token
from tests.incidents.conftest import Readers, problem, report, text
from tests.leaks.makers import MAKERS
from tests.world import World

PAGE, FILE, API = "/incidents/numbers/", "/incidents/numbers.csv", "/api/v1/numbers/"
ZONE = ZoneInfo("Asia/Bishkek")
# A Monday, 02:00 in Bishkek: a Sunday still in UTC.
MOMENT = datetime(2026, 1, 25, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def counted(actor: Actor, **more: Any) -> Any:
    """Return the numbers of January and February."""
    given = {"first": date(2026, 1, 1), "last": date(2026, 2, 28), "zone": ZONE} | more
    with acting(actor):
        return numbers(actor, Asked(**given))


def weeks(found: Any) -> dict[str, int]:
    """Return how many incidents fell into which weeks."""
    return {line.code: line.total for line in found.weeks if line.total}


def took(found: Any, measure: str, severity: str = "") -> Took:
    """Return how long something took."""
    [one] = [t for t in found.times if (t.measure, t.severity) == (measure, severity)]
    return one  # type: ignore[no-any-return]


def section(world: World, code: str, *places: tuple[float, float]) -> None:
    """Register a border section."""
    line = MultiLineString(LineString(*places), srid=4326)
    with acting(world.admin):
        patrols.register_section(
            code=code, name=code, states=["KG", "TJ"], status="agreed", line=line,
            source="s", by=world.admin,
        )  # fmt: skip


# --- what is counted ----------------------------------------------------------


def test_everybody_counts_what_they_see(world: World) -> None:
    report(world, occurred_at=MOMENT)
    report(world, occurred_at=MOMENT, release_to=["agency:TJ-BT"])
    report(world, occurred_at=MOMENT, tlp="red", release_to=["officer:partner"])
    report(world, "partner", occurred_at=MOMENT)
    totals = {
        name: counted(world.actor(name)).total
        for name in ("owner", "owner_admin", "partner", "partner_low", "outsider")
    }
    assert totals == {
        "owner": 3, "owner_admin": 2, "partner": 3, "partner_low": 2, "outsider": 0,
    }  # fmt: skip


def test_weeks_are_those_of_the_readers_clock(world: World) -> None:
    report(world, occurred_at=MOMENT)
    assert weeks(counted(world.owner)) == {"2026-W05": 1}
    assert weeks(counted(world.owner, zone=UTC_ZONE)) == {"2026-W04": 1}
    # Days begin and end by it, too.
    day = {"first": date(2026, 1, 26), "last": date(2026, 1, 26)}
    assert counted(world.owner, **day).total == 1
    assert counted(world.owner, zone=UTC_ZONE, **day).total == 0
    # A week without any is there.
    assert len(counted(world.owner).weeks) == 9


UTC_ZONE = ZoneInfo("UTC")


def test_types_and_severities(world: World) -> None:
    report(world, occurred_at=MOMENT, category="medical", severity="minor")
    report(world, occurred_at=MOMENT, category="medical", severity="extreme")
    report(world, occurred_at=MOMENT, category="arms", severity="minor")
    found = counted(world.owner)
    assert [(one.code, one.cells) for one in found.types] == [
        ("medical", [1, 0, 0, 1, 0, 2]),
        ("arms", [0, 0, 0, 1, 0, 1]),
    ]
    assert found.types[0].name.endswith(", no type given")
    assert counted(world.owner, category="medical").total == 2
    assert counted(world.owner, severity="minor").total == 2
    other = world.agencies["TJ-BT"].pk
    assert counted(world.owner, owner=other).total == 0


def test_a_tear_line_is_not_counted_twice(world: World) -> None:
    from agencies.actions import releases  # noqa: PLC0415

    row = report(world, occurred_at=MOMENT)
    with acting(world.owner):
        to = "agency:TJ-BT"
        releases.release(record=row, to=to, scope="tearline", by=world.owner)
    assert counted(world.owner).total == counted(world.partner).total == 1


def test_incidents_count_for_the_nearest_section(world: World) -> None:
    section(world, "WEST", (70.0, 40.0), (70.5, 40.0))
    section(world, "EAST", (72.0, 40.0), (72.5, 40.0))
    places = {"WEST": (70.3, 40.05), "EAST": (72.2, 39.95), "": (71.2, 41.5)}
    for n, (x, y) in enumerate(places.values(), 1):
        for _again in range(n):
            report(world, occurred_at=MOMENT, place=Point(x, y, srid=4326))
    found = counted(world.owner)
    assert {one.code: one.total for one in found.sections} == {
        "WEST": 1, "EAST": 2, "": 3,
    }  # fmt: skip
    assert [one.code for one in found.sections] == ["EAST", "WEST", ""]
    for code, n in (("WEST", 1), ("EAST", 2), ("NONE", 0)):
        assert counted(world.owner, section=code).total == n


def test_the_nearest_section_agrees_with_postgis(world: World) -> None:
    from django.contrib.gis.db.models.functions import Distance  # noqa: PLC0415

    from patrols.models import BorderSection  # noqa: PLC0415

    section(world, "A", (69.0, 39.0), (70.0, 41.0), (71.0, 40.0))
    section(world, "B", (71.0, 40.0), (72.0, 40.5), (73.0, 39.5))
    places = [
        Point(69 + n * 0.37 % 4, 39 + n * 0.53 % 2.2, srid=4326) for n in range(60)
    ]
    import h3.api.basic_int as h3  # noqa: PLC0415

    cells = {cell_of(place) for place in places}
    found = sections_of(cells)
    for cell in cells:
        y, x = h3.cell_to_latlng(cell)
        centre = Point(x, y, srid=4326)
        away = BorderSection.objects.annotate(
            away=Distance("line", centre, spheroid=True)
        ).order_by("away")
        first, second = away
        near = first.away.m
        if near > 27_000 or second.away.m - near < 1500:
            continue  # in doubt by the lines' and the sphere's own coarseness
        if near < 23_000:
            assert found.get(cell) == first.code
    assert set(found.values()) == {"A", "B"}


# --- how long it took ---------------------------------------------------------


def test_half_and_nine_tenths(world: World) -> None:
    minutes = [5, 10, 20, 40, 80, 160, 320]
    for n in minutes:
        row = report(world, occurred_at=MOMENT, severity="severe")
        with acting(world.owner):
            life.acknowledge(incident=row, by=world.owner)
            life.close(incident=row, reason="handled", by=world.owner)
        with system("test"):
            at = row.created_at + timedelta(minutes=n)
            Acknowledgement.objects.filter(incident=row).update(at=at)
            rows = Incident.objects.filter(pk=row.pk)
            rows.update(closed_at=row.created_at + timedelta(minutes=2 * n))
    found = counted(world.owner)
    for severity in ("", "severe"):
        one = took(found, "acknowledge", severity)
        assert (one.n, one.median) == (7, median(minutes) * 60)
        # Between the sixth and the seventh: 160 + 0.4 * (320 - 160).
        assert one.p90 == pytest.approx(224 * 60)
        assert took(found, "close", severity).median == 2 * median(minutes) * 60
    assert took(found, "acknowledge", "minor") == Took("acknowledge", "minor")
    assert took(found, "arrive").n == 0


def test_the_first_that_the_reader_sees_counts(world: World) -> None:
    row = report(world, occurred_at=MOMENT, release_to=["agency:TJ-BT", "agency:UZ-BT"])
    after = {"owner": 10, "partner": 20, "late": 30}
    for name, minutes in after.items():
        by = world.actor(name)
        with acting(by):
            life.acknowledge(incident=row, by=by)
            own = world.agencies[by.agency or ""]
            sent = responses.assign(incident=row, agency=own, by=by)
            responses.advance(response=sent, state="on_scene", by=by)
        with system("test"):
            at = row.created_at + timedelta(minutes=minutes)
            ours = {"incident": row, "agency": own}
            Acknowledgement.objects.filter(**ours).update(at=at)
            type(sent).objects.filter(**ours).update(on_scene_at=at)
    for name, minutes in (("owner", 10), ("partner", 20), ("late", 30)):
        found = counted(world.actor(name))
        for measure in ("acknowledge", "arrive"):
            one = took(found, measure)
            assert (one.n, one.median) == (1, minutes * 60), (name, measure)


# --- patrols ------------------------------------------------------------------


def test_effort_is_of_patrols_that_are_seen(world: World) -> None:
    by = world.owner
    with acting(by):
        zone = MAKERS["zone"](by, "Z", [])
        agency = world.agencies["KG-BS"]
        now = timezone.now()
        patrol = patrols.plan(
            by=by, lead=agency, participants=["KG-BS"], title="P", zone=zone,
            starts_at=now, ends_at=now + 8 * HOUR,
        )  # fmt: skip
        patrols.agree(patrol=patrol, by=by)
        patrols.start(patrol=patrol, by=by)
        fixes = [
            patrols.NewFix(
                at=now + n * HOUR / 60, place=(70.5 + n / 100, 40.1), device="d"
            )
            for n in range(-3, 1)
        ]
        patrols.add_fixes(patrol=patrol, fixes=fixes, by=by)
    with system("test"):
        type(patrol).objects.filter(pk=patrol.pk).update(
            started_at=MOMENT, ended_at=MOMENT + 90 * HOUR / 60, state="completed"
        )
    [one] = [week for week in counted(world.owner).effort if week.patrols]
    assert (week_name(one.week), one.patrols, one.hours) == ("2026-W05", 1, 1.5)
    assert one.kilometres == pytest.approx(2.55, abs=0.1)
    assert not any(week.patrols for week in counted(world.outsider).effort)
    other = world.agencies["TJ-BT"].pk
    assert not any(week.patrols for week in counted(world.owner, owner=other).effort)


# --- the page, the files, the API ---------------------------------------------


def query(**more: Any) -> dict[str, Any]:
    """Return what is asked for, as it stands in the URL."""
    return {"first": "2026-01-01", "last": "2026-02-28"} | more


def test_the_page_has_charts_and_tables(world: World, readers: Readers) -> None:
    empty = text(readers.outsider.get(PAGE))
    assert "Nothing that you see falls into this time" in empty
    assert "<rect" not in empty
    report(world, occurred_at=MOMENT, severity="extreme")
    page = text(readers.owner.get(PAGE, **query()))
    assert page.count('role="img"') >= 3
    assert "2026-W05, extreme: 1" in page
    assert 'class="bars-part bars-extreme"' in page
    assert not re.findall(r"\sstyle=|<style|<script(?![^>]*src)", page)
    assert "Nothing that you see" in text(readers.outsider.get(PAGE, **query()))
    assert "table=weeks" in page
    # What is wrong is said, and what is usual is shown.
    wrong = text(readers.owner.get(PAGE, first="2020-01-01", last="2026-01-01"))
    assert "a year at most" in wrong
    assert text(readers.owner.get(PAGE, first="x", category="y", section="z"))
    # Nor is more than a year counted from the usual day on.
    far = text(readers.owner.get(PAGE, first="x", last="2199-12-31"))
    assert "a year at most" in far


@pytest.mark.parametrize(
    "table", ["weeks", "types", "sections", "acknowledge", "arrive", "close", "effort"]
)
def test_every_table_is_a_file(world: World, readers: Readers, table: str) -> None:
    section(world, "=A1", (70.0, 40.0), (70.9, 40.2))
    report(world, occurred_at=MOMENT)
    answer = readers.owner.get(FILE, table=table, **query())
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    if table == "weeks":
        assert ["2026-W05", "0", "0", "1", "0", "0", "1"] in rows
    if table == "sections":
        assert rows[1][0] == "'=A1 =A1"
    assert len(rows) > 1
    hidden = readers.outsider.get(FILE, table=table, **query())
    assert b",1" not in hidden.content


def test_more_rows_make_no_more_queries(world: World, readers: Readers) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(readers.owner.get(PAGE, **query()))
        return len(captured)

    section(world, "A", (70.0, 40.0), (70.9, 40.2))
    report(world, occurred_at=MOMENT)
    asked()  # the first request of a session marks it as seen
    few = asked()
    for n in range(12):
        place = Point(69 + n / 3, 40 + n / 9, srid=4326)
        report(world, occurred_at=MOMENT - n * 48 * HOUR, place=place)
    assert asked() == few


def test_there_is_no_other_table(readers: Readers) -> None:
    assert readers.owner.get(FILE, table="none").status_code == 400


def test_over_rest(world: World, readers: Readers) -> None:
    report(world, occurred_at=MOMENT, severity="severe")
    given = {"from": "2026-01-01", "until": "2026-02-28"}
    found = readers.owner.get(API, **given).json()
    assert (found["total"], found["time_zone"]) == (1, "Asia/Bishkek")
    [week] = [one for one in found["weeks"] if one["total"]]
    assert week == {
        "code": "2026-W05",
        "name": "2026-W05",
        "counts": dict.fromkeys(Severity.values, 0) | {"severe": 1},
        "total": 1,
    }
    assert readers.outsider.get(API, **given).json()["total"] == 0
    assert readers.owner.get(API, **given, owner="TJ-BT").json()["total"] == 0
    for bad, code in (
        ({"first": "2026-01-01"}, "unknown_filter"),
        ({"from": "2020-01-01", "until": "2026-01-01"}, "bad_span"),
        ({"from": "2026-01-02", "until": "2026-01-01"}, "bad_span"),
        ({"severity": "grave"}, "invalid"),
        ({"section": "NONE"}, "invalid"),
        ({"from": "yesterday"}, "invalid"),
    ):
        assert problem(readers.owner.get(API, **bad))[:2] == (400, code), bad


def test_a_system_needs_both_scopes(world: World) -> None:
    from django.test import Client  # noqa: PLC0415

    def told(*scopes: str) -> Any:
        bearer = token(world, "KG-BS", *scopes)
        return Client(headers={"Authorization": f"Bearer {bearer}"}).get(API)

    assert told("patrols:read").status_code == 403
    assert told("incidents:read").json()["effort"] is None
    assert told("incidents:read", "patrols:read").json()["effort"] is not None


# --- charts -------------------------------------------------------------------


def test_bars_are_as_long_as_what_they_say() -> None:
    looks = {"a": "A", "b": "B"}
    lying = bars.lying([("One", [("a", 1), ("b", 3)]), ("Two", [("a", 2)])], looks)
    widths = {part.title: part.width for part in lying.parts}
    assert widths["One, B: 3"] == pytest.approx(3 * widths["One, A: 1"], abs=0.2)
    assert widths["Two, A: 2"] == pytest.approx(2 * widths["One, A: 1"], abs=0.2)
    assert [name for _x, _y, name in lying.sums] == ["4", "2"]
    standing = bars.standing([("1", [("a", 7), ("b", 5)]), ("2", [])], looks)
    heights = Counter({part.look: part.height for part in standing.parts})
    assert heights["a"] / heights["b"] == pytest.approx(7 / 5, rel=0.01)
    # The first of the ladder stands on top.
    tops = {part.look: part.y for part in standing.parts}
    assert tops["a"] < tops["b"]
    assert [tick.label for tick in standing.scale] == ["0", "5", "10", "15"]
    assert bars.standing([], looks).parts == bars.lying([], looks).parts == []
