"""Every page in every theme: readable, accessible, on one origin, on a phone too."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Looker
from tests.stack import ROOT, Stack

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
THEMES = ["light", "dark", "night"]


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


def settled(page: Page) -> None:
    """Wait until nothing is under way; the socket goes on."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def wear(page: Page, theme: str) -> None:
    """Let an open page change its theme, as when it is chosen in another window."""
    page.evaluate(
        "theme => { localStorage.setItem('karaul.theme', theme);"
        " dispatchEvent(new Event('storage')); }",
        theme,
    )
    page.wait_for_timeout(300)


def grave_findings(page: Page, *rules: str) -> list[str]:
    """Return what axe finds that is serious or worse, by all its rules or by some."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
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


@pytest.mark.slow
def test_accessible_in_every_theme(look: Looker, incident: Any) -> None:
    """Axe finds nothing serious on any page; a picture of each is kept."""
    problems = {}
    page = look("owner", "/", bypass_csp=True)
    for name, path in paths(incident).items():
        page.goto(path)
        settled(page)
        problems[name] = in_every_theme(look, page, name)
    login = look(None, "/accounts/login/", bypass_csp=True)
    problems["login"] = in_every_theme(look, login, "login")
    assert not any(problems.values()), json.dumps(problems, indent=1)


@pytest.mark.slow
def test_phone_needs_no_sideways_scrolling(look: Looker, incident: Any) -> None:
    """Every page fits 390 px; the dashboard shows one part at a time."""
    page = look("owner", "/", size=PHONE)
    for name, path in paths(incident).items():
        page.goto(path)
        settled(page)
        look.shot(page, f"{name}-phone")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE[0], f"{name} is {width} px wide"
    page.goto("/")
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
