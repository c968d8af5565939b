"""The console: the third column, filters, keys, many at once, wall board, replay."""

import json
import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Looker
from tests.browser.test_live import change, report
from tests.stack import Stack

WIDE = (1440, 900)


def scopes(stack: Stack) -> str:
    """Return the token of the owner's system."""
    return stack.token("KG-BS", "incidents:read", "incidents:write")


def live(page: Page) -> Page:
    """Wait until the page is live and its list is there."""
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    expect(page.locator("#open-incidents .waiting")).to_have_count(0)
    return page


def row(page: Page, made: dict[str, Any]) -> Any:
    """Return an incident's row in the list."""
    return page.locator(f'#open-incidents [data-id="{made["id"]}"]')


def test_a_row_opens_beside_the_map(stack: Stack, look: Looker) -> None:
    """Acknowledge and write there; the address survives reload and "back"."""
    made = report(stack, scopes(stack), "Opens beside the map")
    page = live(look("partner", size=WIDE))
    row(page, made).get_by_role("link").click()
    panel = page.locator("#chosen-body")
    expect(panel.get_by_role("heading", name=made["title"])).to_be_visible()
    expect(page).to_have_url(re.compile(f"incident={made['id']}"))
    look.shot(page, "console-chosen")
    page.reload()
    expect(panel.get_by_role("heading", name=made["title"])).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    panel.get_by_role("button", name="Acknowledge").click()
    expect(panel.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(page.get_by_text("Acknowledged: the owner sees it.")).to_be_visible()
    panel.locator("#log textarea").fill("Seen from the post")
    panel.get_by_role("button", name="Write").click()
    expect(panel.locator("#log .rows")).to_contain_text("Seen from the post")
    page.go_back()
    expect(panel).not_to_contain_text(made["title"])
    expect(page.locator("#patrols-under-way")).to_be_visible()


def test_steps_are_taken_beside_the_map(stack: Stack, look: Looker) -> None:
    """Units are listed, a step is taken, one without its reason stays open with why."""
    made = report(stack, scopes(stack), "Handled beside the map")
    page = live(look("owner", f"/?incident={made['id']}", size=WIDE))
    panel = page.locator("#chosen-body")
    panel.get_by_role("link", name="Units by distance").click()
    expect(panel.get_by_role("heading", name="Units by distance")).to_be_visible()
    panel.get_by_text("Contained…", exact=True).click()
    look.shot(page, "console-step")
    panel.locator("#contain_why").fill("They sit by the road")
    panel.get_by_role("button", name="Yes, it is contained").click()
    expect(page.get_by_text("It is contained.")).to_be_visible()
    expect(panel.locator(".chosen-marks .state-contained")).to_be_visible()
    panel.get_by_text("Open again…", exact=True).click()
    panel.get_by_role("button", name="Open it again").click()
    expect(panel.locator("#reopen_why")).to_have_attribute("aria-invalid", "true")
    panel.locator("#reopen_why").fill("They walk on")
    panel.get_by_role("button", name="Open it again").click()
    expect(panel.locator(".chosen-marks .state-responding")).to_be_visible()


def test_what_is_chosen_follows_the_feed(stack: Stack, look: Looker) -> None:
    """Not under the reader's hand: there a bar asks; what is withdrawn goes at once."""
    token = scopes(stack)
    made = report(stack, token, "Changes while one reads")
    page = live(look("partner", f"/?incident={made['id']}", size=WIDE))
    panel = page.locator("#chosen-body")
    text = panel.locator("#log textarea")
    text.fill("Half a sentence")
    sent = {"text": "They turned back", "sharing": "all"}
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    path = f"{stack.web_url}/api/v1/incidents/{made['id']}/"
    assert httpx.post(f"{path}log/", json=sent, headers=headers).status_code == 201
    bar = page.locator("#chosen .held")
    expect(bar).to_be_visible()
    expect(text).to_have_value("Half a sentence")
    expect(panel).not_to_contain_text("They turned back")
    bar.click()
    expect(panel).to_contain_text("They turned back")
    release = made["releases"][0]["id"]
    httpx.delete(f"{path}releases/{release}/", headers=headers)
    expect(panel).to_contain_text("You no longer see this record")
    expect(page.get_by_text(made["title"])).to_have_count(0)


def test_a_hidden_incident_in_the_address(stack: Stack, look: Looker) -> None:
    """Says what one that does not exist says."""
    look.expected = "404"
    made = report(stack, scopes(stack), "Not for all to open")
    said = []
    for pk in (made["id"], "00000000-0000-4000-8000-000000000000"):
        page = live(look("outsider", f"/?incident={pk}", size=WIDE))
        expect(page.locator("#chosen-body")).to_contain_text("You no longer see")
        said.append(page.locator("#chosen").inner_text())
    assert said[0] == said[1]


def test_filters_stand_in_the_address_and_narrow_all(
    stack: Stack, look: Looker
) -> None:
    """List, feed and map; "back" undoes; a saved view brings them again."""
    token = scopes(stack)
    drugs = report(stack, token, "Packages in the reeds", category="drugs")
    goats = report(stack, token, "Goats in the field", category="livestock")
    page = live(look("partner", size=WIDE))
    page.locator(".filter-box > summary").click()
    page.locator("#console-form [name=category]").select_option("drugs")
    expect(page).to_have_url(re.compile(r"\?category=drugs$"))
    feed = page.locator("#feed")
    expect(row(page, drugs)).to_be_visible()
    expect(row(page, goats)).to_have_count(0)
    expect(feed.locator(f'[data-id="{drugs["id"]}"]').first).to_be_visible()
    expect(feed.locator(f'[data-id="{goats["id"]}"]').first).to_be_hidden()
    page.locator("[data-map-list]").click()
    listed = page.locator("#map-list")
    expect(listed.get_by_role("button", name=goats["title"])).to_have_count(0)
    page.locator("#views > summary").click()
    page.get_by_label("Name of the view").fill("Drugs")
    page.locator("#views").get_by_role("button", name="Save").click()
    page.go_back()
    expect(row(page, goats)).to_be_visible()
    page.reload()
    expect(row(page, goats)).to_be_visible()
    page.locator(".filter-box > summary").click()
    page.locator("#views > summary").click()
    page.locator("#views").get_by_role("link", name="Drugs").click()
    expect(row(page, goats)).to_have_count(0)
    expect(page.locator("#console-form [name=category]")).to_have_value("drugs")
    expect(page.locator("[data-filters-count]")).to_have_text("1")
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator("#console-form [name=category]")).to_have_value("")
    words = page.get_by_label("reference or words")
    words.fill("FIELD goats")
    words.press("Enter")
    expect(page).to_have_url(re.compile(r"\?text=FIELD\+goats$"))
    for shown in (row(page, goats), feed.locator(f'[data-id="{goats["id"]}"]').first):
        expect(shown).to_be_visible()
    expect(row(page, drugs)).to_have_count(0)
    expect(feed.locator(f'[data-id="{drugs["id"]}"]').first).to_be_hidden()


