"""Places on the map in Chromium: drawn, snapped, imported, changed, saved, measured."""

import json
import re
from pathlib import Path
from typing import Any

import gpxpy
import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Polygon
from playwright.sync_api import Page, expect

from agencies.context import acting
from patrols import actions
from patrols.models import Zone
from tests.browser.conftest import Looker
from tests.stack import Stack
from tests.world import AREA

# Two corners of the border, far enough from each other that both are hit.
BORDER = [(70.5, 40.0), (70.7, 40.1), (70.9, 40.0)]
SQUARE = [[70.5, 40.0], [70.9, 40.0], [70.9, 40.3], [70.5, 40.3], [70.5, 40.0]]


@pytest.fixture(scope="session")
def ground(stack: Stack) -> Any:
    """Return a zone that was drawn twice, at the border."""
    with stack.database():
        by, admin = stack.world.owner, stack.world.admin
        with acting(admin):
            actions.register_section(
                code="KGTJ-P", name="Isfara", states=["KG", "TJ"], status="not_agreed",
                line=MultiLineString(LineString(BORDER), srid=4326), by=admin,
            )  # fmt: skip
        with acting(by):
            zone = actions.create_zone(by=by, code="Z-OLD", name="Isfara", area=AREA)
            actions.change_zone(zone=zone, by=by, area=Polygon(SQUARE, srid=4326))
            return zone


def editor(page: Page) -> tuple[Any, dict[str, float]]:
    """Wait for the map to be drawn on; return it with where it is."""
    page.wait_for_selector("[data-map-draw][data-map-ready]")
    target = page.locator("[data-map-draw]")
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box
    return target, box


def drawn(page: Page, name: str = "area") -> Any:
    """Return what the text field holds."""
    text = page.input_value(f"#id_{name}")
    return json.loads(text) if text else None


def put(page: Page, name: str, shape: dict[str, Any]) -> None:
    """Write a shape as text, as someone without a mouse does."""
    fold = page.locator("details.draw-text")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    page.fill(f"#id_{name}", json.dumps(shape))
    page.locator(f"#id_{name}").blur()
    page.wait_for_timeout(400)


def test_zone_is_drawn_along_the_border(look: Looker, ground: Zone) -> None:
    """What is clicked near the border lies on it; steps are taken back and redone."""
    page = look("owner", "/patrols/zones/new/")
    _target, box = editor(page)
    # The text brings the map to where it is; then it is drawn anew there.
    put(page, "area", {"type": "Polygon", "coordinates": [SQUARE]})
    expect(page.locator("[data-draw-measured]")).to_contain_text("km²")
    page.get_by_role("button", name="Remove").click()
    assert drawn(page) is None
    _target, box = editor(page)
    # The square was fitted with 48 pixels around it: its lower corners are corners
    # of the border. A click some pixels beside one is drawn to it.
    height = box["height"] - 96
    width = height * 0.4 / (0.3 / 0.766)
    left = box["x"] + (box["width"] - width) / 2
    bottom = box["y"] + box["height"] - 48
    for x, y in [(left + 5, bottom - 4), (left + width - 5, bottom - 4)]:
        page.mouse.click(x, y)
        page.wait_for_timeout(350)
    page.mouse.dblclick(left + width / 2, bottom - height * 0.8)
    expect(page.locator("#id_area")).to_have_value(re.compile("Polygon"))
    ring = drawn(page)["coordinates"][0]
    corners = {(round(x, 4), round(y, 4)) for x, y in ring}
    assert {BORDER[0], BORDER[2]} <= corners, ring
    look.shot(page, "place-drawn")

    page.get_by_role("button", name="Undo").click()
    assert drawn(page) is None
    page.get_by_role("button", name="Redo").click()
    assert drawn(page)["coordinates"][0] == ring
    page.locator("[data-map-draw]").focus()
    page.keyboard.press("Control+z")
    assert drawn(page) is None
    page.keyboard.press("Control+y")
    assert drawn(page)["coordinates"][0] == ring

    page.fill("[name=code]", "Z-SNAP")
    page.fill("[name=name]", "Along the border")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Along the border")
    expect(page.locator("[data-size]")).to_contain_text("km²")
    page.get_by_role("link", name="Change").click()
    editor(page)
    assert drawn(page)["type"] == "MultiPolygon"


def test_area_that_crosses_itself_is_marked_and_refused(
    look: Looker, ground: Zone
) -> None:
    page = look("owner", "/patrols/zones/new/")
    editor(page)
    bow = [[70.5, 40.0], [70.9, 40.3], [70.9, 40.0], [70.5, 40.3], [70.5, 40.0]]
    put(page, "area", {"type": "Polygon", "coordinates": [bow]})
    expect(page.locator("[data-draw-crossing]")).to_contain_text("crosses itself")
    look.shot(page, "place-crossing")
    page.fill("[name=code]", "Z-BOW")
    page.fill("[name=name]", "Bow")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_area_error")).to_contain_text("40.15000, 70.70000")
    put(page, "area", {"type": "Polygon", "coordinates": [SQUARE]})
    expect(page.locator("[data-draw-crossing]")).to_have_text("")


