"""The ledger of an agreement: nights, weekends, hours and kilometres, and its chart."""

import csv
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.gis.geos import Point

from agencies.context import acting
from patrols import actions, charts
from patrols import ledger as ledgers
from patrols.models import Patrol, Programme
from tests.patrols.conftest import Callers, code_of
from tests.patrols.series import a_programme, days_ahead
from tests.world import World

BERLIN = ZoneInfo("Europe/Berlin")
BISHKEK = ZoneInfo("Asia/Bishkek")


def at(text: str, zone: ZoneInfo) -> datetime:
    """Return a local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("begin", "end", "zone", "found"),
    [
        ("2026-06-01T19:00", "2026-06-02T00:59", BISHKEK, 0),
        ("2026-06-01T19:00", "2026-06-02T01:00", BISHKEK, 1),
        ("2026-06-01T03:00", "2026-06-01T12:00", BISHKEK, 1),
        ("2026-06-01T03:01", "2026-06-01T12:00", BISHKEK, 0),
        ("2026-06-01T06:00", "2026-06-01T22:00", BISHKEK, 0),
        ("2026-06-01T12:00", "2026-06-03T12:00", BISHKEK, 2),
        # Clocks go forward: from 01:00 to 05:00 are three hours, to 04:59 less.
        ("2026-03-29T01:00", "2026-03-29T05:00", BERLIN, 1),
        ("2026-03-29T01:00", "2026-03-29T04:59", BERLIN, 0),
        # And back: from 01:00 to 03:00 are three hours, too.
        ("2026-10-25T01:00", "2026-10-25T03:00", BERLIN, 1),
        ("2026-10-25T01:01", "2026-10-25T03:00", BERLIN, 0),
    ],
)
def test_nights(begin: str, end: str, zone: ZoneInfo, found: int) -> None:
    assert ledgers.nights(at(begin, zone), at(end, zone), zone) == found


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [
        ("2026-06-05T20:00", "2026-06-06T03:00", 1),
        ("2026-06-05T20:00", "2026-06-06T02:59", 0),
        ("2026-06-07T21:00", "2026-06-08T09:00", 1),
        ("2026-06-07T21:01", "2026-06-08T09:00", 0),
        ("2026-06-06T08:00", "2026-06-14T08:00", 2),
    ],
)
def test_weekends(begin: str, end: str, found: int) -> None:
    assert ledgers.weekends(at(begin, BISHKEK), at(end, BISHKEK), BISHKEK) == found


def went(world: World) -> tuple[Programme, Patrol]:
    """Return a programme whose one patrol went out last night and sent positions."""
    by = world.owner
    programme = a_programme(world, first_on=days_ahead(-10).date())
    with acting(by):
        (patrol,) = actions.open_patrols(
            programme=programme, since=days_ahead(-1), upto=days_ahead(0), by=by
        )
        begin = days_ahead(-0.4)
        actions.change(patrol=patrol, ends_at=days_ahead(1), by=by)
        actions.agree(patrol=patrol, by=by)
    with acting(world.partner):
        actions.agree(patrol=patrol, by=world.partner)
    with acting(by):
        actions.start(patrol=patrol, at=begin, by=by)
        # Out of order, as a phone sends them; a second device went half as far.
        for device, places in (("a", (2, 0, 1)), ("b", (0, 1))):
            fixes = [
                actions.NewFix(
                    at=begin + timedelta(minutes=n),
                    place=(70.3 + n / 100, 40.0),
                    device=device,
                )
                for n in places
            ]
            actions.add_fixes(patrol=patrol, fixes=fixes, by=by)
        # Two kilometres aside, it says: but it may be half a kilometre wrong.
        vague = actions.NewFix(
            at=begin + timedelta(seconds=90),
            place=(70.31, 40.018),
            device="a",
            accuracy_m=500,
        )
        actions.add_fixes(patrol=patrol, fixes=[vague], by=by)
        actions.complete(patrol=patrol, at=begin + timedelta(hours=6), by=by)
    return programme, patrol


def test_ledger_counts_for_who_led(callers: Callers, world: World) -> None:
    _programme, patrol = went(world)
    year = {"first": "2000-01-01", "last": "2099-12-31"}
    answer = callers.partner.get(f"ledgers/{world.agreement.pk}/", **year)
    assert answer.status_code == 200, answer.content
    lines = {line.pop("agency"): line for line in answer.json()["lines"]}
    led = lines["KG-BS"]
    ends = [Point(70.3, 40.0, srid=4326), Point(70.32, 40.0, srid=4326)]
    for end in ends:
        end.transform(32642)
    assert led["kilometres"] == pytest.approx(ends[0].distance(ends[1]) / 1000, 0.01)
    assert (led["patrols"], led["leads"], led["hours"]) == (1, 1, pytest.approx(6))
    assert lines["TJ-BT"] == {
        "patrols": 1, "leads": 0, "nights": 0, "weekends": 0, "hours": 0.0,
        "kilometres": 0.0,
    }  # fmt: skip
    assert answer.json()["owed"] == {"KG-BS": "-1/3", "TJ-BT": "1/3"}
    assert patrol.lead.code == "KG-BS"


def test_ledger_is_of_what_one_sees(callers: Callers, world: World) -> None:
    _programme, patrol = went(world)
    year = {"first": "2000-01-01", "last": "2099-12-31"}
    path = f"/patrols/ledger/{world.agreement.code}/"
    page = callers.partner.page(path, **year).content.decode()
    assert "<svg" in page
    assert callers.outsider.page(path).status_code == 404
    assert callers.outsider.get(f"ledgers/{world.agreement.pk}/").content == (
        callers.outsider.get(f"ledgers/{uuid4()}/").content
    )
    assert world.agreement.code not in (
        callers.outsider.page("/patrols/ledger/").content.decode()
    )
    assert world.agreement.code in (
        callers.partner.page("/patrols/ledger/").content.decode()
    )
    rows = list(
        csv.DictReader(
            callers.partner.page(f"{path}ledger.csv", **year)
            .content.decode("utf-8-sig")
            .splitlines()
        )
    )
    assert [(r["agency"], r["leads"], r["hours"]) for r in rows] == [
        ("KG-BS", "1", "6"),
        ("TJ-BT", "0", "0"),
    ]
    early = callers.partner.page(path, first="2001-01-01", last="2001-12-31")
    assert "No patrol that you see went out in this time." in early.content.decode()
    assert patrol.ref not in page


def test_ledger_refuses_what_makes_no_sense(callers: Callers, world: World) -> None:
    path = f"ledgers/{world.agreement.pk}/"
    turned = callers.owner.get(path, first="2026-02-01", last="2026-01-01")
    assert (turned.status_code, code_of(turned)) == (400, "bad_period")
    assert callers.owner.get(path, colour="red").status_code == 400
    for span in ({"first": "0001-01-01"}, {"last": "9999-12-31"}):
        assert callers.owner.get(path, **span).status_code == 400
        page = callers.owner.page(f"/patrols/ledger/{world.agreement.code}/", **span)
        assert page.status_code == 200
    page = callers.owner.page(
        f"/patrols/ledger/{world.agreement.code}/", first="x", programme="y"
    )
    assert page.status_code == 200


def test_chart_draws_steps_and_keeps_names_apart() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    third = Fraction(1, 3)
    drawn = charts.steps(
        {"A": [(now, third), (now + 60, -third)], "B": [(now, -third)]},
        first=now - 60,
        last=now + 120,
        x_ticks=[],
        now=now,
    )
    first = drawn.lines[0].points.split()
    # One value holds until the next: across, then straight up or down.
    assert first[0].split(",")[1] == first[1].split(",")[1]
    assert first[1].split(",")[0] == first[2].split(",")[0]
    assert abs(drawn.lines[0].label_y - drawn.lines[1].label_y) >= 14
    assert drawn.left < (drawn.now or 0) < drawn.right
    assert charts.curve([]).lines == []