def test_the_list_that_was_asked_for_last_stays(stack: Stack, look: Looker) -> None:
    """However close two answers come, the older one is never drawn over the newer."""
    token = scopes(stack)
    drugs = report(stack, token, "One under the bridge", category="drugs")
    goats = report(stack, token, "One on the bridge", category="livestock")
    page = live(look("partner", size=WIDE))
    for _ in range(12):
        page.evaluate(
            """() => {
              const ask = (query) => {
                history.replaceState(null, "", query);
                dispatchEvent(new PopStateEvent("popstate"));
              };
              ask("?category=drugs");
              setTimeout(() => ask("?category=livestock"), 40);
            }"""
        )
        expect(row(page, goats)).to_be_visible()
        expect(row(page, drugs)).to_have_count(0)


def test_keys_of_the_console(stack: Stack, look: Looker) -> None:
    """j and k step, Enter opens, l writes, Escape closes; letters stay letters."""
    made = report(stack, scopes(stack), "By the keyboard", severity="extreme")
    page = live(look("partner", "/?severity=extreme", size=WIDE))
    expect(row(page, made)).to_be_visible()
    page.keyboard.press("j")
    while not row(page, made).evaluate("row => row.contains(document.activeElement)"):
        page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk [data-count]")).to_have_text("1")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("Enter")
    panel = page.locator("#chosen-body")
    expect(panel).to_contain_text("By the keyboard")
    page.keyboard.press("l")
    log = panel.locator("#log textarea")
    expect(log).to_be_focused()
    page.keyboard.type("await lwmx")
    expect(log).to_have_value("await lwmx")
    expect(page.locator("body")).not_to_have_class(re.compile(r"\bwall\b"))
    log.fill("By hand, without a pointer")
    log.press("Control+Enter")
    lines = panel.locator("#log-lines")
    expect(lines).to_contain_text("By hand, without a pointer")
    page.keyboard.press("Escape")
    row(page, made).locator("a").first.focus()
    page.keyboard.press("o")
    expect(panel.locator(":focus")).to_have_count(1)
    page.keyboard.press("a")
    expect(panel.locator("[data-acknowledge]")).to_have_count(0)
    page.keyboard.press("m")
    expect(page.locator("#map")).to_be_focused()
    page.locator("#map").blur()
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    # A sequence is no single key: "g", then "a", goes; it acknowledges nothing.
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/agencies/"))


