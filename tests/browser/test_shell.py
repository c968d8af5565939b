"""The shell: session, keys, themes, the map without WebGL."""

import re

from playwright.sync_api import Page, Route, expect

from agencies.context import acting, system
from incidents.actions import responses
from incidents.models import Response
from tests.browser.conftest import PHONE, Looker
from tests.stack import Stack
from tests.world import PASSWORD


def test_wrong_password_is_said_plainly(look: Looker) -> None:
    """The page does not say which of the two was wrong."""
    page = look(None, "/incidents/")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/incidents/"))
    page.get_by_label("User name").fill("partner")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("User name or password")
    expect(page.get_by_label("User name")).to_have_value("partner")
    expect(page.get_by_label("Password")).to_be_focused()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Incidents", exact=True)).to_be_visible()


def test_log_out(look: Looker) -> None:
    """The menu's last entry ends the session."""
    page = look("partner", "/agencies/")
    page.locator(".officer").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_ended_session_leads_to_log_in(stack: Stack, look: Looker) -> None:
    """The open dashboard notices that its session is gone, and lets one come back."""
    look.expected = "401|WebSocket|Failed to load"
    page = look("partner")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    log_out_beside(page, look)
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/"), timeout=30_000)


def begin_report(page: Page, title: str) -> None:
    """Fill in what a report needs; nothing is under way then."""
    page.locator("[name=category]").select_option("drugs")
    page.locator("[name=severity]").select_option("severe")
    page.locator("[name=title]").fill(title)
    page.locator("[name=place]").fill("40.1, 70.8")
    expect(page.locator(".place-echo")).to_contain_text("MGRS")


def log_in_beside(page: Page, name: str) -> None:
    """Let somebody log in in another tab of the same browser."""
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/accounts/login/")
    other.get_by_label("User name").fill(name)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    expect(other.locator("#board")).to_be_visible()
    other.close()


def log_out_beside(page: Page, look: Looker) -> None:
    """Let the officer log out in another tab."""
    other = page.context.new_page()
    look.watch(other)
    other.goto("/agencies/")
    other.locator(".officer").click()
    other.get_by_role("button", name="Log out").click()


def test_words_stay_where_there_is_no_signal(look: Looker) -> None:
    """A form leaves only to a server that answers; then it is sent once."""
    look.expected = "INTERNET_DISCONNECTED|WebSocket"
    page = look("owner", "/incidents/new/", size=PHONE)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    begin_report(page, "Packages under the bridge")
    page.context.set_offline(True)
    report = page.get_by_role("button", name="Report", exact=True)
    report.click()
    expect(page.locator("form").get_by_role("alert")).to_contain_text("Not sent")
    expect(page.locator("[name=title]")).to_have_value("Packages under the bridge")
    look.shot(page, "unsent-phone")
    page.context.set_offline(False)
    report.dblclick()
    expect(page).to_have_url(re.compile(r"/incidents/[0-9a-f-]{36}/$"))
    page.goto("/incidents/")
    expect(page.get_by_text("Packages under the bridge")).to_have_count(1)


def test_words_outlive_the_session(look: Looker) -> None:
    """Logged in again in another tab, one sends what was written."""
    look.expected = "401|WebSocket|Failed to load"
    page = look("outsider", "/incidents/new/")
    begin_report(page, "Packages under the culvert")
    page.context.clear_cookies()
    report = page.get_by_role("button", name="Report", exact=True)
    report.click()
    expect(page.locator("form").get_by_role("alert")).to_contain_text(
        "your session has ended"
    )
    # What one officer wrote, no other sends.
    for name in ("late", "outsider"):
        log_in_beside(page, name)
        report.click()
        if name == "late":
            expect(page.get_by_text("somebody else is logged in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/incidents/[0-9a-f-]{36}/$"))
    expect(page.locator("h1")).to_contain_text("Packages under the culvert")


def test_who_logs_in_meanwhile_sends_nothing(look: Looker) -> None:
    """Whose session it is was asked and answered; then their token differs."""
    look.expected = "401|403|WebSocket|Failed to load"
    page = look("owner", "/incidents/new/")
    begin_report(page, "Packages by the mill")

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/incidents/calls/", hold, times=1)
    page.get_by_role("button", name="Report", exact=True).click()
    while not held:
        page.wait_for_timeout(50)
    answer = held[0].fetch()
    log_in_beside(page, "owner_low")
    with page.expect_navigation() as sent:
        held[0].fulfill(response=answer)
    assert sent.value.status == 403
    page.goto("/incidents/")
    expect(page.get_by_text("Packages by the mill")).to_have_count(0)


def test_a_record_outlives_no_session(look: Looker, stack: Stack) -> None:
    """Not even in the form in which it is being changed."""
    look.expected = "401|WebSocket|Failed to load"
    with stack.database():
        row = stack.report(title="Kept secret")
    page = look("owner", f"/incidents/{row.pk}/edit/")
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.locator("[name=title]").fill("Kept secret, as yet")
    log_out_beside(page, look)
    expect(page).to_have_url(re.compile("/accounts/login/"), timeout=30_000)


