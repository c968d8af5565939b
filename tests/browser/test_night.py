"""A night on both sides of the border, in four browsers, against the real processes.

KG-BS reports shots from a phone, confirms them, is called because nobody takes note,
sends the nearest patrol of TJ-BT; a third agency loses sight while its page is open. In
the morning somebody reads the report on paper.
"""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.actions import releases
from agencies.context import acting, system
from incidents.models import Escalation, Incident
from patrols import actions as patrols
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_files import live
from tests.incidents import samples
from tests.incidents.test_escalation import rule
from tests.incidents.test_watch import begin, plan
from tests.leaks import seed
from tests.stack import PATIENCE, Stack, running, wait_until
from tests.world import PLACE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
WAIT = PATIENCE * 1000
MGRS = "42T XK 36374 40008"
TITLE = "Shots at the water intake"
CALLS = [
    {"after": after, "whom": whom, "mail": False}
    for after, whom in ((5, "on_duty"), (10, "role:liaison"))
]


@pytest.fixture(scope="module")
def stack(django_db_blocker: Any) -> Iterator[Stack]:
    """A system of its own: who keeps watch there, others would disturb."""
    with running(django_db_blocker) as made:
        yield made


@pytest.fixture
def night(stack: Stack, origin: str) -> Stack:
    """A worker and a beat; KG-BS keeps watch; a patrol of TJ-BT is under way."""
    for name in ("worker", "beat"):
        stack.start(name)
    with stack.database():
        world = stack.world
        begin(world, plan(world, "owner_low"), "owner_low")
        rule(world, name="Severe and extreme", severity="severe", steps=CALLS)
        by = world.partner
        with acting(by):
            patrol = seed.add(by, "patrol", ["agency:KG-BS"])
            place = (PLACE.x, PLACE.y + 0.03)
            fix = patrols.NewFix(at=timezone.now(), place=place, device="radio")
            patrols.add_fixes(patrol=patrol, fixes=[fix], by=by)
    return stack


def the_incident() -> Incident:
    with system("test"):
        return Incident.objects.get(title=TITLE)


def report(phone: Page) -> str:
    """Report an exchange of fire by its form and MGRS; return the page's address."""
    phone.goto("/incidents/new/?type=exchange-of-fire")
    phone.get_by_label("Title").fill(TITLE)
    phone.get_by_label("Severity").select_option("severe")
    phone.get_by_label("Wounded").fill("1")
    phone.locator("#id_place").fill(MGRS)
    # Understood while one writes, in every system.
    expect(phone.locator(".place-echo")).to_contain_text("MGRS")
    phone.get_by_role("button", name="Report", exact=True).click()
    expect(phone.locator("h1")).to_contain_text(TITLE)
    expect(phone.locator("body")).to_contain_text("has to confirm it first")
    return phone.url


def release(page: Page, agency: str) -> None:
    card = page.get_by_role("region", name="Released to")
    card.get_by_text("Release to…").click()
    card.locator("[name$=scope][value=full]").check()
    card.locator(f"[name$=grantee][value='agency:{agency}']").check()
    card.get_by_role("button", name="Release", exact=True).click()
    expect(card.locator(".grantee").filter(has_text=agency)).to_be_visible()


def let_steps_be_due() -> None:
    """Let the night pass until the next call; the workers do the rest."""
    with system("test"):
        Escalation.objects.open().update(due_at=timezone.now() + timedelta(seconds=1))


def is_open() -> bool:
    with system("test"):
        return Escalation.objects.open().exists()


def called(page: Page) -> None:
    expect(page.locator("#calls .has-calls")).to_be_visible(timeout=WAIT)


def write(page: Page, text: str) -> None:
    page.locator("#log_text").fill(text)
    page.locator("#log_sharing").select_option("all")
    page.locator("#log").get_by_role("button", name="Write").click()
    expect(page.locator("#log-lines")).to_contain_text(text)


