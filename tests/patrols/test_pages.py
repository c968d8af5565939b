"""The pages and fragments of patrols, programmes and places."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.context import acting
from patrols import actions
from patrols.models import BorderSection, Patrol, PatrolState, Programme, Zone
from tests.patrols.conftest import Callers
from tests.patrols.series import (
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    days_ahead,
    under_way,
)
from tests.world import World

PAGES = [
    "/patrols/", "/patrols/?show=past", "/patrols/under-way/", "/patrols/programmes/",
    "/patrols/zones/", "/patrols/routes/", "/patrols/sections/", "/patrols/map.geojson",
    "/patrols/tracks.geojson", "/patrols/places.geojson", "/patrols/new/",
    "/patrols/programmes/new/", "/patrols/zones/new/",
]  # fmt: skip
SQUARE = json.dumps(
    {
        "type": "Feature",
        "properties": {},
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[70.2, 39.8], [70.9, 39.8], [70.9, 40.4], [70.2, 39.8]]],
        },
    }
)


def programme_form(zone: Zone, **values: Any) -> dict[str, Any]:
    """Return what a planner sends."""
    return {
        "code": "P-1",
        "name": "Two a week",
        "agreement": "KG-TJ",
        "purpose": "patrol",
        "zone": str(zone.pk),
        "repeats": "weekly",
        "interval": "1",
        "weekdays": ["MO", "TH"],
        "first_on": "2026-01-01",
        "start_time": "06:30",
        "time_zone": "Asia/Bishkek",
        "duration": "8",
        "horizon_days": "28",
        "tlp": "amber",
        "level": "0",
        "weight_KG-BS": "2",
        "weight_TJ-BT": "1",
    } | values


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_when_there_is_nothing(
    callers: Callers, client: Any, path: str
) -> None:
    assert callers.outsider.page(path).status_code == 200
    away = client.get(path)
    assert away.status_code == 302
    assert away["Location"].startswith("/accounts/login/")


def test_board_by_state_and_day(callers: Callers, world: World) -> None:
    out = under_way(world, title="Out now")
    a_patrol(world, title="To come", zone_code="Z-2")
    gone = a_patrol(world, title="Called off", zone_code="Z-3")
    with acting(world.owner):
        actions.cancel(patrol=gone, reason="Snow", by=world.owner)
    board = callers.partner.page("/patrols/").content.decode()
    order = [board.index(title) for title in ("Out now", "To come", "Called off")]
    assert order == sorted(order)
    assert "Out now" not in callers.outsider.page("/patrols/").content.decode()

    past = callers.partner.page("/patrols/", show="past").content.decode()
    assert "Called off" in past
    assert "To come" not in past
    tomorrow = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    later = callers.partner.page("/patrols/", since=tomorrow).content.decode()
    assert "To come" not in later
    assert "No patrol is planned" in later
    assert "Out now" in callers.partner.page("/patrols/", lead="KG-BS").content.decode()
    assert (
        "Out now"
        not in callers.partner.page("/patrols/", lead="TJ-BT").content.decode()
    )
    assert callers.partner.page("/patrols/", show="past", page="x").status_code == 400
    assert out.state == PatrolState.UNDER_WAY


def test_board_has_further_pages(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(60), by=world.owner)
    first = callers.partner.page("/patrols/")
    assert "show=ahead" in first.content.decode()
    first = callers.partner.page("/patrols/", show="ahead").content.decode()
    second = callers.partner.page("/patrols/", show="ahead", page=2).content.decode()
    assert "page=2" in first
    assert "page=1" in second
    refs = [set(re.findall(r"KG-BS-\d{4}-\d{5}", page)) for page in (first, second)]
    assert len(refs[0]) == 50
    assert not refs[0] & refs[1]


def test_patrol_says_why_its_lead_leads(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(4), by=world.owner
        )
    assert [p.lead.code for p in opened[:3]] == ["KG-BS", "TJ-BT", "KG-BS"]
    page = callers.partner.page(f"/patrols/{opened[1].pk}/").content.decode()
    text = " ".join(page.split())
    assert "With this patrol the share of TJ-BT comes to 0.67 leads" in text
    assert "before it had led 0" in text
    assert "0.33 ahead of its share" in text
    assert "Asia/Dushanbe" in text
    assert "UTC" in text
    # The zone stays with its owner.
    assert "not released to you" in text
    assert "Zone Z-1" not in text
    assert (
        "Zone Z-1" in callers.owner.page(f"/patrols/{opened[1].pk}/").content.decode()
    )


def test_patrol_is_run_from_its_page(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    page, step = f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/step/"

    def state() -> str:
        with acting(world.owner):
            return Patrol.objects.visible_to(world.owner).get(pk=patrol.pk).state

    assert 'value="agree"' in callers.owner.page(page).content.decode()
    assert 'value="agree"' not in callers.partner.page(page).content.decode()
    assert callers.partner.send(step, step="agree").status_code == 403
    for name, after in [
        ("agree", "agreed"), ("start", "under_way"), ("complete", "completed"),
    ]:  # fmt: skip
        assert callers.owner.send(step, step=name).status_code == 302
        assert state() == after
    assert callers.owner.send(step, step="dance").status_code == 400
    assert callers.owner.page(step).status_code == 405
    assert callers.outsider.send(step, step="agree").status_code == 404


def test_commander_is_named(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    step = f"/patrols/{patrol.pk}/step/"
    assert (
        callers.owner.send(step, step="commander", commander="owner").status_code == 302
    )
    assert "Owner" in callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    callers.owner.send(step, step="commander", commander="outsider")
    with acting(world.owner):
        row = Patrol.objects.visible_to(world.owner).get(pk=patrol.pk)
        assert row.commander == world.officers["owner"]


def test_patrol_is_cancelled_with_a_reason(callers: Callers, world: World) -> None:
    patrol = a_patrol(world)
    step = f"/patrols/{patrol.pk}/step/"
    callers.owner.send(step, step="cancel", reason="Snow on the pass")
    page = callers.partner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "Snow on the pass" in page
    assert "counts for nobody" in page


def test_patrol_is_planned_and_changed(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    given = {
        "title": "Bazaar day",
        "zone": str(zone.pk),
        "starts_at": "2026-12-01T08:00",
        "ends_at": "2026-12-01T16:00",
        "lead": "TJ-BT",
        "participants": ["KG-BS", "TJ-BT"],
        "tlp": "amber",
        "level": "0",
    }
    wrong = callers.owner.send(
        "/patrols/new/", **(given | {"ends_at": "2026-12-01T07:00"})
    )
    assert "A patrol ends after it starts" in wrong.content.decode()
    made = callers.owner.send("/patrols/new/", **given)
    assert made.status_code == 302
    with acting(world.owner):
        (patrol,) = Patrol.objects.visible_to(world.owner)
    # By the clock of Bishkek.
    assert patrol.starts_at == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert callers.partner.page(made["Location"]).status_code == 200

    edit = f"/patrols/{patrol.pk}/edit/"
    assert "Bazaar day" in callers.owner.page(edit).content.decode()
    assert callers.partner.page(edit).status_code == 403
    callers.owner.send(edit, **(given | {"title": "Market day"}), version="1")
    assert "Market day" in callers.partner.page(made["Location"]).content.decode()


def test_programme_is_previewed_founded_and_changed(
    callers: Callers, world: World
) -> None:
    zone = a_zone(world.owner)
    given = programme_form(zone)
    preview = callers.owner.send("/patrols/programmes/new/", **given, preview="yes")
    text = preview.content.decode()
    assert text.count("not opened yet") == 6
    leads = re.findall(r'expected</span>\s*<span class="agency">([\w-]+)', text)
    assert leads == ["KG-BS", "TJ-BT", "KG-BS"] * 2
    with acting(world.owner):
        assert not Programme.objects.visible_to(world.owner).exists()

    made = callers.owner.send("/patrols/programmes/new/", **given)
    assert made.status_code == 302, made.content.decode()
    page = " ".join(callers.partner.page(made["Location"]).content.decode().split())
    assert "every week, on Monday and Thursday, at 06:30, time of Asia/Bishkek" in page
    assert "No patrol has been opened yet" in page
    assert "Two a week" in callers.partner.page("/patrols/programmes/").content.decode()
    assert callers.partner.page(f"{made['Location']}edit/").status_code == 403

    edit = f"{made['Location']}edit/"
    shown = callers.owner.page(edit).content.decode()
    assert re.search(r'value="MO"[^>]*checked', shown)
    changed = given | {"repeats": "month_weekday", "nth": "-1", "weekdays": ["FR"]}
    changed |= {"is_active": "on", "version": "1"}
    assert callers.owner.send(edit, **changed).status_code == 302
    page = " ".join(callers.owner.page(made["Location"]).content.decode().split())
    assert "every month, on the last Friday" in page


def test_preview_of_a_change_leaves_out_what_it_would_cancel(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(6), by=world.owner
        )
        actions.agree(patrol=opened[2], by=world.owner)
        zone = programme.zone
    given = programme_form(zone, repeats="daily", start_time="09:00", is_active="on")
    page = callers.owner.send(
        f"/patrols/programmes/{programme.pk}/edit/", **given, preview="yes"
    )
    text = page.content.decode()
    assert text.count("not opened yet") == 5
    assert text.count("state-agreed") == 1
    assert text.count("state-planned") == 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"weekdays": []}, "Choose the weekdays."),
        ({"repeats": "custom", "recurrence": "FREQ=HOURLY"}, "FREQ: DAILY"),
        ({"repeats": "month_day"}, "Name the days of the month."),
        ({"weight_KG-BS": "", "weight_TJ-BT": ""}, "Give at least one agency"),
        ({"agreement": "KZ-UZ"}, "Select a valid choice"),
        ({"purpose": "rescue"}, "it does not name this"),
        ({"duration": "0"}, "0.25"),
    ],
)
def test_bad_programme_forms(
    callers: Callers, world: World, wrong: Any, text: str
) -> None:
    zone = a_zone(world.owner)
    answer = callers.owner.send(
        "/patrols/programmes/new/", **(programme_form(zone) | wrong)
    )
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_ledger_of_a_programme(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(3), by=world.owner)
    page = " ".join(
        callers.partner.page(f"/patrols/programmes/{programme.pk}/")
        .content.decode()
        .split()
    )
    assert "exactly its share" in page
    assert "Over 3 patrols" in page
    # Three are opened; of the others the rotation says whom to expect.
    assert page.count("not opened yet") == 3


def test_zone_is_registered_and_changed(callers: Callers, world: World) -> None:
    given = {
        "code": "Z",
        "name": "Valley",
        "area": SQUARE,
        "tlp": "amber",
        "level": "0",
    }
    for wrong in (
        "{",
        '{"type": "Point", "coordinates": [1, 2]}',
        '{"type": "Feature"}',
    ):
        answer = callers.owner.send("/patrols/zones/new/", **(given | {"area": wrong}))
        assert answer.status_code == 200
        assert "has-error" in answer.content.decode()
    made = callers.owner.send("/patrols/zones/new/", **given)
    assert made.status_code == 302
    twin = callers.owner.send("/patrols/zones/new/", **given)
    assert "Your agency has used this code." in twin.content.decode()
    shown = callers.owner.page(made["Location"]).content.decode()
    assert "MultiPolygon" in shown
    changed = callers.owner.send(
        f"{made['Location']}edit/", **(given | {"name": "High valley"}), version="1"
    )
    assert changed.status_code == 302
    assert "High valley" in callers.owner.page("/patrols/zones/").content.decode()
    assert callers.partner.page(made["Location"]).status_code == 404


def test_records_are_released_from_their_pages(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    path = f"/patrols/zones/{zone.pk}/"
    assert callers.partner.page(path).status_code == 404
    callers.owner.send(f"{path}releases/", grantee="agency:TJ-BT", scope="full")
    assert callers.partner.page(path).status_code == 200
    assert callers.partner.send(
        f"{path}releases/", grantee="agency:UZ-BT", scope="full"
    ).status_code == 403  # fmt: skip
    ends = re.findall(
        r'action="([^"]+/end/)"', callers.owner.page(path).content.decode()
    )
    assert len(ends) == 1
    callers.owner.send(ends[0])
    assert callers.partner.page(path).status_code == 404
    assert callers.owner.send("/patrols/zones/x/releases/").status_code == 404


def test_hidden_pages_are_as_if_they_were_not(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    programme = a_programme(world)
    for path in (
        f"/patrols/{patrol.pk}/", f"/patrols/{patrol.pk}/edit/",
        f"/patrols/{patrol.pk}/track.geojson", f"/patrols/programmes/{programme.pk}/",
        f"/patrols/programmes/{programme.pk}/edit/",
        f"/patrols/zones/{patrol.zone_id}/",
    ):  # fmt: skip
        none = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), path)
        answers = [callers.outsider.page(p) for p in (path, none)]
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_under_way_fragment(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    callers.owner.send(
        f"/patrols/{patrol.pk}/step/", step="commander", commander="owner"
    )
    seen = callers.partner.page("/patrols/under-way/").content.decode()
    assert patrol.ref in seen
    assert "no position yet" in seen
    assert "<html" not in seen
    assert (
        "Nobody is out now."
        in callers.outsider.page("/patrols/under-way/").content.decode()
    )


def test_layers_of_the_map(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    now = datetime.now(UTC)
    ways = [
        actions.NewFix(now - timedelta(minutes=5 * n), (70.3 + 0.03 * n, 40.1))
        for n in range(40)
    ]
    with acting(world.owner):
        actions.add_fixes(patrol=patrol, fixes=ways, by=world.owner)
        actions.create_route(by=world.owner, code="R", name="R", line=a_line())
    BorderSection.objects.create(
        code="KG-TJ-01", name="Isfara", states=["KG", "TJ"], status="not_agreed",
        line="SRID=4326;MULTILINESTRING((70 40, 71 40))",
    )  # fmt: skip

    def layer(who: str, name: str) -> list[Any]:
        answer = getattr(callers, who).page(f"/patrols/{name}.geojson")
        assert answer["Content-Type"] == "application/geo+json"
        return list(answer.json()["features"])

    (point,) = layer("partner", "map")
    assert point["id"] == point["properties"]["id"] == str(patrol.pk)
    assert point["geometry"]["coordinates"] == [70.3, 40.1]
    assert point["properties"]["lead"] == "KG-BS"
    assert point["properties"]["url"] == f"/patrols/{patrol.pk}/"
    (way,) = layer("partner", "tracks")
    # Two hours of it, on a straight line: its two ends.
    assert way["geometry"]["type"] == "LineString"
    assert len(way["geometry"]["coordinates"]) == 2
    assert way["properties"]["patrol"] == str(patrol.pk)
    (whole,) = callers.partner.page(f"/patrols/{patrol.pk}/track.geojson").json()[
        "features"
    ]
    assert (
        len(whole["geometry"]["coordinates"]) == len(whole["properties"]["times"]) == 40
    )

    kinds = [f["properties"]["kind"] for f in layer("owner", "places")]
    assert kinds == ["zone", "route", "border_section"]
    (section,) = layer("outsider", "places")
    assert section["properties"]["status"] == "not_agreed"
    assert layer("outsider", "map") == layer("outsider", "tracks") == []


@pytest.mark.parametrize(
    "path",
    [
        "/patrols/",
        "/patrols/under-way/",
        "/patrols/map.geojson",
        "/patrols/tracks.geojson",
    ],
)
def test_pages_ask_a_constant_number_of_queries(
    callers: Callers, world: World, path: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert callers.partner.page(path).status_code == 200
        return len(seen)

    def one_more(code: str) -> None:
        patrol = under_way(world, zone_code=code)
        now = datetime.now(UTC)
        ways = [
            actions.NewFix(now - timedelta(minutes=n), (70.3, 40.1)) for n in (1, 2)
        ]
        with acting(world.owner):
            actions.add_fixes(patrol=patrol, fixes=ways, by=world.owner)

    one_more("Z-1")
    queries()
    few = queries()
    for n in range(3):
        one_more(f"Z-X{n}")
    assert queries() == few