def test_many_at_once_and_the_title(stack: Stack, look: Looker) -> None:
    """Ticks outlast a refresh; the title counts what waits."""
    token = scopes(stack)
    made = [report(stack, token, f"One of many {n}") for n in range(3)]
    page = live(look("partner", size=WIDE))
    expect(page).to_have_title(re.compile(r"^\(\d+\) Dashboard"))
    before = int(re.findall(r"\d+", page.title())[0])
    for one in made[:2]:
        row(page, one).locator(".tick").check()
    made.append(report(stack, token, "Comes meanwhile"))
    page.locator('[data-held="incidents"]').click()
    expect(row(page, made[3])).to_be_visible()
    expect(row(page, made[0]).locator(".tick")).to_be_checked()
    look.shot(page, "console-bulk")
    # Without a signal nothing is sent, and the ticks stay.
    look.expected = "INTERNET_DISCONNECTED|WebSocket|htmx:(sendError|afterRequest)"
    page.context.set_offline(True)
    page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Not sent")).to_be_visible()
    expect(row(page, made[0]).locator(".tick")).to_be_checked()
    page.context.set_offline(False)
    page.locator("#notices [data-dismiss]").first.click()
    page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("2 incidents acknowledged")).to_be_visible()
    for one in made[:2]:
        expect(row(page, one).locator(".tick")).to_have_count(0)
    expect(page.locator("#bulk")).to_be_hidden()
    expect(page).to_have_title(re.compile(rf"^\({before + 1 - 2}\) "))


def test_rows_do_not_move_under_the_pointer(stack: Stack, look: Looker) -> None:
    """New ones wait behind a bar that counts them, until nobody is there."""
    token = scopes(stack)
    first = report(stack, token, "Stays where it is", severity="extreme")
    page = live(look("partner", size=WIDE))
    row(page, first).hover()
    at = row(page, first).bounding_box()
    made = report(stack, token, "Waits behind the bar", severity="extreme")
    bar = page.locator('[data-held="incidents"]')
    expect(bar).to_be_visible()
    expect(bar.locator("[data-count]")).to_have_text("1")
    page.wait_for_timeout(2500)
    expect(row(page, made)).to_have_count(0)
    after = row(page, first).bounding_box()
    # The bar itself takes its place above the list.
    assert at
    assert after
    assert 0 <= after["y"] - at["y"] <= 40
    page.mouse.move(WIDE[0] / 2, 400)
    expect(row(page, made)).to_be_visible()
    expect(bar).to_be_hidden()


def test_rows_in_hand_say_how_they_stand(stack: Stack, look: Looker) -> None:
    """Where they are; a minute without input, and the list is drawn anew."""
    token = scopes(stack)
    made = report(stack, token, "Closed while one looks", severity="extreme")
    page = live(look("partner", size=WIDE))
    row(page, made).get_by_role("link").focus()
    expect(row(page, made)).to_contain_text("not acknowledged")
    for severity in ("minor", "extreme", "extreme"):
        report(stack, token, f"Waits, {severity}", severity=severity)
    bar = page.locator('[data-held="incidents"]')
    expect(bar).to_have_text(re.compile(r"^\s*3 new, 2 extreme"))
    before = row(page, made).bounding_box()
    change(
        stack, token, "POST", f"{made['id']}/close/", json={"reason": "false_report"}
    )
    expect(row(page, made).locator(".state")).to_have_text("closed")
    expect(row(page, made)).not_to_contain_text("not acknowledged")
    assert row(page, made).bounding_box() == before
    expect(row(page, made).get_by_role("link")).to_be_focused()
    look.shot(page, "console-held")
    page.evaluate("{ const now = Date.now; Date.now = () => now() + 61_000; }")
    expect(bar).to_be_hidden()
    expect(row(page, made)).to_have_count(0)


