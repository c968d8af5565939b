"""Every page in every theme: readable, accessible, on one origin, on a phone too."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Looker
from tests.stack import ROOT, Stack

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
THEMES = ["light", "dark", "night"]
# The first words beyond the right edge that no scroller of their own shows.
CUT = """() => [...document.querySelectorAll('body *')]
  .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((one) => {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.right <= innerWidth + 1) return false;
    if (one.closest('svg, .visually-hidden')) return false;
    for (let at = one; at; at = at.parentElement) {
      const { overflowX, position } = getComputedStyle(at);
      if (['auto', 'scroll'].includes(overflowX) || position === 'fixed') return false;
    }
    return true;
  })
  .slice(0, 3).map((one) => one.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def incident(stack: Stack) -> Any:
    """Return an incident that owner and partner see."""
    with stack.database():
        return stack.report("agreement:KG-TJ", title="Group on foot at the canal")


def paths(incident: Any) -> dict[str, str]:
    """Return the pages that are looked at, by name."""
    return {
        "dashboard": "/",
        "incidents": "/incidents/",
        "incident": f"/incidents/{incident.pk}/",
        "incident-new": "/incidents/new/",
        "patrols": "/patrols/",
        "reports": "/intel/",
        "agencies": "/agencies/",
    }


def painted(page: Page) -> None:
    """Wait until what has changed is on the screen; nothing fades in in these tests."""
    page.evaluate(
        "() => new Promise((done) =>"
        " requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    )


def settled(page: Page) -> None:
    """Wait until nothing is under way; the socket goes on."""
    page.wait_for_load_state("networkidle")
    painted(page)


def wear(page: Page, theme: str) -> None:
    """Let an open page change its theme, as when it is chosen in another window."""
    page.evaluate(
        "theme => { localStorage.setItem('karaul.theme', theme);"
        " dispatchEvent(new Event('storage')); }",
        theme,
    )
    painted(page)


def grave_findings(page: Page, *rules: str) -> list[str]:
    """Return what axe finds that is serious or worse, by all its rules or by some."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    # Without reading every style sheet anew, which one rule alone wants: none of them
    # turns a page by how a phone is held.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {json.dumps([node['html'][:160] for node in one['nodes']])}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


def in_every_theme(look: Looker, page: Page, name: str) -> list[str]:
    """Keep a picture in each theme; return what axe finds: only colours differ."""
    problems = []
    for theme in THEMES:
        wear(page, theme)
        look.shot(page, f"{name}-{theme}")
        rules = () if theme == THEMES[0] else ("color-contrast",)
        problems += [f"{theme}: {one}" for one in grave_findings(page, *rules)]
    return problems


def faults(look: Looker, page: Page, path: str, name: str) -> list[str]:
    """Open a page; return what keeps somebody from reading it, in any theme or size."""
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.goto(path)
    settled(page)
    found = in_every_theme(look, page, name)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    painted(page)
    look.shot(page, f"{name}-phone")
    if cut := page.evaluate(CUT):
        found.append(f"not on a phone's screen: {cut}")
    return found


def test_the_way_in_can_be_read_by_all(look: Looker) -> None:
    """What those see who are in stands in ``test_every_page``."""
    page = look(None, "/accounts/login/", bypass_csp=True)
    assert not faults(look, page, "/accounts/login/", "login")


def test_a_phone_shows_one_part_of_the_dashboard_at_a_time(look: Looker) -> None:
    page = look("owner", "/", size=PHONE)
    for tab in ("map", "feed", "patrols", "incidents"):
        page.locator(f'[data-tab="{tab}"]').click()
        assert page.locator(f'[data-pane="{tab}"]').is_visible()
        settled(page)
        look.shot(page, f"dashboard-phone-{tab}")


def test_policy_of_content_holds(look: Looker, incident: Any) -> None:
    """No page needs an inline script: the console stays silent under the policy."""
    page = look("partner", "/")
    for path in paths(incident).values():
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        settled(page)


def test_hidden_incident_is_a_plain_404(look: Looker, incident: Any) -> None:
    """The outsider gets the page that nobody's incident gets."""
    look.expected = "404"
    page = look("outsider", "/agencies/")
    answer = page.goto(f"/incidents/{incident.pk}/")
    assert answer
    assert answer.status == 404
    assert "Group on foot" not in page.content()