def step(page: Page, word: str, why: str) -> None:
    """Take a step that asks why."""
    ask = page.locator("details.ask").filter(has_text=f"{word}…")
    ask.locator("summary").click()
    ask.locator("textarea, input[type=text]").first.fill(why)
    ask.locator("button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(why)


def advance(page: Page, *states: str) -> None:
    """Tell how the response goes."""
    card = page.get_by_role("region", name="Responses")
    for state in states:
        card.get_by_role("button", name=state, exact=True).first.click()
        expect(card.locator(".state").first).to_contain_text(state)


def on_paper(page: Page, folder: Path) -> str:
    """Ask for the day's report, wait for it, and read the file as others do."""
    page.goto("/incidents/sitreps/")
    page.get_by_role("button", name="Ask for the report").click()
    link = page.get_by_role("link", name="PDF", exact=True)
    link.wait_for(timeout=WAIT)
    with page.expect_download() as coming:
        link.click()
    path = folder / "sitrep.pdf"
    coming.value.save_as(path)
    command = ["pdftotext", "-layout", str(path), "-"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def call(desk: Page, phone: Page, night: Stack) -> None:
    """Nobody takes note: the officer on duty is called, then others, until one does."""
    with night.database():
        wait_until(is_open, PATIENCE)
        let_steps_be_due()
    called(desk)
    with night.database():
        let_steps_be_due()
    called(phone)
    desk.locator("#calls a").click()
    desk.get_by_role("link", name=TITLE).first.click()
    desk.get_by_role("button", name="Acknowledge").click()
    for page in (desk, phone):
        expect(page.locator("#calls .has-calls")).to_have_count(0, timeout=WAIT)


def dispatch(desk: Page) -> None:
    """Send who is nearest, of whatever agency."""
    nearest = desk.locator(".unit").first
    expect(nearest).to_contain_text("TJ-BT")
    nearest.get_by_role("button", name="Dispatch").click()
    expect(desk.get_by_text("Dispatched.")).to_be_visible()


def add_photo(phone: Page, folder: Path) -> None:
    photo = folder / "IMG_0001.jpg"
    photo.write_bytes(samples.photo(size=(1200, 900)))
    phone.get_by_text("Add files…").click()
    phone.locator("#attach_file").set_input_files(photo)
    phone.locator("#attach_sharing").select_option("all")
    phone.locator("#files").get_by_role("button", name="Add").click()


def end_release(page: Page, agency: str) -> None:
    card = page.get_by_role("region", name="Released to")
    page.on("dialog", lambda dialog: dialog.accept())
    row = card.locator(".row-item").filter(has_text=agency)
    row.get_by_role("button", name="End").click()


def test_a_night(look: Looker, night: Stack, tmp_path: Path) -> None:
    phone = look("owner", "/", size=PHONE, theme="night")
    at = report(phone)
    look.shot(phone, "night-1-reported")
    release(phone, "TJ-BT")
    with night.database():
        row, by = the_incident(), night.world.owner
        with acting(by):
            releases.release(record=row, to="agency:KZ-BS", by=by)
    desk = live(look, "owner_low", at)
    step(desk, "Confirm", "The tower heard it too")
    call(desk, phone, night)
    look.shot(desk, "night-2-taken-up")
    dispatch(desk)

    partner, third = live(look, "partner", at), live(look, "outsider", at)
    advance(partner, "acknowledged", "en route", "on scene")
    write(partner, "Two men, one is hurt")
    expect(desk.locator("#log-lines")).to_contain_text("one is hurt", timeout=WAIT)
    phone.goto(at)
    add_photo(phone, tmp_path)
    for page in (phone, partner, third):
        expect(page.locator("#file-grid img")).to_have_count(1, timeout=WAIT)
    look.shot(partner, "night-3-partner")

    # Narrowed under the third's eyes; who is still meant sees it on.
    look.expected = "404"
    end_release(desk, "KZ-BS")
    expect(third.locator("body")).not_to_contain_text(TITLE, timeout=WAIT)
    look.shot(third, "night-4-withdrawn")
    write(desk, "Ambulance is at the bridge")
    lines = partner.locator("#log-lines")
    expect(lines).to_contain_text("Ambulance is at the bridge", timeout=WAIT)
    assert "Ambulance" not in third.content()

    advance(partner, "clear")
    desk.goto(at)
    step(desk, "Contained", "They gave up")
    step(desk, "Resolve", "Handed to the police")
    text = on_paper(desk, tmp_path)
    for words in (TITLE, row.ref, "TJ-BT"):
        assert words in text
    look.shot(desk, "night-5-sitrep")
