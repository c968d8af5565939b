"""The pages and fragments of patrols, programmes and places."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.actions import posts
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
    "/patrols/programmes/new/", "/patrols/zones/new/", "/patrols/routes/new/",
    "/patrols/checkpoints/new/", "/patrols/home.geojson",
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
    assert "No patrol here fits the filters." in later
    assert "Clear the filters" in later
    assert "Clear the filters" not in board
    assert "Out now" in callers.partner.page("/patrols/", lead="KG-BS").content.decode()
    assert (
        "Out now"
        not in callers.partner.page("/patrols/", lead="TJ-BT").content.decode()
    )
    for found, query in [
        (True, {"agency": "TJ-BT"}), (False, {"agency": "UZ-BT"}),
        (True, {"q": "out n"}), (True, {"q": out.ref}), (False, {"q": "elsewhere"}),
    ]:  # fmt: skip
        page = callers.partner.page("/patrols/", **query).content.decode()
        assert ("Out now" in page) == found, query
    # The zone stays with its owner: nobody else can filter by it.
    zone = {"zone": str(out.zone_id)}
    mine = callers.owner.page("/patrols/", **zone).content.decode()
    assert "Out now" in mine
    assert "To come" not in mine
    theirs = callers.partner.page("/patrols/", **zone).content.decode()
    assert "Zone Z-P" not in theirs
    assert "Select a valid choice" in theirs
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
    # The address alone leads to the page, also of what one does not see.
    for caller in (callers.owner, callers.outsider):
        back = caller.page(step)
        assert (back.status_code, back["Location"]) == (302, page)
    assert callers.outsider.page(page).status_code == 404
    assert callers.outsider.send(step, step="agree").status_code == 404


def test_start_asks_first_and_names_a_far_plan(callers: Callers, world: World) -> None:
    """Weeks ahead with the planned time, near it without; without script, too."""
    soon = datetime.now(UTC) + timedelta(minutes=20)
    later = datetime(2027, 11, 24, 0, 0, tzinfo=UTC)
    for at, code in ((soon, "Z-N"), (later, "Z-F")):
        hours = timedelta(hours=4)
        patrol = a_patrol(world, zone_code=code, starts_at=at, ends_at=at + hours)
        with acting(world.owner):
            actions.agree(patrol=patrol, by=world.owner)
        page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
        before, ask = page.split("Start now…")
        assert before.rsplit("<", 1)[1].startswith("summary")
        assert 'value="start"' in ask.split("</details>")[0]
        assert 'value="start"' not in before
        planned = "Planned for Wed 24 Nov 2027, 06:00 +06: start now all the same?"
        assert (planned in page) is (at == later)
        assert ("start now all the same" in page) is (at == later)


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
    assert "Of every 3 patrols KG-BS leads 2 and TJ-BT leads 1." in text
    leads = re.findall(r'lead expected</span>\s*<span class="agency">([\w-]+)', text)
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
    assert text.count("lead expected") == 5
    assert text.count("state-agreed") == 1
    assert text.count("state-planned") == 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"weekdays": []}, "Choose the weekdays."),
        ({"repeats": "custom", "recurrence": "FREQ=HOURLY"}, "FREQ: DAILY"),
        ({"repeats": "custom"}, "Write the rule."),
        ({"repeats": "month_day"}, "Name the days of the month."),
        ({"repeats": "month_day", "month_days": "first"}, "with commas: 1, 15."),
        ({"until": "2025-01-01"}, "The last day lies before the first."),
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


def test_dates_stand_before_the_rest_of_a_programme(
    callers: Callers, world: World
) -> None:
    """The fragment needs rule and shares alone, and says what is missing of them."""
    new = "/patrols/programmes/new/"
    given = programme_form(a_zone(world.owner), code="", name="") | {"zone": ""}

    def preview(**values: Any) -> str:
        asked = given | values | {"preview": "yes"}
        answer = callers.owner.client.post(new, asked, headers={"HX-Request": "true"})
        text = str(answer.content.decode())
        assert "<html" not in text
        return " ".join(text.split())

    text = preview()
    assert "Every week, on Monday and Thursday, at 06:30" in text
    assert "Of every 3 patrols KG-BS leads 2 and TJ-BT leads 1." in text
    assert text.count("lead expected") == 6
    nobody = preview(**{"weight_KG-BS": "", "weight_TJ-BT": ""})
    assert "Who leads is still open" in nobody
    assert nobody.count("row-item") == 6
    assert "lead expected" not in nobody
    amiss = preview(first_on="", weekdays=[])
    assert "<strong>First day</strong>: This field is required." in amiss
    assert "<strong>On which days</strong>: Choose the weekdays." in amiss
    assert "Name" not in amiss
    # A rule without a day: the fault stands where the officer chose it.
    never = {"repeats": "month_day", "month_days": "31", "until": "2026-01-02"}
    page = callers.owner.send(
        new, **(programme_form(a_zone(world.owner, "Z-2")) | never)
    )
    fault = r'id="id_repeats_error">\s*<li>This rule has no day at all'
    assert re.search(fault, page.content.decode())


def test_programme_offers_the_parties_by_agreement(
    callers: Callers, world: World
) -> None:
    page = callers.owner.page("/patrols/programmes/new/").content.decode()
    shown = re.findall(
        r'data-agreements="([^"]*)">\s*<label for="id_weight_([^"]+)"', page
    )
    assert shown == [("KG-TJ", "KG-BS"), ("KG-TJ", "TJ-BT")]
    late = callers.late.page("/patrols/programmes/new/").content.decode()
    assert "weight_TJ-BT" not in late
    assert 'data-agreements="KZ-UZ"' in late


def test_routes_and_checkpoints_are_registered_and_changed(
    callers: Callers, world: World
) -> None:
    given = {"code": "P", "name": "Pass", "tlp": "amber", "level": "0"}
    line = '{"type": "LineString", "coordinates": [[70.3, 40], [70.5, 40.1]]}'
    point = '{"type": "Point", "coordinates": [70.3, 40]}'
    for kind, column, right, wrong in [
        ("route", "line", line, point), ("checkpoint", "place", point, line),
    ]:  # fmt: skip
        new = f"/patrols/{kind}s/new/"
        refused = callers.owner.send(new, **given, **{column: wrong}).content.decode()
        assert f'id="id_{column}_error"' in refused
        empty = callers.owner.send(new, **given, **{column: ""}).content.decode()
        assert "Draw it on the map" in empty
        made = callers.owner.send(new, **given, **{column: right})
        assert made.status_code == 302
        path = made["Location"]
        edit = callers.owner.page(f"{path}edit/").content.decode()
        assert f'data-map-draw="id_{column}"' in edit
        sent = given | {"name": "High pass", "version": "1", column: right}
        assert callers.owner.send(f"{path}edit/", **sent).status_code == 302
        assert "High pass" in callers.owner.page("/patrols/routes/").content.decode()
        assert callers.partner.page(path).status_code == 404
        callers.owner.send(f"{path}releases/", grantee="agency:TJ-BT", scope="full")
        assert "High pass" in callers.partner.page(path).content.decode()
        assert callers.partner.page(f"{path}edit/").status_code == 403
        none = re.sub(r"[0-9a-f-]{36}", str(uuid.uuid4()), path)
        hidden, nothing = (callers.outsider.page(p) for p in (path, none))
        assert hidden.status_code == nothing.status_code == 404
        assert hidden.content == nothing.content


def test_scene_of_a_patrol(callers: Callers, world: World) -> None:
    """Zone and route as far as one sees them; the last position with its course."""
    zone = a_zone(world.owner)
    with acting(world.owner):
        route = actions.create_route(by=world.owner, code="R", name="R", line=a_line())
    patrol = under_way(world, zone=zone, route=route)
    now = datetime.now(UTC)

    def scene(who: str) -> dict[str, Any]:
        path = f"/patrols/{patrol.pk}/scene.geojson"
        features = getattr(callers, who).page(path).json()["features"]
        return {one["properties"]["kind"]: one for one in features}

    assert set(scene("owner")) == {"zone", "route", "track"}
    steps = [(30, (70.3, 40.1), None), (20, (70.4, 40.1), None)]
    with acting(world.owner):
        for minutes, place, course in steps:
            fix = actions.NewFix(now - timedelta(minutes=minutes), place, None, course)
            actions.add_fixes(patrol=patrol, fixes=[fix], by=world.owner)
    assert set(scene("partner")) == {"track", "patrol"}
    last = scene("partner")["patrol"]
    assert last["geometry"]["coordinates"] == [70.4, 40.1]
    assert last["properties"]["heading"] == 90
    page = " ".join(
        callers.partner.page(f"/patrols/{patrol.pk}/").content.decode().split()
    )
    assert "40.10000, 70.40000" in page
    assert "heading east (90°)" in page
    assert "older than 15 minutes" in page
    # A device's own course counts more than the way.
    with acting(world.owner):
        fix = actions.NewFix(now - timedelta(minutes=1), (70.5, 40.1), None, 224.6)
        actions.add_fixes(patrol=patrol, fixes=[fix], by=world.owner)
    assert scene("owner")["patrol"]["properties"]["heading"] == 225
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "heading south-west (225°)" in page
    assert "older than 15 minutes" not in page
    assert (
        callers.outsider.page(f"/patrols/{patrol.pk}/scene.geojson").status_code == 404
    )


def test_maps_begin_where_the_agency_works(callers: Callers, world: World) -> None:
    """Its posts, or without any its zones; never another agency's."""
    a_zone(world.owner, "Z-H", release_to=["agency:TJ-BT"])

    def kinds(who: str) -> list[str]:
        features = (
            getattr(callers, who).page("/patrols/home.geojson").json()["features"]
        )
        return [one["properties"]["kind"] for one in features]

    assert kinds("owner") == ["zone"]
    assert kinds("partner") == []
    with acting(world.owner):
        posts.create_post(
            by=world.owner, code="P", name="Post", place=Point(70.5, 40.0, srid=4326)
        )
    assert kinds("owner") == ["post"]


