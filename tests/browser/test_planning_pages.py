"""The planners' pages as they are drawn: what opens stays in the window, on any screen.

And what a phone shows is there to be read and reached.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiLineString
from playwright.sync_api import Locator, Page, expect

from agencies.context import acting, system
from patrols import actions, tasks
from patrols.models import Roster
from patrols.roster_run import run_next
from tests.browser.conftest import PHONE, Looker
from tests.patrols.rosters import away, force, publish, ready
from tests.patrols.series import (
    a_line,
    a_patrol,
    a_programme,
    a_zone,
    days_ahead,
    under_way,
)
from tests.stack import Stack, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SIZES = [(1400, 900), (1024, 768), PHONE]


@pytest.fixture(scope="module")
def stack(django_db_blocker: Any) -> Iterator[Stack]:
    """A system of its own: its rosters take in all patrols there are."""
    with running(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def plans(stack: Stack) -> dict[str, Any]:
    """A patrol that is out, one that waits for TJ-BT, and a programme thrown off."""
    with stack.database():
        world, by = stack.world, stack.world.owner
        out = under_way(world, zone=a_zone(by, "Z-OUT"))
        offered = under_way(world, zone=a_zone(by, "Z-OFF"))
        with acting(by):
            actions.offer_lead(patrol=offered, to="TJ-BT", reason="Flat tyre", by=by)
        begin = datetime.now(UTC) + timedelta(days=9)
        asked = a_patrol(
            world, zone=a_zone(by, "Z-ASK"),
            starts_at=begin, ends_at=begin + timedelta(hours=6),
        )  # fmt: skip
        with acting(world.admin):
            actions.register_section(
                code="KG-TJ-07", name="Isfara", states=["KG", "TJ"], status="agreed",
                line=MultiLineString(a_line(), srid=4326), by=world.admin,
            )  # fmt: skip
        programme = a_programme(
            world, zone_code="Z-SHUT", code="SHUT", section_codes=["KG-TJ-07"],
            first_on=(datetime.now(UTC) + timedelta(days=1)).date(),
            recurrence="FREQ=DAILY", start_time=time(20),
        )  # fmt: skip
        with acting(by):
            actions.propose(patrol=asked, by=by)
            opened = actions.open_patrols(
                programme=programme, upto=days_ahead(14), by=by
            )
            theirs = [p for p in opened if p.lead.code == "TJ-BT"]
            for patrol in theirs[:-1]:
                actions.cancel(patrol=patrol, reason="Snow", by=by)
        people = force(world)
        roster = publish(world, ready(world, days=2))
        for name in ("kg-one", "kg-two", "kg-three"):
            away(world, people[name], "sick")
        tasks.mend_rosters()
        assert run_next()
        with system("test"):
            mending = Roster.objects.get(mends=roster)
        late = [one for one in opened if one.lead.code == "KG-BS"][-1]
    return {
        "roster": roster,
        "mending": mending,
        "late": late,
        "out": out,
        "offered": offered,
        "asked": asked,
        "programme": programme,
    }


def require_in_window(page: Page, part: Locator) -> None:
    box, size = part.bounding_box(), page.viewport_size
    assert box
    assert size
    assert box["x"] >= 0, box
    assert box["x"] + box["width"] <= size["width"], box


@pytest.mark.parametrize(
    ("who", "which", "word"),
    [
        ("owner", "out", "Hand over the lead…"),
        ("partner", "offered", "Decline…"),
        ("partner", "out", "Take the lead in an emergency…"),
        ("partner", "asked", "Refuse…"),
    ],
)
def test_what_opens_stays_in_the_window(
    look: Looker,
    plans: dict[str, Any],
    who: str,
    which: str,
    word: str,
) -> None:
    page = look(who, f"/patrols/{plans[which].pk}/")
    opener = page.locator("summary", has_text=word)
    body = page.locator("details.ask[open] .ask-body")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        opener.click()
        expect(body).to_be_visible()
        require_in_window(page, body)
        look.shot(page, f"ask-{which}-{width}")
        page.keyboard.press("Escape")
        expect(body).to_be_hidden()
        expect(opener).to_be_focused()


def test_a_refusal_without_a_word_stays_open(
    look: Looker, plans: dict[str, Any]
) -> None:
    page = look("partner", f"/patrols/{plans['asked'].pk}/")
    page.locator("summary", has_text="Refuse…").click()
    page.fill("#refuse_reason", "   ")
    page.click("button[value=refuse]")
    body = page.locator("details.ask[open] .ask-body")
    expect(body.locator("#refuse_reason_error")).to_be_visible()
    require_in_window(page, body)
    look.shot(page, "refuse-empty")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_price_of_fairness_on_a_phone(
    look: Looker, plans: dict[str, Any], theme: str
) -> None:
    at = f"/patrols/programmes/{plans['programme'].pk}/"
    page = look("owner", f"{at}leads/", size=PHONE, theme=theme)
    shows = page.get_by_text("Show which")
    assert shows.count()
    for n in range(shows.count()):
        require_in_window(page, shows.nth(n))
    heights = page.locator(".curve .chart-tick").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 10, heights
    look.shot(page, f"repair-phone-{theme}")
    page.goto(at)
    words = page.locator("[aria-labelledby=ledger-title] tbody td:last-child")
    for n in range(words.count()):
        require_in_window(page, words.nth(n))
    look.shot(page, f"programme-phone-{theme}")


def test_a_calendar_opens_at_today(look: Looker, plans: dict[str, Any]) -> None:
    page = look("owner", "/patrols/calendar/?view=month", size=(1280, 420))
    today = page.locator("tbody[data-today]")
    expect(today).to_be_in_viewport()
    phone = look("owner", "/patrols/calendar/?view=month", size=PHONE)
    expect(phone.locator("section[data-today]")).to_be_in_viewport()
    look.shot(phone, "calendar-today-phone")


def test_reasons_stay_within_their_card(look: Looker, plans: dict[str, Any]) -> None:
    page = look("owner", f"/patrols/rosters/{plans['mending'].pk}/", size=PHONE)
    reasons = page.locator(".roster-gaps .funnel")
    expect(reasons.first).to_be_visible()
    beyond = page.locator(".card li, .card p").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    )
    assert beyond == 0


def test_the_other_pages(look: Looker, plans: dict[str, Any]) -> None:
    """Pictures, to be looked at."""
    for size, theme in (
        ((1280, 1400), "light"),
        ((1280, 1400), "dark"),
        (PHONE, "light"),
    ):
        for name, at in {
            "patrol": f"/patrols/{plans['late'].pk}/?instead=TJ-BT",
            "roster": f"/patrols/rosters/{plans['roster'].pk}/",
            "mending": f"/patrols/rosters/{plans['mending'].pk}/",
            "rosters": "/patrols/rosters/",
            "coverage": "/patrols/coverage/?view=month",
            "calendar": "/patrols/calendar/?view=month",
            "form": "/patrols/programmes/new/",
        }.items():
            page = look("owner", at, size=size, theme=theme)
            look.shot(page, f"plans-{name}-{size[0]}-{theme}")
