"""The log of a patrol on an open page: messages grow by themselves, on a phone too."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agencies.context import acting
from patrols import actions
from patrols.models import PatrolLogRead
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_files import is_drawn, live
from tests.patrols.series import a_patrol
from tests.stack import Stack


@pytest.fixture(scope="session")
def patrol(stack: Stack) -> Any:
    """A patrol of both sides."""
    with stack.database():
        return a_patrol(stack.world, zone_code="Z-LOG")


def is_marked(stack: Stack, page: Page) -> bool:
    """Whether a page that shows the log notes in a while that it was read."""
    for _second in range(15):
        page.wait_for_timeout(1000)
        with stack.database():
            by = stack.world.partner
            with acting(by):
                if PatrolLogRead.objects.visible_to(by).filter(entry__isnull=False):
                    return True
    return False


def test_a_message_grows_on_an_open_page(
    stack: Stack, look: Looker, patrol: Any
) -> None:
    """From a phone to the other side's page; what is written there stays."""
    at = f"/patrols/{patrol.pk}/"
    with stack.database():
        by = stack.world.owner
        with acting(by):
            actions.write_patrol_log(patrol=patrol, text="First line", by=by)
    page = live(look, "partner", at)
    phone = live(look, "owner", at, size=PHONE)
    expect(page.locator("#log-unread")).to_have_count(0)
    page.locator("#log-lines").scroll_into_view_if_needed()
    assert is_marked(stack, page)
    page.locator("#log_text").fill("I am still writing")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.locator("#log_text").fill("Second line")
    look.shot(phone, "patrol-log-phone")
    phone.locator("#log").get_by_role("button", name="Write").click()
    expect(phone.locator("#log-lines").get_by_text("Second line")).to_be_visible()
    expect(page.get_by_text("Second line")).to_be_visible(timeout=10_000)
    expect(page.locator("#log-unread")).to_contain_text("1 new line")
    expect(page.locator("#log_text")).to_have_value("I am still writing")
    expect(page.locator("#changed")).to_be_hidden()
    page.locator("#log_sharing").select_option("own")
    page.locator("#log").get_by_role("button", name="Write").click()
    expect(page.locator("#log-lines").get_by_text("I am still writing")).to_be_visible()
    look.shot(page, "patrol-log")
    phone.reload()
    expect(phone.locator(".log-read")).to_contain_text("TJ-BT")
    expect(phone.get_by_text("I am still writing")).to_have_count(0)


def test_a_photo_sent_with_a_message_shows_on_the_other_page(
    stack: Stack, look: Looker, patrol: Any, picture: Path
) -> None:
    """From a phone; live at the partner's, who opens it; its sender takes it back."""
    at = f"/patrols/{patrol.pk}/"
    page, phone = live(look, "partner", at), live(look, "owner", at, size=PHONE)
    before = page.locator("#log-lines .file img").count()
    phone.locator("#log_text").fill("Tracks at the ford, two horses, going north")
    phone.locator("#log_file").set_input_files([picture])
    phone.locator("#log").get_by_role("button", name="Write").click()
    expect(phone.locator("#log-lines .file img")).to_have_count(before + 1)
    expect(phone.locator("#log_file")).to_have_value("")
    seen = page.locator("#log-lines .file img")
    expect(seen).to_have_count(before + 1, timeout=10_000)
    expect(page.locator("#changed")).to_be_hidden()
    for one, name in ((page, "desk"), (phone, "phone")):
        photo = one.locator("#log-lines .file img").last
        photo.scroll_into_view_if_needed()
        is_drawn(one, photo)
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
        look.shot(one, f"patrol-log-photo-{name}")
    seen.last.click()
    is_drawn(page, page.locator(".file-view img"))
    expect(page.get_by_role("link", name="Take the original out")).to_have_count(0)
    look.shot(page, "patrol-file")
    phone.locator("#log-lines .file a").last.click()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look.shot(phone, "patrol-file-phone")
    page.goto(at)
    expect(seen).to_have_count(before + 1)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("button", name="Take back").click()
    expect(phone.locator("#log-lines").get_by_text("taken back")).to_be_visible()
    expect(seen).to_have_count(before, timeout=10_000)
    phone.locator("#log-lines .file").last.scroll_into_view_if_needed()
    look.shot(phone, "patrol-log-taken-back-phone")
