"""A swap in browsers: asked, accepted and approved on three screens, none reloaded."""

import pytest

from agencies.context import acting, system
from patrols import actions
from patrols.models import Patrol, Programme, RosterState
from patrols.roster_run import run_next
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_pages import settled
from tests.patrols.rosters import (
    active,
    again,
    asked,
    force,
    opened,
    publish,
    recruit,
)
from tests.patrols.series import days_ahead
from tests.stack import Stack, wait_until
from tests.world import World


def opened_of(programme: Programme) -> list[Patrol]:
    """Return its patrols in order; others have theirs in this system."""
    with system("test"):
        return list(Patrol.objects.filter(programme=programme).order_by("starts_at"))


@pytest.fixture(scope="module")
def station(stack: Stack) -> World:
    """KG-BS with a published roster, and patrols after it that wait for their crew."""
    with stack.database():
        world = stack.world
        people = force(world)
        people["kg-planner"] = recruit(world, "KG-BS", "kg-planner", "planner")
        world.officers.update(people)
        programme = opened(world)
        crew = world.actor("kg-three")
        with acting(crew):
            actions.wish(
                patrol=opened_of(programme)[0], is_wanted=False, reason="Exam", by=crew
            )
        roster = asked(world)

        def is_ready() -> bool:
            # Either this process or the stack's own worker does it.
            run_next()
            return again(roster).state == RosterState.READY

        wait_until(is_ready, seconds=30)
        publish(world, again(roster))
        with acting(by := world.owner):
            upto = days_ahead(9)
            actions.open_patrols(programme=programme, upto=upto, by=by)
        with acting(crew):
            actions.wish(patrol=opened_of(programme)[-1], is_wanted=True, by=crew)
        return world


def test_three_agree_without_a_reload(
    look: Looker, stack: Stack, station: World
) -> None:
    with stack.database():
        kg = station.agencies["KG-BS"]
        duty = active(agency=kg, is_commander=False)[0]
        names = ("kg-three", "kg-two")
        free = next(n for n in names if station.officers[n].pk != duty.officer_id)
        by = station.actor(duty.officer.username)
    colleague = look(free, "/patrols/duties/", size=PHONE)
    planner = look("kg-planner", "/patrols/rosters/", theme="dark")
    for page in (colleague, planner):
        page.locator('.connection[data-state="live"]').wait_for(state="attached")
        page.evaluate("document.body.dataset.mine = 'still here'")
    with stack.database(), acting(by):
        actions.ask_swap(
            assignment=duty, colleague=station.officers[free], note="A wedding", by=by
        )
    row = colleague.locator(".swaps .row-item")
    row.get_by_text("A wedding").wait_for()
    assert colleague.evaluate("document.body.dataset.mine") == "still here"
    width = colleague.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    look.shot(colleague, "swap-asked-phone")
    row.get_by_role("button", name="Accept").click()
    waits = planner.locator("#swaps-waiting .row-item")
    waits.get_by_text("A wedding").wait_for()
    assert planner.evaluate("document.body.dataset.mine") == "still here"
    look.shot(planner, "swap-waiting-dark")
    waits.get_by_role("button", name="Approve").click()
    planner.get_by_text("The duties have changed hands").wait_for()
    settled(planner)
    look.shot(planner, "swap-approved-dark")
    colleague.goto("/patrols/duties/")
    colleague.get_by_text(duty.patrol.ref).first.wait_for()
    assert row.locator(".state-swap-approved").is_visible()
    # By a thumb: a wish for the first patrol that waits for its crew.
    wish = colleague.locator(".wishes .row-item").first
    wish.get_by_role("button", name="rather not").click()
    colleague.locator('.wishes [aria-pressed="true"]').first.wait_for()
    settled(colleague)
    colleague.locator(".wishes .row-item").nth(2).scroll_into_view_if_needed()
    look.shot(colleague, "swap-wishes-phone")
