"""An incident's steps, units and tasks: by hand, in every theme, on a phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from playwright.sync_api import expect

from agencies.actions import posts
from agencies.context import acting
from incidents.actions import confirming, duplicates, responses, tasks
from patrols import actions as patrols
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_pages import grave_findings, in_every_theme, settled
from tests.leaks import seed
from tests.stack import Stack
from tests.world import PLACE


@pytest.fixture(scope="module")
def incident(stack: Stack) -> Any:
    """An incident with a duplicate, a partner's confirmation, tasks and units near."""
    partner = ["agency:TJ-BT"]
    with stack.database():
        row = stack.report(*partner, title="Group on foot at the canal")
        other = stack.report(*partner, title="People seen near the canal")
        owner, by = stack.world.owner, stack.world.partner
        with acting(by):
            confirming.confirm(incident=row, why="Our post saw them too", by=by)
            patrol = seed.add(by, "patrol", ["agency:KG-BS"])
            place = (PLACE.x, PLACE.y + 0.04)
            fix = patrols.NewFix(at=timezone.now(), place=place, device="e")
            patrols.add_fixes(patrol=patrol, fixes=[fix], by=by)
        with acting(owner):
            near = Point(PLACE.x + 0.2, PLACE.y, srid=4326)
            posts.create_post(by=owner, code="ALA", name="Ala-Buka", place=near)
            duplicates.merge(incident=other, into=row, by=owner)
            soon = timezone.now() + timedelta(hours=2)
            given = {"what": "Search the culvert", "due_at": soon, "by": owner}
            tasks.set_task(incident=row, agency=stack.world.agencies["TJ-BT"], **given)
            responses.assign(
                incident=row, by=owner, agency=stack.world.agencies["KG-BS"]
            )
        return row


def test_questions_are_readable_in_every_theme(look: Looker, incident: Any) -> None:
    page = look("owner", f"/incidents/{incident.pk}/", bypass_csp=True)
    settled(page)
    expect(page.get_by_role("heading", name="Units by distance")).to_be_visible()
    expect(page.get_by_text("Our post saw them too")).to_be_visible()
    for word in ("Contained…", "Duplicate…", "Close…"):
        page.get_by_text(word, exact=True).click()
        assert in_every_theme(look, page, f"life-{word[:5]}") == [], word


def test_on_a_phone(look: Looker, incident: Any) -> None:
    """Nothing is wider than the screen."""
    for name, path in [
        ("incident", f"/incidents/{incident.pk}/"), ("tasks", "/incidents/tasks/"),
        ("units", f"/incidents/{incident.pk}/units/"),
    ]:  # fmt: skip
        page = look(
            "owner" if name != "tasks" else "partner", path, size=PHONE, bypass_csp=True
        )
        settled(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE[0], name
        assert grave_findings(page) == [], name
        look.shot(page, f"life-phone-{name}")


def test_dispatched_contained_and_done_by_hand(look: Looker, incident: Any) -> None:
    """The owner sends another agency's patrol; its officers do the task."""
    page = look("owner", f"/incidents/{incident.pk}/")
    settled(page)
    nearest = page.locator(".unit").first
    expect(nearest).to_contain_text("TJ-BT")
    nearest.get_by_role("button", name="Dispatch").click()
    expect(page.get_by_text("Dispatched.")).to_be_visible()
    page.get_by_text("Contained…", exact=True).press("Enter")
    page.locator("#contain_why").fill("They sit by the road")
    page.get_by_role("button", name="Yes, it is contained").click()
    expect(page.get_by_text("They sit by the road")).to_be_visible()
    other = look("partner", "/incidents/tasks/")
    other.once("dialog", lambda asked: asked.accept())
    other.get_by_role("button", name="Done").click()
    tasks_of = other.get_by_role("region", name="Tasks")
    expect(tasks_of.locator(".state-done")).to_be_visible()
    acknowledged = other.get_by_role("button", name="acknowledged").first
    acknowledged.click()
    expect(other.locator(".state-acknowledged").first).to_be_visible()
