"""The calendar in a browser: readable in each theme, on a phone, by keys, and live."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agencies.context import acting
from patrols import actions
from patrols.models import Patrol
from tests.browser.conftest import PHONE, Looker
from tests.patrols.series import a_patrol, a_zone
from tests.stack import Stack


@pytest.fixture(scope="module")
def night(stack: Stack) -> Any:
    """A patrol in two hours, over midnight or not."""
    begin = datetime.now(UTC) + timedelta(hours=2)
    with stack.database():
        world = stack.world
        zone = a_zone(world.owner, "Z-CAL", release_to=["agency:TJ-BT"])
        return a_patrol(
            world, zone=zone, title="Watch in the calendar", starts_at=begin,
            ends_at=begin + timedelta(hours=8),
        )  # fmt: skip


def day_of(patrol: Patrol) -> str:
    """Return its day by the partner's clock: tonight may be of the next week."""
    return patrol.starts_at.astimezone(ZoneInfo("Asia/Dushanbe")).date().isoformat()


def test_a_phone_has_a_list_of_days(look: Looker, night: Any) -> None:
    page = look("partner", f"/patrols/calendar/?on={day_of(night)}", size=PHONE)
    assert page.locator(".cal-narrow").get_by_text(night.title).is_visible()


def test_a_colleagues_change_shows_without_reload(
    look: Looker, stack: Stack, night: Any
) -> None:
    """And by the keys one goes to the week after and back."""
    page = look("partner", f"/patrols/calendar/?view=state&on={day_of(night)}")
    page.locator('.connection[data-state="live"]').wait_for()
    page.evaluate("document.body.dataset.mine = 'still here'")
    with stack.database(), acting(by := stack.world.owner):
        actions.cancel(patrol=night, reason="Snow", by=by)
    off = page.locator("section:has(#state-cancelled)")
    off.get_by_text(night.title).wait_for()
    assert page.evaluate("document.body.dataset.mine") == "still here"
    there = page.url
    page.keyboard.press("]")
    page.wait_for_url(lambda at: at != there)
    page.keyboard.press("[")
    page.get_by_text(night.title).wait_for()