def test_the_bell_waits_for_a_hand_and_goes_on(stack: Stack, look: Looker) -> None:
    """Its state can be read; it rings again until all are acknowledged."""
    report(stack, scopes(stack), "Loud", severity="extreme")
    page = live(look("partner", size=WIDE))
    bell = page.locator("#bell")
    expect(bell).to_have_attribute("data-state", "off")
    bell.click()
    expect(bell).to_have_attribute("data-state", "ringing")
    expect(bell).to_have_attribute("title", "Rings until all are acknowledged")
    rang = int(bell.get_attribute("data-rang") or 0)
    expect(bell).to_have_attribute("data-rang", str(rang + 1), timeout=20_000)
    page.reload()
    live(page)
    expect(bell).to_have_attribute("aria-pressed", "true")
    page.locator("#open-incidents .tick").first.check()
    page.locator("#bulk").get_by_role("button", name="Tick all").click()
    page.locator("#bulk").get_by_role("button", name="Acknowledge").click()
    expect(bell).to_have_attribute("data-state", "on", timeout=30_000)
    expect(page).to_have_title(re.compile("^Dashboard"))
    bell.click()
    expect(bell).to_have_attribute("data-state", "off")


def test_the_wall_board(stack: Stack, look: Looker) -> None:
    """By its address or by a key: the worst first, large, no menus."""
    for n in range(20):
        report(stack, scopes(stack), f"On the wall {n}", severity="extreme")
    page = live(look("partner", "/?wall", size=(1920, 1080), theme="night"))
    rows = page.locator("#open-incidents [data-row]")
    shown, there = rows.locator("visible=true").count(), rows.count()
    assert 10 <= shown < there
    expect(page.locator("#wall-more")).to_have_text(f"+{there - shown} more")
    expect(page.locator(".nav-main")).to_be_hidden()
    expect(page.locator(".pane-feed")).to_be_hidden()
    expect(page.locator("#connection")).to_be_visible()
    expect(page.locator("#clock")).to_be_visible()
    title = page.locator("#open-incidents .row-title").first
    assert title.evaluate("row => parseFloat(getComputedStyle(row).fontSize)") >= 24
    look.shot(page, "wall-night")
    page.keyboard.press("w")
    expect(page.locator(".nav-main")).to_be_visible()
    assert "wall" not in page.url
    page.keyboard.press("w")
    expect(page).to_have_url(re.compile(r"\?wall$"))
    expect(page.locator(".nav-main")).to_be_hidden()


def test_replay_shows_the_past_and_says_so(stack: Stack, look: Looker) -> None:
    """An incident is not there before it happened; "back to live" brings all back."""
    made = report(stack, scopes(stack), "Long over by now")
    page = live(look("partner", size=WIDE))
    page.wait_for_load_state("networkidle")
    page.locator("[data-replay]").click()
    bar = page.locator("#replay")
    expect(bar).to_contain_text("Not live:")
    expect(bar).to_have_attribute("data-state", "ready")
    slider = bar.get_by_label("Moment")
    page.locator("[data-map-list]").click()
    listed = page.locator("#map-list").get_by_role("button", name=made["title"])
    expect(listed).to_have_count(1)
    slider.fill("120")
    expect(bar.locator("output")).to_have_text(re.compile(r"\d\d:\d\d"))
    shown = bar.locator("output").inner_text()
    bar.get_by_role("button", name="Play").click()
    expect(bar.locator("output")).not_to_have_text(shown)
    look.shot(page, "replay")
    bar.get_by_role("button", name="Back to live").click()
    expect(bar).to_be_hidden()
    expect(listed).to_have_count(1)


def test_measuring_on_the_globe(look: Looker) -> None:
    """From point to point; the click that ends it chooses nothing."""
    page = live(look("partner", size=WIDE))
    page.wait_for_load_state("networkidle")
    page.locator(".map-measures summary").click()
    distance = page.get_by_role("button", name="Distance")
    expect(distance).to_have_attribute("aria-pressed", "true")
    box = page.locator("#map").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 100)
    page.mouse.click(middle[0] - 150, middle[1])
    page.mouse.move(middle[0], middle[1] + 20)
    page.mouse.dblclick(middle[0] + 100, middle[1] + 40)
    said = page.locator("#measured")
    expect(said).to_have_text(re.compile(r"^[\d.,]+ km$"))
    page.mouse.move(*middle)
    under = page.locator(".ol-mouse-position")
    expect(under).to_have_text(re.compile(r"\d+°\d\d′\d\d″N \d+°\d\d′\d\d″E"))
    page.get_by_role("button", name="Coordinates").click()
    page.mouse.click(*middle)
    expect(said).to_contain_text("MGRS")
    expect(page.locator("#chosen")).to_be_hidden()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(said).to_be_hidden()


