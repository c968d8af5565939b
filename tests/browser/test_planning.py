"""Four people plan a joint patrol in their browsers, from the programme to the phone.

KZ-BS plans and is short of an officer; UZ-BT would rather be back later, and one of
its officers falls sick. Real processes: the roster is worked out by a Celery worker.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from celery import Celery
from django.db.models import QuerySet
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Error as PageError
from playwright.sync_api import Page, expect

from agencies.context import system
from agencies.models import Officer
from patrols.models import Assignment, Patrol
from tests.browser.conftest import PHONE, Looker
from tests.patrols.rosters import recruit
from tests.patrols.series import a_zone
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DAY = (timezone.localdate() + timedelta(days=3)).isoformat()
WAIT = 60_000  # ms; a busy machine


@pytest.fixture
def staff(stack: Stack, origin: str) -> Iterator[Stack]:
    """A worker, a zone, and besides the planners one who can go on each side."""
    world = stack.world
    with stack.database():
        a_zone(world.outsider, "Z-PLAN", release_to=["agency:UZ-BT"])
        people = {
            name: recruit(world, agency, name, role)
            for agency, name, role in [
                ("KZ-BS", "kz-one", "crew"),
                ("UZ-BT", "uz-one", "crew"),
                ("UZ-BT", "uz-keeper", "agency_admin"),
            ]
        }
    world.officers |= people
    stack.start("worker")
    yield stack
    stack.kill("worker")
    for name in people:
        del world.officers[name]


def the_patrols() -> QuerySet[Patrol]:
    return Patrol.objects.filter(programme__code="JOINT", starts_at__date=DAY)


def the_patrol() -> Patrol:
    with system("test"):
        return the_patrols().get()


def is_open() -> bool:
    with system("test"):
        return the_patrols().exists()


def asked() -> set[str]:
    """Return the agencies whose answer is waited for."""
    with system("test"):
        waiting = the_patrol().consents.filter(replaced_at=None, state="asked")
        return set(waiting.values_list("agency__code", flat=True))


def sent(agency: str) -> set[str]:
    with system("test"):
        rows = Assignment.objects.filter(patrol=the_patrol(), is_active=True)
        of_agency = rows.filter(agency__code=agency)
        return set(of_agency.values_list("officer__username", flat=True))


def programme(page: Page) -> None:
    """Fill the form; before saving it shows dates, leads, and that people lack."""
    page.goto("/patrols/programmes/new/")
    page.select_option("[name=agreement]", label="KZ-UZ Joint patrols of KZ and UZ")
    page.select_option("[name=repeats]", "daily")
    for name, value in {
        "name": "Joint watch", "code": "JOINT", "first_on": DAY, "start_time": "08:00",
        "duration": "6", "weight_KZ-BS": "1", "weight_UZ-BT": "1",
        "officers_KZ-BS": "3", "officers_UZ-BT": "1", "horizon_days": "7",
    }.items():  # fmt: skip
        page.fill(f"[name='{name}']", value)
    zone = page.locator("[name=zone] option").filter(has_text="Z-PLAN")
    page.select_option("[name=zone]", zone.get_attribute("value"))
    page.locator("details.demand summary").click()
    page.locator("[name=is_certified]").uncheck()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Of every 2 patrols KZ-BS leads 1", timeout=WAIT)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Joint watch").wait_for()


def roster(page: Page) -> set[str]:
    """Ask for the day's roster, and only watch; return what the progress said."""
    page.goto("/patrols/rosters/new/")
    page.select_option("[name=agreement]", label="KZ-UZ Joint patrols of KZ and UZ")
    for name, value in {"from_on": DAY, "until_on": DAY, "seconds": "5"}.items():
        page.fill(f"[name={name}]", value)
    page.get_by_role("button", name="Work it out").click()
    return watched(page)


def watched(page: Page) -> set[str]:
    """Wait for a roster's result, without a reload of ours."""
    said: set[str] = set()
    missing = page.get_by_role("heading", name="What is missing")
    until = datetime.now(UTC) + timedelta(milliseconds=WAIT)
    while not missing.is_visible():
        assert datetime.now(UTC) < until
        # The page may load itself anew at this moment.
        with suppress(PageError):
            told = page.locator("#roster-progress").all_inner_texts()
            said |= {" ".join(text.split()) for text in told}
        page.wait_for_timeout(100)
    return said


