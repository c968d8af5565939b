"""Planning and drawing in Chromium: the programme's form, places, a patrol's map."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import Page, expect

from agencies.actions import posts
from agencies.context import acting
from patrols import actions
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_pages import settled
from tests.patrols.series import a_line, a_zone, under_way
from tests.stack import Stack

NEW = "/patrols/programmes/new/"


@pytest.fixture(scope="session")
def patrol(stack: Stack) -> Any:
    """Return a patrol that is out, with a zone, a route and a way; and a post."""
    with stack.database():
        by = stack.world.owner
        zone = a_zone(by, "Z-DRAWN")
        with acting(by):
            route = actions.create_route(by=by, code="R-1", name="Ridge", line=a_line())
            place = Point(70.8, 39.9, srid=4326)
            posts.create_post(by=by, code="P-1", name="Isfara post", place=place)
        out = under_way(stack.world, zone=zone, route=route)
        now = datetime.now(UTC)
        way = [
            actions.NewFix(now - timedelta(minutes=3 - n), (70.3 + n / 100, 40.1))
            for n in range(3)
        ]
        with acting(by):
            actions.add_fixes(patrol=out, fixes=way, by=by)
        return out


def test_programme_is_planned_step_by_step(look: Looker, patrol: Any) -> None:
    """Only what belongs to the choice is shown; the dates come from the server."""
    page = look("owner", NEW)
    shares = page.locator(".share")
    expect(shares).to_have_count(2)
    expect(shares.first).to_be_hidden()
    page.select_option("[name=agreement]", label="KG-TJ Joint patrols of KG and TJ")
    expect(shares.first).to_be_visible()
    expect(page.locator("[name=weekdays]").first).to_be_visible()
    for hidden in ("nth", "month_days", "recurrence"):
        expect(page.locator(f"[name={hidden}]")).to_be_hidden()
    page.select_option("[name=repeats]", "month_day")
    expect(page.locator("[name=month_days]")).to_be_visible()
    expect(page.locator("[name=weekdays]").first).to_be_hidden()
    page.select_option("[name=repeats]", "weekly")

    page.fill("[name=first_on]", datetime.now(UTC).date().isoformat())
    page.fill("[name=start_time]", "06:30")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Choose the weekdays.")
    page.locator("[name=weekdays][value=MO]").check()
    page.fill("#id_weight_KG-BS", "4")
    page.fill("#id_weight_TJ-BT", "2")
    expect(preview).to_contain_text("Every week, on Monday, at 06:30")
    expect(preview).to_contain_text("Of every 3 patrols KG-BS leads 2")
    leads = preview.locator(".row-end .agency")
    expect(leads).to_have_text(["KG-BS", "TJ-BT", "KG-BS"] * 2)


def test_programme_form_without_scripts_shows_all(look: Looker, patrol: Any) -> None:
    page = look("owner", NEW, java_script_enabled=False)
    for name in ("weekdays", "nth", "month_days", "recurrence", "weight_TJ-BT"):
        expect(page.locator(f"[name={name}]").first).to_be_visible()


def drawn(page: Page, name: str) -> Any:
    """Return what the text field holds."""
    text = page.input_value(f"#id_{name}")
    return json.loads(text) if text else None


def test_zone_is_drawn_and_changed(look: Looker, patrol: Any) -> None:
    """Map and text are one; what the map makes, the server takes."""
    page = look("owner", "/patrols/zones/new/")
    page.wait_for_selector("[data-map-draw][data-map-ready]")
    box = page.locator("[data-map-draw]").bounding_box()
    assert box
    corners = [(200, 100), (400, 120), (380, 250)]
    for x, y in corners:
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(350)
    page.mouse.dblclick(box["x"] + 190, box["y"] + 240)
    expect(page.locator("#id_area")).to_have_value(re.compile("Polygon"))
    ring = drawn(page, "area")["coordinates"][0]
    assert len(ring) == 5
    assert ring[0] == ring[-1]
    # The map began at the agency's post.
    assert all(abs(lon - 70.8) < 2 and abs(lat - 39.9) < 2 for lon, lat in ring)

    # A corner is dragged, and put back.
    page.mouse.move(box["x"] + 400, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 450, box["y"] + 90, steps=5)
    page.mouse.up()
    assert drawn(page, "area")["coordinates"][0] != ring
    page.get_by_role("button", name="Undo").click()
    assert drawn(page, "area")["coordinates"][0] == ring

    page.fill("[name=code]", "Z-MAP")
    page.fill("[name=name]", "Drawn valley")
    look.shot(page, "zone-drawn")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Drawn valley")
    page.get_by_role("link", name="Change").click()
    page.wait_for_selector("[data-map-draw][data-map-ready]")
    page.get_by_role("button", name="Remove").click()
    assert drawn(page, "area") is None
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_area_error")).to_contain_text("Draw it on the map")


def test_place_is_set_with_one_click_and_text_moves_it(
    look: Looker, patrol: Any
) -> None:
    page = look("owner", "/patrols/checkpoints/new/")
    page.wait_for_selector("[data-map-draw][data-map-ready]")
    target = page.locator("[data-map-draw]")
    target.click(position={"x": 300, "y": 150})
    expect(page.locator("#id_place")).to_have_value(re.compile("Point"))
    page.get_by_text("As text (GeoJSON)").first.click()
    point = {"type": "Point", "coordinates": [70.5, 40.25]}
    page.fill("#id_place", json.dumps(point))
    page.locator("#id_place").blur()
    page.wait_for_timeout(300)
    # Dragging begins where the text has put it: in the middle of the map.
    box = target.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=5)
    page.mouse.up()
    moved = drawn(page, "place")["coordinates"]
    assert moved[0] > 70.5
    assert abs(moved[1] - 40.25) < 0.01


def test_patrol_is_on_its_map(look: Looker, patrol: Any) -> None:
    """Position, way, route and zone, on the map and in words."""
    page = look("owner", "/")
    with page.expect_response(re.compile("scene.geojson")) as answer:
        page.goto(f"/patrols/{patrol.pk}/")
    kinds = {one["properties"]["kind"] for one in answer.value.json()["features"]}
    assert kinds == {"zone", "route", "track", "patrol"}
    scene = page.locator(".scene")
    expect(scene).to_contain_text("40.10000, 70.32000")
    expect(scene).to_contain_text("heading east (90°)")
    expect(scene).to_contain_text("Route R-1 Ridge")
    expect(page.locator("[data-map-track] canvas").first).to_be_visible()
    assert page.locator("[data-map-track][data-failed]").count() == 0


def test_place_picker_on_a_phone(look: Looker, patrol: Any) -> None:
    """It stands below its field, can be read, and begins where the agency works."""
    page = look("owner", "/", size=PHONE)
    with page.expect_response(re.compile("home.geojson")):
        page.goto("/incidents/new/")
    picker = page.locator(".field > [data-map-picker]")
    picker.scroll_into_view_if_needed()
    settled(page)
    field, box = page.locator("#id_place").bounding_box(), picker.bounding_box()
    assert field
    assert box
    assert box["width"] > 300
    assert box["height"] > 200
    assert 0 <= box["y"] - field["y"] - field["height"] < 20
    picker.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(page.locator("#id_place")).to_have_value(re.compile(r"^\d"))
    latitude, longitude = map(float, page.input_value("#id_place").split(","))
    assert abs(latitude - 39.9) < 0.1
    assert abs(longitude - 70.8) < 0.1