def test_what_changed_since_one_left(stack: Stack, look: Looker) -> None:
    """From the place that this officer's page had reached, grouped by incident."""
    token = scopes(stack)
    page = live(look("partner", size=WIDE))
    key = "karaul.left.partner"
    left = json.loads(page.evaluate(f"localStorage.getItem('{key}')"))
    page.goto("/agencies/")
    made = report(stack, token, "While nobody looked")
    said = {"text": "Still there", "sharing": "all"}
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    path = f"{stack.web_url}/api/v1/incidents/{made['id']}/log/"
    assert httpx.post(path, json=said, headers=headers).status_code == 201
    about = {"incident": made["id"], "title": made["title"], "owner": "KG-BS"}
    call = {
        "id": "call",
        "kind": "escalation.stepped",
        "at": made["occurred_at"],
        "ref": {"type": "escalation", "id": "b3d1f2aa-0000-4000-8000-000000000000"},
        "data": about,
    }

    def with_call(route: Any) -> None:
        """Answer as for who is called about it, too; what was asked for is kept."""
        asked.append(route.request.url)
        found = route.fetch().json()
        found["results"].insert(0, call)
        route.fulfill(json=found)

    asked: list[str] = []
    page.route("**/api/v1/events/?**", with_call)
    left["at"] -= 3_600_000
    page.evaluate(f"left => localStorage.setItem('{key}', JSON.stringify(left))", left)
    page.goto("/")
    since = page.locator("#since")
    expect(since).to_be_visible()
    line = since.locator(f'[data-id="{made["id"]}"]')
    expect(line).to_contain_text("New incident · ")
    expect(line).to_contain_text("New log entry")
    expect(line).to_have_count(1)
    expect(line.locator(".agency")).to_have_text("KG-BS")
    expect(since.locator('[data-id^="b3d1f2aa"]')).to_have_count(0)
    assert "order=newest" in asked[0]
    assert "patrol.moved" in asked[0]
    look.shot(page, "since")
    assert since.locator("li").first.get_attribute("data-id") == made["id"]
    line.get_by_role("button").click()
    expect(page.locator("#chosen-body")).to_contain_text("While nobody looked")
    since.get_by_role("button", name="Close").click()
    expect(since).to_be_hidden()
    page.reload()
    live(page)
    expect(since).to_be_hidden()


def test_the_console_on_a_phone(stack: Stack, look: Looker) -> None:
    """One part at a time; what is chosen has its tab, and closing it leads back."""
    made = report(stack, scopes(stack), "In the hand")
    page = look("partner", size=PHONE)
    for state in ("connecting", "live", "polling", "offline"):
        # A call beside it, too.
        page.evaluate(
            """state => {
              const chip = document.getElementById("connection");
              chip.hidden = false;
              chip.dataset.state = state;
              chip.querySelector(".connection-word").textContent = chip.dataset[state];
              document.getElementById("calls").innerHTML =
                '<a class="bar-button calls has-calls" href="#"><b>128</b></a>';
            }""",
            state,
        )
        assert page.locator(".bar").bounding_box()["height"] < 60  # type: ignore[index]
    live(page)
    row(page, made).get_by_role("link").click()
    expect(page.locator("#chosen-body")).to_contain_text("In the hand")
    expect(page.locator("#open-incidents")).to_be_hidden()
    look.shot(page, "console-phone-chosen")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    page.locator("#chosen").get_by_role("button", name="Close").click()
    expect(page.locator("#open-incidents")).to_be_visible()


def test_no_link_is_plain_to_see(stack: Stack, look: Looker) -> None:
    """Over the whole board, and gone when the link is back."""
    look.expected = "WebSocket|Failed to load|ERR_"
    page = live(look("partner", size=WIDE))
    page.route("**/api/v1/events/**", lambda route: route.abort())
    stack.kill("live")
    note = page.locator(".stale-note")
    expect(note).to_be_visible(timeout=30_000)
    expect(page.locator("#connection")).to_have_attribute("data-state", "offline")
    stack.start("live")
    stack.wait_for("live")
    expect(note).to_be_hidden(timeout=60_000)