def test_line_is_drawn_by_keys_alone(look: Looker, ground: Zone) -> None:
    page = look("owner", "/patrols/routes/new/")
    target, _box = editor(page)
    target.focus()
    page.keyboard.press("Enter")
    for _n in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    look.shot(page, "place-keys")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_line")).to_have_value(re.compile("LineString"))
    points = drawn(page, "line")["coordinates"]
    assert len(points) == 3
    assert points[0][0] < points[1][0]
    assert points[1][1] < points[2][1]


def test_track_is_imported_saved_and_exported(
    look: Looker, ground: Zone, tmp_path: Path
) -> None:
    page = look("owner", "/patrols/routes/new/")
    editor(page)
    points = "".join(
        f'<trkpt lat="{40.1 + n % 2 / 1e5}" lon="{70.3 + n / 10000}"/>'
        for n in range(3000)
    )
    dense = tmp_path / "walk.gpx"
    dense.write_text(f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>")
    page.set_input_files("[name=file]", dense)
    said = page.locator("[data-draw-said]")
    expect(said).to_contain_text("The file has 3000 points.")
    kept = drawn(page, "line")["coordinates"]
    assert 2 <= len(kept) <= 1000
    # The file itself does not go along with the form.
    assert page.input_value("[name=file]") == ""
    look.shot(page, "place-imported")

    bomb = tmp_path / "bomb.gpx"
    bomb.write_text('<!DOCTYPE g [<!ENTITY a "aaaa">]><gpx>&a;</gpx>')
    look.expected = r"status of 400"
    page.set_input_files("[name=file]", bomb)
    expect(said).to_contain_text("document type or entities")
    assert drawn(page, "line")["coordinates"] == kept

    page.fill("[name=code]", "R-GPX")
    page.fill("[name=name]", "As walked")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("As walked")
    link = page.get_by_role("link", name="GPX").get_attribute("href")
    saved = page.request.get(str(link))
    assert "KG-BS_R-GPX.gpx" in saved.headers["content-disposition"]
    written = gpxpy.parse(saved.text())
    assert [[p.longitude, p.latitude] for p in written.routes[0].points] == kept


def test_former_shape_is_shown_and_ways_are_measured(
    look: Looker, ground: Zone
) -> None:
    page = look("owner", f"/patrols/zones/{ground.pk}/")
    page.wait_for_selector("[data-map-place][data-map-ready]")
    page.get_by_role("link", name="show", exact=True).click()
    page.wait_for_selector("[data-map-place][data-map-ready]")
    expect(page.locator(".scene")).to_contain_text("As it was")
    page.get_by_role("button", name="Measure").click()
    box = page.locator("[data-map-place]").bounding_box()
    assert box
    page.mouse.click(box["x"] + 100, box["y"] + 150)
    page.wait_for_timeout(350)
    page.mouse.dblclick(box["x"] + 300, box["y"] + 150)
    expect(page.locator("[data-measured]")).to_have_text(
        re.compile(r"Length [\d.,]+ km")
    )
    look.shot(page, "place-former")


def test_place_is_drawn_without_scripts(look: Looker, ground: Zone) -> None:
    """The text and the file are there, and say what they are for."""
    page = look("owner", "/patrols/checkpoints/new/", java_script_enabled=False)
    expect(page.locator("[name=file]")).to_be_visible()
    expect(page.locator("[data-draw-tools]")).to_be_hidden()
    page.locator("details.draw-text summary").click()
    expect(page.locator("#id_place")).to_be_visible()


def test_border_section_is_drawn_in_the_administration(
    look: Looker, ground: Zone
) -> None:
    """Text and map are one there, too: a further piece is drawn, and both are saved."""
    page = look("admin", "/admin/patrols/bordersection/add/")
    editor(page)
    line = {"type": "LineString", "coordinates": [[71.0, 40.5], [71.4, 40.7]]}
    page.fill("#id_line", json.dumps(line))
    page.locator("#id_line").blur()
    expect(page.locator("[data-draw-measured]")).to_contain_text("points: 2")
    page.get_by_role("button", name="Draw the line").click()
    _target, box = editor(page)
    page.mouse.click(box["x"] + 200, box["y"] + 80)
    page.wait_for_timeout(350)
    page.mouse.dblclick(box["x"] + 320, box["y"] + 80)
    expect(page.locator("#id_line")).to_have_value(re.compile("MultiLineString"))
    assert drawn(page, "line")["coordinates"][0] == line["coordinates"]
    look.shot(page, "admin-section")
    page.fill("[name=code]", "KGTJ-Q")
    page.fill("[name=name]", "Two pieces")
    page.fill("[name=states]", "KG,TJ")
    page.select_option("[name=status]", "agreed")
    page.locator("[name=_continue]").click()
    expect(page.locator(".success")).to_be_visible()
    editor(page)
    assert len(drawn(page, "line")["coordinates"]) == 2