def remedy(page: Page, look: Looker) -> None:
    """Of KZ-BS three are asked for and two are there: do what helps, and publish."""
    expect(page.locator(".roster-gaps").first).to_contain_text("KZ-BS")
    look.shot(page, "planning-gap")
    fewer = page.locator(".roster-remedies li").filter(has_text="fewer").first
    fewer.get_by_role("button", name="Do this and work out again").click()
    page.get_by_text("follows a former one").wait_for(timeout=WAIT)
    watched(page)
    page.get_by_text("Nothing: every place is filled").wait_for()
    publish(page)


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("The roster is published.").wait_for()


def consent(planner: Page, partner: Page, at: str) -> None:
    """Propose; UZ-BT would rather be back later; adopt that, and it is agreed."""
    planner.goto(at)
    planner.get_by_text("Propose…").click()
    with planner.expect_navigation():
        planner.get_by_role("button", name="Propose", exact=True).click()
    partner.goto(at)
    partner.get_by_role("link", name="Propose otherwise…").click()
    partner.fill("[name=ends_at]", f"{DAY}T15:00")
    partner.fill("[name=reason]", "The bus leaves at three")
    partner.get_by_role("button", name="Send the counter-proposal").click()
    changed = planner.locator("#changed")
    expect(changed.locator("[data-what]")).to_contain_text("Consent", timeout=WAIT)
    changed.get_by_role("button").click()
    planner.get_by_text("The bus leaves at three").wait_for()
    planner.get_by_role("button", name="Adopt").click()


def fall_sick(page: Page, officer: Officer) -> None:
    page.goto(f"/agencies/officers/{officer.pk}/absences/new/")
    page.select_option("[name=kind]", "sick")
    page.fill("[name=starts_at]", f"{DAY}T00:00")
    page.fill("[name=ends_at]", f"{DAY}T23:00")
    page.get_by_role("button", name="Save").click()


def calendar_of(page: Page) -> Calendar:
    """Open a feed for one's own duties and read it as a calendar does."""
    page.goto("/patrols/feeds/")
    page.get_by_role("button", name="Open a feed").click()
    address = page.locator("#feed-address").input_value()
    return Calendar.from_ical(httpx.get(address, timeout=30).content)


def test_from_the_programme_to_the_phone(look: Looker, staff: Stack) -> None:
    planner, partner = look("outsider"), look("late")
    programme(planner)
    with Celery(broker=staff.redis_url) as app:
        # As the schedule does.
        app.send_task("patrols.tasks.open_patrols", ignore_result=True)
    with staff.database():
        wait_until(is_open, WAIT / 1000)
        at = f"/patrols/{the_patrol().pk}/"
    assert roster(planner)
    remedy(planner, look)
    published = planner.url
    consent(planner, partner, at)
    with staff.database():
        wait_until(lambda: the_patrol().state == "agreed", WAIT / 1000)
        (name,) = sent("UZ-BT")
    sick = staff.world.officers[name]

    planner.goto(published)
    fall_sick(look("uz-keeper"), sick)
    # Nobody reloads: the page follows.
    mended = planner.get_by_role("link", name="A mended roster is ready")
    expect(mended).to_be_visible(timeout=WAIT)
    mended.click()
    expect(planner.locator(".roster-causes")).to_contain_text("UZ-BT")
    assert not re.search(rf"\b{sick.name}\b", planner.content())
    publish(planner)
    with staff.database():
        assert sent("UZ-BT") == {"late", "uz-one"} - {name}
        # Its own people have changed: UZ-BT is asked, and nobody else.
        assert asked() == {"UZ-BT"}
    partner.goto(at)
    partner.get_by_role("button", name="Accept").click()

    crew = look("kz-one", "/patrols/duties/", size=PHONE)
    with staff.database():
        wait_until(lambda: the_patrol().state == "agreed", WAIT / 1000)
        patrol = the_patrol()
    crew.get_by_text(patrol.ref).first.wait_for()
    look.shot(crew, "planning-duties-phone")
    (event,) = calendar_of(crew).walk("VEVENT")
    assert (event.start, event.end) == (patrol.starts_at, patrol.ends_at)
    assert "Joint watch" not in event.to_ical().decode()
