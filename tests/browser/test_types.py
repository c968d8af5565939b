"""Reporting by a type and in the order of a report: by keyboard, phone, on paper."""

from typing import Any

import pytest

from incidents.models import Incident, IncidentType
from tests.browser.conftest import Looker
from tests.browser.test_pages import faults
from tests.stack import Stack

PAGES = {
    "report-type": "/incidents/new/?type=drugs-seizure",
    "report-salute": "/incidents/new/?as=salute",
    "report-methane": "/incidents/new/?as=methane",
    "report-nine-line": "/incidents/new/?as=nine-line",
}


@pytest.fixture(scope="module")
def typed(stack: Stack) -> Incident:
    """Return an incident with details."""
    with stack.database():
        return stack.report(
            type=IncidentType.objects.get(pk="drugs-seizure"),
            category="drugs",
            title="Packages under the rear seat",
            details={
                "substances": ["heroin", "opium"],
                "weight_kg": 2.5,
                "size": "two men",
                "patients_urgent": 1,
                "site_marking": "smoke",
            },
        )


def paper(row: Incident) -> dict[str, str]:
    """Return the ways to print an incident."""
    at = f"/incidents/{row.pk}/print/"
    codes = ("salute", "methane", "nine-line")
    return {"print-full": at} | {f"print-{code}": f"{at}?as={code}" for code in codes}


def test_a_type_brings_its_fields_by_keyboard(look: Looker) -> None:
    """What was written stays, and the focus too; then it is sent and shown."""
    page = look("owner", "/incidents/new/")
    page.get_by_label("Title").fill("Sheep beyond the canal")
    page.get_by_label("Category").wait_for()
    chooser = page.locator("#id_type")
    chooser.focus()
    with page.expect_response("**/incidents/new/"):
        chooser.select_option(label="Straying livestock")
    heads = page.get_by_label("Heads", exact=True)
    heads.wait_for()
    assert page.evaluate("document.activeElement.id") == "id_type"
    assert page.get_by_label("Title").input_value() == "Sheep beyond the canal"
    assert page.locator("select[name=category]").count() == 0
    heads.fill("40")
    page.get_by_label("Sheep").check()
    with page.expect_response("**/incidents/new/"):
        chooser.select_option(label="Theft of livestock")
    page.get_by_label("Suspects").wait_for()
    # Both forms ask for it.
    assert heads.input_value() == "40"
    assert page.get_by_label("Sheep").is_checked()
    page.get_by_label("Severity").select_option("minor")
    page.locator("#id_place").fill("40.1, 70.6")
    page.get_by_role("button", name="Report", exact=True).click()
    page.locator("h1", has_text="Sheep beyond the canal").wait_for()
    facts = page.locator("dl.facts").all_inner_texts()
    assert "Theft of livestock" in facts[0]
    assert "40" in facts[1]
    assert "sheep" in facts[1]


def test_it_works_without_javascript(look: Looker) -> None:
    """A button fetches the fields of the type; nothing that was written is lost."""
    page = look("owner", "/incidents/new/", java_script_enabled=False)
    page.locator("#id_title").fill("Ice on the pass")
    page.locator("#id_type").select_option("natural-hazard")
    page.get_by_role("button", name="Show the fields of this type").click()
    assert page.locator("#id_title").input_value() == "Ice on the pass"
    page.locator("#id_details_hazard").select_option("avalanche")
    page.locator("#id_severity").select_option("severe")
    page.locator("#id_place").fill("40.1, 70.6")
    page.get_by_role("button", name="Report", exact=True).click()
    assert "Ice on the pass" in page.locator("h1").inner_text()
    assert "avalanche" in page.locator("dl.facts").nth(1).inner_text()


@pytest.mark.slow
def test_reports_and_paper_can_be_read_by_all(look: Looker, typed: Incident) -> None:
    """What an address' query makes of a page, in any theme and on a phone."""
    page = look("owner", "/", bypass_csp=True)
    problems: dict[str, Any] = {}
    for name, path in (PAGES | paper(typed)).items():
        problems[name] = faults(look, page, path, name)
    assert not any(problems.values()), problems


def test_paper_has_no_navigation(look: Looker, typed: Incident) -> None:
    """What leads elsewhere is on the screen alone; the marking is at both ends."""
    page = look("owner", paper(typed)["print-nine-line"])
    assert page.get_by_role("button", name="Print").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert (
        page.locator(".paper-mark").all_inner_texts()
        == ["TLP:AMBER · 0 · unclassified"] * 2
    )
    look.shot(page, "print-nine-line-paper")
