"""Escalation in browsers: counted down, called in the bar, over without a reload."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.context import acting, system
from incidents import tasks
from incidents.actions import life
from incidents.models import Escalation, Incident
from live import sequencer
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_pages import settled
from tests.incidents.test_escalation import rule
from tests.incidents.test_watch import begin, plan
from tests.stack import Stack


@pytest.fixture(scope="module")
def waiting(stack: Stack) -> Incident:
    """An incident that TJ-BT released to KG-BS, which is to call its officer."""
    with stack.database():
        world = stack.world
        begin(world, plan(world, deputy=world.officers["owner_low"]))
        rule(world, name="Severe and extreme", severity="severe")
        made = stack.report("agency:KG-BS", by="partner", title="Shots near the bridge")
        while sequencer.sequence():
            pass
        tasks.follow_incidents()
        return made


def due_in(minutes: float) -> None:
    """Let every step that waits be due in some minutes."""
    at = timezone.now() + timedelta(minutes=minutes)
    with system("test"):
        Escalation.objects.open().update(due_at=at)


def test_a_call_counts_down_rings_and_goes(
    look: Looker, stack: Stack, waiting: Incident
) -> None:
    with stack.database():
        due_in(4)
    console = look("owner")
    row = console.locator(f'#open-incidents [data-id="{waiting.pk}"]')
    count = row.locator("time[data-until]")
    first = count.inner_text()
    assert first.startswith("in 3:") or first == "in 4:00"
    console.wait_for_function(
        "([id, before]) => document.querySelector(`#open-incidents [data-id='${id}']"
        " time[data-until]`).textContent !== before",
        arg=[str(waiting.pk), first],
    )
    look.shot(console, "escalation-console")
    phone = look("owner", "/incidents/watch/", size=PHONE, theme="night")
    bar = phone.locator("#calls .calls")
    bar.wait_for()
    for page in (console, phone):
        page.locator('.connection[data-state="live"]').wait_for(state="attached")
        page.evaluate("document.body.dataset.mine = 'still here'")
    with stack.database():
        due_in(0)
        tasks.take_steps()
        while sequencer.sequence():
            pass
    for page in (console, phone):
        page.locator("#calls .has-calls").wait_for()
    phone.get_by_text("Shots near the bridge").first.wait_for()
    settled(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    look.shot(phone, "watch-called-phone-night")
    with stack.database():
        by = stack.world.owner_low
        with acting(by):
            life.acknowledge(incident=waiting, by=by)
    for page in (console, phone):
        page.locator("#calls .has-calls").wait_for(state="detached")
        assert page.evaluate("document.body.dataset.mine") == "still here"
    count.wait_for(state="detached")
