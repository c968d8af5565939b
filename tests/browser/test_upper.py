"""The API's documentation, the administration and the directory, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Looker


def test_the_apis_documentation_draws_itself(look: Looker) -> None:
    """Swagger UI, from our own origin, under our own policy."""
    page = look(None, "/api/v1/docs/")
    expect(page.locator(".info .title")).to_contain_text("Karaul API")
    expect(page.locator(".opblock-tag").first).to_be_visible()
    page.locator(".opblock-tag").first.click()
    expect(page.locator(".opblock").first).to_be_visible()


def test_trying_the_api_out_acts_as_who_is_logged_in(look: Looker) -> None:
    page = look("owner", "/api/v1/docs/")
    page.locator(".opblock-tag").filter(has_text=re.compile("^agencies")).click()
    operation = page.locator(".opblock").filter(has_text="/api/v1/agencies/").first
    operation.locator("button.opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_contain_text("KG-BS")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/agencies/officer/",
        "/admin/agencies/agreement/",
        "/admin/agencies/client/add/",
    ],
)
def test_the_administration_keeps_to_our_origin(look: Looker, path: str) -> None:
    page = look("owner_admin", path)
    expect(page.locator("#site-name")).to_contain_text("Karaul administration")


@pytest.mark.parametrize(
    "path",
    [
        "/agencies/",
        "/agencies/KG-BS/",
        "/agencies/agreements/",
        "/agencies/agreements/KG-TJ/",
        "/agencies/profile/",
        "/accounts/password/",
    ],
)
def test_the_directory_opens(look: Looker, path: str) -> None:
    page = look("owner", path)
    expect(page.locator("h1")).to_be_visible()
