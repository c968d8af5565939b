"""Files and messages on an open page: added, grown by themselves, read, withdrawn."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from playwright.sync_api import Locator, Page, expect

from agencies.actions import files as core
from agencies.actions import releases
from agencies.context import acting
from agencies.views.records import known_releases
from incidents.actions import attachments, log
from incidents.models import Attachment, CustodyLine, Incident, LogRead
from tests.browser.conftest import PHONE, Looker
from tests.incidents import samples
from tests.stack import Stack


@pytest.fixture
def incident(stack: Stack) -> Incident:
    """An incident that the partner sees."""
    with stack.database():
        return stack.report("agency:TJ-BT")


def live(look: Looker, officer: str, path: str, **more: Any) -> Page:
    """Open a page and wait until it follows the feed."""
    page = look(officer, path, **more)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def is_drawn(page: Page, image: Locator) -> None:
    """Wait until a picture is there to be seen."""
    drawn = "image => image.complete && image.naturalWidth > 0"
    page.wait_for_function(drawn, arg=image.element_handle())


def write(stack: Stack, incident: Incident, text: str) -> None:
    """Write a line as the owner."""
    with stack.database():
        by = stack.world.owner
        with acting(by):
            log.write_log(incident=incident, text=text, sharing="all", by=by)


def test_a_photo_follows_a_report(look: Looker, picture: Path) -> None:
    """One button reports and leads to the form of files, which stands open."""
    phone = look("owner", "/incidents/new/", size=PHONE)
    phone.locator("[name=category]").select_option("drugs")
    phone.locator("[name=severity]").select_option("minor")
    phone.locator("[name=title]").fill("Bag in the reeds")
    phone.locator("[name=place]").fill("40.1, 70.1")
    look.shot(phone, "report-phone")
    phone.get_by_role("button", name="Report, then add files").click()
    expect(phone.locator("h1")).to_have_text("Bag in the reeds")
    expect(phone.locator("#files summary")).to_be_focused()
    expect(phone.locator("#attach_camera")).to_be_visible()
    look.shot(phone, "report-files-phone")
    phone.locator("#attach_file").set_input_files([picture])
    phone.locator("#files").get_by_role("button", name="Add").click()
    expect(phone.locator("#file-grid img")).to_have_count(1)


def test_a_photo_appears_on_an_open_page(
    stack: Stack, look: Looker, incident: Incident, picture: Path
) -> None:
    """Added on a phone; on the other side's page without a reload, and noted."""
    at = f"/incidents/{incident.pk}/"
    watching = live(look, "partner", at)
    phone = live(look, "owner", at, size=PHONE)
    phone.get_by_text("Add files…").click()
    camera = phone.locator("#attach_camera")
    assert camera.get_attribute("capture") == "environment"
    phone.locator("#attach_file").set_input_files([picture, picture])
    phone.locator("#attach_caption").fill("At the ford")
    phone.locator("#attach_sharing").select_option("all")
    look.shot(phone, "files-form-phone")
    phone.locator("#files").get_by_role("button", name="Add").click()
    expect(phone.locator("#file-grid img")).to_have_count(2)
    seen = watching.locator("#file-grid img")
    expect(seen).to_have_count(2, timeout=10_000)
    expect(watching.locator("#changed")).to_be_hidden()
    seen.first.scroll_into_view_if_needed()
    is_drawn(watching, seen.first)
    seen.first.click()
    expect(watching.locator("h1")).to_have_text("At the ford")
    expect(watching.get_by_role("link", name="Take the original out")).to_have_count(0)
    is_drawn(watching, watching.locator(".file-view img"))
    look.shot(watching, "file")
    with stack.database():
        by = stack.world.owner
        with acting(by):
            lines = CustodyLine.objects.visible_to(by).filter(incident=incident)
            acts = {(line.agency.code, line.act, line.copy) for line in lines}
    assert ("TJ-BT", "viewed", "thumbnail") in acts
    assert ("TJ-BT", "viewed", "working") in acts


