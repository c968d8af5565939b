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


def test_what_was_meant_is_taken_over(look: Looker) -> None:
    page = look("owner", "/incidents/new/")
    write(page, "70.83, 40.05")
    with page.expect_response(lambda answer: "/patrols/echo/" in answer.url):
        page.get_by_role("button", name="Use 40.05, 70.83").click()
    expect(page.locator("[name=place]")).to_have_value("40.05, 70.83")
    expect(page.locator(".place-echo .place-fault")).to_have_count(0)


def test_a_phone_tells_where_it_is(look: Looker) -> None:
    """With the decimals that it is sure of; what it does not know is said."""
    phone = look(
        "owner",
        "/incidents/new/",
        size=PHONE,
        has_touch=True,
        is_mobile=True,
        permissions=["geolocation"],
        geolocation={"latitude": 40.0512345, "longitude": 70.8312345, "accuracy": 12},
    )
    with phone.expect_response(lambda answer: "/patrols/echo/" in answer.url):
        phone.get_by_role("button", name="Where this device is").tap()
    expect(phone.locator("[name=place]")).to_have_value("40.0512, 70.8312")
    expect(phone.locator(".place-echo")).to_contain_text("± 8 m")
    look.shot(phone, "place-here")
    phone.context.clear_permissions()
    phone.get_by_role("button", name="Where this device is").tap()
    expect(phone.locator("#notices")).to_contain_text("may not tell where it is")
    desk = look("owner", "/incidents/new/")
    expect(desk.locator("[name=place]")).to_be_visible()
    expect(desk.locator("[data-here]")).to_be_hidden()


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
