"""A record's page while it is open: withdrawn, moving, refused; and its messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from agencies.actions import releases
from agencies.context import acting
from agencies.views.records import known_releases
from patrols import actions
from tests.browser.conftest import PHONE, Looker
from tests.browser.test_live import change, report
from tests.patrols.series import a_patrol, a_zone, under_way
from tests.stack import Stack

UNSEEN = "You no longer see this record, or it does not exist."


def live(look: Looker, officer: str, path: str, **more: Any) -> Page:
    """Open a page and wait until it follows the feed."""
    page = look(officer, path, **more)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def end_release(stack: Stack, token: str, made: dict[str, Any]) -> None:
    """End an incident's one release, as the owner's system does."""
    answer = httpx.delete(
        f"{stack.web_url}/api/v1/incidents/{made['id']}/releases/"
        f"{made['releases'][0]['id']}/",
        headers={"Authorization": f"Bearer {token}", "Host": "localhost"},
    )
    assert answer.status_code in (200, 204), answer.text


def test_nothing_of_a_withdrawn_record_stays(stack: Stack, look: Looker) -> None:
    """Neither on its page, nor in the title, nor where the alarm was spoken."""
    token = stack.token("KG-BS", "incidents:read", "incidents:write")
    board = live(look, "partner", "/")
    made = report(stack, token, "Riders at the weir", severity="extreme")
    expect(board.locator("#alarm")).to_contain_text("Riders at the weir")
    expect(board.locator("#announcer")).to_contain_text("Riders", timeout=10_000)
    page = live(look, "partner", f"/incidents/{made['id']}/")
    expect(page.locator(".map canvas").first).to_be_visible()
    end_release(stack, token, made)
    expect(page.get_by_text(UNSEEN)).to_be_visible()
    expect(page).to_have_title("Not found · Karaul")
    left = page.content() + page.evaluate("JSON.stringify(history.state)")
    for secret in (made["title"], made["ref"], made["narrative"], made["id"]):
        assert secret not in left
    expect(page.locator("#changed")).to_be_hidden()
    expect(page.locator("#main :is(form, canvas, h1)")).to_have_count(0)
    look.shot(page, "withdrawn")
    expect(board.locator("#alarm")).to_be_empty()
    assert made["title"] not in board.content()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("h1")).to_have_text("Incidents")


def test_the_fetch_alone_says_that_it_is_gone(stack: Stack, look: Looker) -> None:
    """A record that is not there when the page looks again goes as well."""
    look.expected = "404"
    token = stack.token("KG-BS", "incidents:read", "incidents:write")
    made = report(stack, token, "Lights on the ridge")
    page = live(look, "partner", f"/incidents/{made['id']}/")
    # The word of the release's end is lost on the way.
    page.route(f"**/incidents/{made['id']}/", lambda route: route.fulfill(status=404))
    shared = {"text": "They went", "sharing": "all"}
    change(stack, token, "POST", f"{made['id']}/log/", json=shared)
    expect(page.get_by_text(UNSEEN)).to_be_visible()
    assert made["title"] not in page.content()


def test_a_withdrawn_patrol_goes_too(stack: Stack, look: Looker) -> None:
    with stack.database():
        patrol = a_patrol(stack.world, zone_code="Z-GONE", title="Gone by night")
    page = live(look, "partner", f"/patrols/{patrol.pk}/")
    with stack.database():
        by = stack.world.owner
        with acting(by):
            for row in known_releases(patrol, by).live():
                releases.revoke(record=patrol, release_id=row.pk, by=by)
    expect(page.get_by_text(UNSEEN)).to_be_visible()
    assert "Gone by night" not in page.content()


def test_a_patrol_moves_on_its_page(stack: Stack, look: Looker) -> None:
    """Words, ages and map follow; the first position brings the map along."""
    with stack.database():
        by = stack.world.owner
        zone = a_zone(by, "Z-MOVE")
        out = under_way(stack.world, zone=zone)

    def fix(minutes: int, lon: float) -> None:
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        with stack.database(), acting(by):
            fixes = [actions.NewFix(at, (lon, 40.1))]
            actions.add_fixes(patrol=out, fixes=fixes, by=by)

    page = live(look, "partner", f"/patrols/{out.pk}/")
    scene = page.locator("#scene")
    expect(scene).to_contain_text("No position has come in yet.")
    # The partner sees neither zone nor route: there was nothing to draw yet.
    expect(scene.locator(".map")).to_have_count(0)
    with page.expect_response("**/scene.geojson") as answer:
        fix(4, 70.3)
    kinds = {one["properties"]["kind"] for one in answer.value.json()["features"]}
    assert "patrol" in kinds
    expect(scene).to_contain_text("40.10000, 70.30000")
    expect(scene).not_to_contain_text("No position has come in yet.")
    expect(scene.locator("time[data-age]")).to_have_text("4 min ago")
    expect(scene.locator("canvas").first).to_be_visible()
    with page.expect_response("**/scene.geojson") as answer:
        fix(1, 70.4)
    last = answer.value.json()["features"][-1]
    assert last["geometry"]["coordinates"] == [70.4, 40.1]
    expect(scene).to_contain_text("40.10000, 70.40000")
    expect(scene).to_contain_text("heading east")
    expect(scene.locator("time[data-age]")).to_have_text("1 min ago")
    expect(page.locator("#changed")).to_be_hidden()
    look.shot(page, "patrol-moved")


def test_a_refused_form_stays_live(stack: Stack, look: Looker) -> None:
    """It stands at its own address; what opens that again finds the record."""
    token = stack.token("KG-BS", "incidents:read", "incidents:write")
    made = report(stack, token, "Cart at the bridge")
    page = live(look, "owner", f"/incidents/{made['id']}/")
    page.locator("form[action$='/close/']").evaluate("form => form.submit()")
    expect(page).to_have_url(f"{look.origin}/incidents/{made['id']}/close/")
    expect(page.locator("details.ask[open]")).to_be_visible()
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    version = {"If-Match": '"1"'}
    worse = {"severity": "extreme"}
    change(stack, token, "PATCH", f"{made['id']}/", json=worse, headers=version)
    expect(page.locator("#changed [data-what]")).to_have_text("Severity")
    page.locator("#changed button").click()
    expect(page).to_have_url(f"{look.origin}/incidents/{made['id']}/")
    page.goto(f"/incidents/{made['id']}/close/")
    expect(page.locator("h1")).to_have_text(made["title"])


@pytest.mark.parametrize("size", [(1280, 800), PHONE])
def test_messages_leave_and_cover_no_release(
    stack: Stack, look: Looker, size: tuple[int, int]
) -> None:
    """After a while, but not from under the hand."""
    token = stack.token("KG-BS", "incidents:read", "incidents:write")
    made = report(stack, token, "Smoke over the valley")
    page = look("partner", f"/incidents/{made['id']}/", size=size)
    page.clock.install()
    page.get_by_role("button", name="Acknowledge").click()
    notice = page.locator("#notices .notice")
    expect(notice).to_have_text("Acknowledged: the owner sees it.")
    card = page.locator("section:has(> header > #releases-title)")
    # The units come by themselves, and make the page longer.
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    box, shown = card.bounding_box(), notice.bounding_box()
    assert box
    assert shown
    is_beside = shown["x"] + shown["width"] <= box["x"]
    assert is_beside or box["y"] + box["height"] <= shown["y"]
    notice.hover()
    page.clock.fast_forward(9000)
    expect(notice).to_be_visible()
    page.mouse.move(size[0] - 1, 1)
    page.clock.fast_forward(10_000)
    expect(notice).to_have_count(0)


def test_an_error_stays_until_it_is_closed(stack: Stack, look: Looker) -> None:
    with stack.database():
        patrol = a_patrol(stack.world, zone_code="Z-ERR")
    page = look("owner", f"/patrols/{patrol.pk}/")
    page.clock.install()
    with stack.database(), acting(stack.world.owner):
        actions.propose(patrol=patrol, by=stack.world.owner)
    # On a page that is behind.
    page.get_by_text("Propose…").click()
    page.get_by_role("button", name="Propose", exact=True).click()
    notice = page.locator("#notices .notice-error")
    expect(notice).to_be_visible()
    page.clock.fast_forward(9000)
    expect(notice).to_be_visible()
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)
