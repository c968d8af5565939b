"""Who sees an incident, and who opened it when: the owner's table, looked at."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.actions import releases
from agencies.context import acting
from incidents.actions import life
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_pages import grave_findings, in_every_theme, settled, wear
from tests.stack import Stack


@pytest.fixture(scope="module")
def incident(stack: Stack) -> Any:
    """An incident for a partner, a party by a tear line, an officer; one had it."""
    with stack.database():
        row = stack.report(
            "agency:TJ-BT", "agreement:KG-TJ", title="Tracks at the ford"
        )
        by, partner = stack.world.owner, stack.world.partner
        end = timezone.now() + timedelta(days=3)
        with acting(by):
            releases.release(
                record=row, to="agency:UZ-BT", by=by, scope="tearline", expires_at=end
            )
            past = releases.release(record=row, to="agency:KZ-BS", by=by)
            releases.revoke(record=row, release_id=past.pk, by=by, reason="Mistaken")
        with acting(partner):
            life.acknowledge(incident=row, by=partner)
        return row


def table(page: Page) -> Any:
    """Return the table, in view."""
    found = page.get_by_role("region", name="Who sees this")
    found.scroll_into_view_if_needed()
    return found


def test_it_tells_who_saw_it_and_who_did_not(look: Looker, incident: Any) -> None:
    at = f"/incidents/{incident.pk}/"
    settled(look("partner", at))
    page = look("owner", at, bypass_csp=True)
    settled(page)
    found = table(page)
    expect(found.get_by_role("row")).to_have_count(5)
    expect(found.get_by_role("row", name="UZ-BT")).to_contain_text("not opened yet")
    expect(found.get_by_role("row", name="KZ-BS")).to_contain_text("ended")
    assert in_every_theme(look, page, "readers") == []


def test_on_a_phone(look: Looker, incident: Any) -> None:
    """Nothing is wider than the screen."""
    page = look(
        "owner", f"/incidents/{incident.pk}/", size=PHONE, theme="dark", bypass_csp=True
    )
    wear(page, "dark")
    settled(page)
    table(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert grave_findings(page) == []
    look.shot(page, "readers-phone")