def test_a_message_grows_on_an_open_page(
    stack: Stack, look: Looker, incident: Incident
) -> None:
    """What is being written stays; what came is marked as new, then as read."""
    write(stack, incident, "First line")
    page = live(look, "partner", f"/incidents/{incident.pk}/")
    expect(page.locator("#log-unread")).to_have_count(0)
    page.locator("#log-lines").scroll_into_view_if_needed()

    def marks() -> int:
        with stack.database():
            by = stack.world.partner
            with acting(by):
                return (
                    LogRead.objects.visible_to(by).filter(entry__isnull=False).count()
                )

    page.wait_for_timeout(3000)
    assert marks() == 1
    page.locator("#log_text").fill("I am still writing")
    write(stack, incident, "Second line")
    expect(page.get_by_text("Second line")).to_be_visible(timeout=10_000)
    expect(page.locator("#log-unread")).to_contain_text("1 new line")
    expect(page.locator("#log_text")).to_have_value("I am still writing")
    expect(page.locator("#changed")).to_be_hidden()
    look.shot(page, "log-unread")
    page.locator("#log").get_by_role("button", name="Write").click()
    expect(page.locator("#log-lines").get_by_text("I am still writing")).to_be_visible()
    owner = look("owner", f"/incidents/{incident.pk}/")
    expect(owner.locator(".log-read")).to_contain_text("TJ-BT")


def test_a_release_that_ends_takes_the_files(
    stack: Stack, look: Looker, incident: Incident, picture: Path
) -> None:
    """From the page of one file, too."""
    with stack.database():
        by = stack.world.owner
        with acting(by), picture.open("rb") as raw:
            (made,) = attachments.attach(
                incident=incident, files=[File(raw)], sharing="all", by=by
            )
    page = live(look, "partner", f"/incidents/{incident.pk}/attachments/{made.pk}/")
    expect(page.locator(".file-view img")).to_be_visible()
    with stack.database():
        by = stack.world.owner
        with acting(by):
            (release,) = known_releases(incident, by).live()
            releases.revoke(record=incident, release_id=release.pk, by=by)
    expect(page.get_by_text("You no longer see this record")).to_be_visible()
    expect(page.locator("img")).to_have_count(0)


def test_how_files_look(
    stack: Stack, look: Looker, incident: Incident, picture: Path
) -> None:
    """Of every kind, on a desk and on a phone: nothing is wider than the window."""
    with stack.database():
        by = stack.world.owner
        with acting(by):
            kinds = [picture.read_bytes(), samples.video(), samples.pdf(), b"Seen."]
            files = [ContentFile(data, "x") for data in kinds]
            made = attachments.attach(
                incident=incident, files=files, sharing="all", caption="At the ford",
                by=by,
            )  # fmt: skip
            core.withdraw_file(attachment=made[3], by=by)
            log.write_log(
                incident=incident, text="See the photo", sharing="all", by=by,
                files=[ContentFile(kinds[0], "x")],
            )  # fmt: skip
            assert Attachment.objects.visible_to(by).filter(incident=incident).count()
    for size, name in (((1280, 900), "desk"), (PHONE, "phone")):
        page = look("owner", f"/incidents/{incident.pk}/", size=size)
        page.locator("#files").scroll_into_view_if_needed()
        expect(page.locator("#file-grid .file")).to_have_count(5)
        wide = "document.documentElement.scrollWidth <= innerWidth"
        assert page.evaluate(wide), name
        look.shot(page, f"files-{name}")
        page.goto(f"/incidents/{incident.pk}/attachments/{made[0].pk}/")
        assert page.evaluate(wide), name
        look.shot(page, f"file-{name}")
        page.goto(f"/incidents/{incident.pk}/attachments/{made[1].pk}/")
        page.evaluate("document.querySelector('video').load()")
        page.wait_for_function("document.querySelector('video').readyState >= 0")
