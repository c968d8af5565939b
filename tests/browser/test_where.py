"""The field of a place: understood while typing, on the map, to be copied."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Looker

MGRS = "42T XK 3637 4072"


def write(page: Page, text: str) -> None:
    """Type a place as an officer does, and wait until it is understood."""
    with page.expect_response(lambda answer: "/patrols/echo/" in answer.url):
        page.locator("[name=place]").fill(text)


@pytest.mark.parametrize("size", [(1280, 800), PHONE], ids=["desk", "phone"])
def test_a_place_is_understood_while_typing(
    look: Looker, size: tuple[int, int]
) -> None:
    """The echo says what was read, in every system; the map's picker follows it."""
    page = look("owner", "/incidents/new/", size=size)
    page.wait_for_selector("[data-map-ready] canvas, [data-map-picker] canvas")
    write(page, "42T XK 363")
    echo = page.locator(".place-echo")
    expect(echo).to_contain_text("Read the digits 363 of MGRS")
    write(page, MGRS)
    expect(echo.locator("[data-point]")).to_have_attribute(
        "data-point", re.compile(r"^40\.\d{5}, 70\.\d{5}$")
    )
    expect(echo).to_contain_text("± 8 m")
    echo.get_by_text("In every system").click()
    expect(echo.locator("dd").first).to_be_visible()
    look.shot(page, f"place-echo-{size[0]}")
    # A click on the map writes the place, and it is understood again.
    with page.expect_response(lambda answer: "/patrols/echo/" in answer.url):
        page.locator("[data-map-picker] canvas").last.click(
            position={"x": 150, "y": 120}
        )
    expect(page.locator("[name=place]")).to_have_value(re.compile(r"^\d+\.\d{5}, "))
    expect(echo).to_contain_text("decimal degrees")


def test_an_incident_is_shown_in_every_system(look: Looker) -> None:
    page = look(
        "owner", "/incidents/new/", permissions=["clipboard-read", "clipboard-write"]
    )
    page.locator("[name=category]").select_option("drugs")
    page.locator("[name=severity]").select_option("severe")
    page.locator("[name=title]").fill("Packages in a culvert")
    write(page, "Batken, 3 km SW")
    page.get_by_role("button", name="Report", exact=True).click()
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{36}/$"))
    facts = page.locator("dl.facts").first
    expect(facts).to_contain_text("Batken, 3 km SW")
    expect(facts).to_contain_text("± 2.4 km")
    facts.get_by_text("In every system").click()
    button = facts.get_by_role("button", name="Copy: SK-42 (Gauss-Krueger)")
    button.click()
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"X=44\d{5} Y=12\d{6}", copied)
    look.shot(page, "place-incident")
    page.emulate_media(media="print")
    expect(facts.locator(".written")).to_be_hidden()