@pytest.mark.parametrize("who", ["owner", "owner_low", "owner_observer", "partner"])
def test_nothing_is_offered_that_is_refused(
    callers: Callers, world: World, who: str
) -> None:
    """No link or form on a page leads to a refusal for who sees it."""
    zone = a_zone(world.owner, release_to=["agency:TJ-BT"])
    programme = a_programme(world, zone=zone)
    patrol = a_patrol(world, zone=zone)
    out = under_way(world, zone_code="Z-O")
    caller = getattr(callers, who)
    seen = [
        "/patrols/", "/patrols/programmes/", "/patrols/zones/", "/patrols/routes/",
        f"/patrols/{patrol.pk}/", f"/patrols/{out.pk}/", f"/patrols/zones/{zone.pk}/",
        f"/patrols/programmes/{programme.pk}/",
    ]  # fmt: skip
    tried = set()
    for path in seen:
        answer = caller.page(path)
        if answer.status_code == 404:
            continue
        assert answer.status_code == 200, path
        main = answer.content.decode().partition("<main")[2]
        tried |= set(re.findall(r'href="(/patrols/[^"?#]+)"', main))
        for form in re.findall(r'<form method="post".*?</form>', main, re.DOTALL):
            action = re.search(r'action="([^"]+)"', form)
            if action is None:
                continue
            for step in re.findall(r'name="step"\s+value="(\w+)"', form):
                assert refused_at(action[1], step, caller) != 403, (path, step)
    for path in tried:
        assert caller.page(path).status_code in (200, 404), path


def refused_at(path: str, step: str, caller: Any) -> int:
    """Take a step and take it back: only whether it is refused counts."""
    with transaction.atomic():
        status = caller.send(path, step=step, reason="Snow").status_code
        transaction.set_rollback(True)
    return int(status)