def test_words_in_two_forms_are_asked_about(look: Looker, stack: Stack) -> None:
    """What stands in the other one would go with the page; Enter takes none."""
    with stack.database():
        row = stack.report("agency:TJ-BT", title="Asked about")
        by = stack.world.owner
        with acting(by):
            responses.assign(incident=row, agency=stack.world.agencies["TJ-BT"], by=by)
    page = look("partner", f"/incidents/{row.pk}/")
    remark = page.get_by_label("Remark")
    remark.fill("No vehicle")
    remark.press("Enter")
    expect(remark).to_have_value("No vehicle")
    page.locator("#log textarea").fill("Half a sentence")
    page.get_by_role("button", name="en route").click()  # Playwright declines.
    expect(page.locator("#log textarea")).to_have_value("Half a sentence")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="declined").click()
    expect(page.get_by_text("No vehicle").first).to_be_visible()
    with stack.database(), system("test"):
        assert Response.objects.get(incident=row).state == "declined"


def test_a_page_that_tells_once_is_loaded_again(look: Looker) -> None:
    """Without making another of what it told."""
    page = look("owner_admin", "/webhooks/new/")
    page.get_by_label("Name").fill("Duty desk")
    page.get_by_label("Address").fill("https://hooks.example.org/karaul")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("[data-told-once] input")).not_to_have_value("")
    page.reload()
    expect(page.locator("[data-told-once]")).to_have_count(0)
    page.goto("/webhooks/")
    expect(page.get_by_role("link", name="Duty desk")).to_have_count(1)


def test_keys(look: Looker) -> None:
    """Single keys move about; in a control they are letters; they can be put off."""
    page = look("owner", "/agencies/")
    page.locator("body").press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("body").press("n")
    expect(page).to_have_url(re.compile("/incidents/new/"))
    title = page.locator("main input[type=text], main input:not([type])").first
    title.focus()
    page.keyboard.type("gin?")
    expect(title).to_have_value(re.compile("gin"))
    expect(dialog).to_be_hidden()
    title.blur()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/patrols/"))
    page.locator("body").press("?")
    dialog.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.locator("body").press("?")
    expect(dialog).to_be_hidden()


def test_theme_is_kept_and_never_flashes(look: Looker) -> None:
    """The choice holds on the next page, and is there before the first paint."""
    page = look("owner", "/agencies/", theme="night")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "night")
    blocking = page.locator("head script").first
    assert "theme" in (blocking.get_attribute("src") or "")
    assert blocking.get_attribute("type") is None
    assert blocking.get_attribute("defer") is None
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    assert max(red, green, blue) < 20


def test_map_without_webgl_and_its_list(stack: Stack, look: Looker) -> None:
    """The canvas is drawn, and the list holds what the map shows."""
    with stack.database():
        stack.report("agreement:KG-TJ", title="Marker 214 broken", severity="minor")
    page = look("partner")
    assert page.evaluate("document.createElement('canvas').getContext('webgl')") is None
    canvas = page.locator("#map canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.locator("[data-map-list]").click()
    name = page.locator("#map-list").get_by_role("button", name="Marker 214 broken")
    name.first.click()
    expect(page.locator("#chosen-body")).to_contain_text("Marker 214 broken")
    page_of_it = page.locator("#chosen-body").get_by_role("link", name="Open")
    expect(page_of_it).to_be_visible()
    page.locator("[data-sort=severity]").click()
    heads = page.locator("#map-list th[aria-sort=ascending]")
    expect(heads).to_have_count(1)
    # The list and the layers lie over each other: one is open at a time.
    layers = page.locator("details.map-layers")
    layers.locator("summary").click()
    expect(page.locator("#map-list")).to_be_hidden()
    expect(layers).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(layers).not_to_have_attribute("open", "")
    expect(layers.locator("summary")).to_be_focused()


def test_choosing_to_whom(look: Looker) -> None:
    """What the TLP forbids closes; the list is filtered; it is said who will see it."""
    page = look("owner", "/incidents/new/")
    agency = page.locator("input[value='agency:TJ-BT']")
    officer = page.locator("input[value='officer:partner']")
    told = page.locator("[data-chosen]")
    agency.check()
    expect(told).to_contain_text(
        "Will see the whole record at once: everybody at TJ-BT"
    )
    page.get_by_label("TLP").select_option("red")
    expect(agency).to_be_disabled()
    expect(agency).not_to_be_checked()
    expect(told).to_be_hidden()
    expect(page.locator("[data-why=red]:visible").first).to_contain_text(
        "named officers"
    )
    expect(officer).to_be_enabled()
    page.get_by_label("Filter the list").fill("partner tj")
    expect(officer).to_be_visible()
    expect(agency).to_be_hidden()
    officer.check()
    page.get_by_label("Filter the list").fill("nobody at all")
    expect(officer).to_be_visible()
    expect(told).to_contain_text("Partner of TJ-BT")


def test_the_first_error_has_the_focus(look: Looker) -> None:
    """The summary at the top leads to the others."""
    page = look("owner", "/incidents/new/")
    page.get_by_label("Severity").select_option("minor")
    page.get_by_label("Place", exact=False).first.fill("Atlantis")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator("[name=category]")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="place").click()
    expect(page.locator("[name=place]")).to_be_focused()
