"""The pages of programmes: their rule, its preview, their ledger."""

import re
from typing import Any

import pytest

from agencies.context import acting
from patrols import actions
from patrols.models import Patrol, PatrolState, Programme
from tests.patrols.conftest import Callers, programme_form
from tests.patrols.series import (
    a_programme,
    a_zone,
    agree,
    days_ahead,
)
from tests.world import World


def test_programme_is_previewed_founded_and_changed(
    callers: Callers, world: World
) -> None:
    zone = a_zone(world.owner)
    given = programme_form(zone)
    preview = callers.owner.send("/patrols/programmes/new/", **given, preview="yes")
    text = preview.content.decode()
    assert "Of every 3 patrols KG-BS leads 2 and TJ-BT leads 1." in text
    leads = re.findall(r'lead expected\s*</span>\s*<span class="agency">([\w-]+)', text)
    assert leads == ["KG-BS", "TJ-BT", "KG-BS"] * 2
    with acting(world.owner):
        assert not Programme.objects.visible_to(world.owner).exists()

    made = callers.owner.send("/patrols/programmes/new/", **given)
    assert made.status_code == 302, made.content.decode()
    page = " ".join(callers.partner.page(made["Location"]).content.decode().split())
    assert "every week, on Monday and Thursday, at 06:30, time of Asia/Bishkek" in page
    assert "No patrol has been opened yet" in page
    assert "Two a week" in callers.partner.page("/patrols/programmes/").content.decode()
    assert callers.partner.page(f"{made['Location']}edit/").status_code == 403

    edit = f"{made['Location']}edit/"
    shown = callers.owner.page(edit).content.decode()
    assert re.search(r'value="MO"[^>]*checked', shown)
    changed = given | {"repeats": "month_weekday", "nth": "-1", "weekdays": ["FR"]}
    changed |= {"is_active": "on", "version": "1"}
    assert callers.owner.send(edit, **changed).status_code == 302
    page = " ".join(callers.owner.page(made["Location"]).content.decode().split())
    assert "every month, on the last Friday" in page


def test_preview_of_a_change_leaves_out_what_it_would_cancel(
    callers: Callers, world: World
) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(6), by=world.owner
        )
        zone = programme.zone
    agree(world, opened[2])
    given = programme_form(zone, repeats="daily", start_time="09:00", is_active="on")
    page = callers.owner.send(
        f"/patrols/programmes/{programme.pk}/edit/", **given, preview="yes"
    )
    text = page.content.decode()
    assert text.count("lead expected") == 5
    assert text.count("state-agreed") == 1
    assert text.count("what is agreed stays") == 1
    assert text.count("state-planned") == 0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"weekdays": []}, "Choose the weekdays."),
        ({"repeats": "custom", "recurrence": "FREQ=HOURLY"}, "FREQ: DAILY"),
        ({"repeats": "custom"}, "Write the rule."),
        ({"repeats": "month_day"}, "Name the days of the month."),
        ({"repeats": "month_day", "month_days": "first"}, "with commas: 1, 15."),
        ({"until": "2025-01-01"}, "The last day lies before the first."),
        ({"weight_KG-BS": "", "weight_TJ-BT": ""}, "Give at least one agency"),
        ({"agreement": "KZ-UZ"}, "Select a valid choice"),
        ({"purpose": "rescue"}, "it does not name this"),
        ({"duration": "0"}, "0.25"),
    ],
)
def test_bad_programme_forms(
    callers: Callers, world: World, wrong: Any, text: str
) -> None:
    zone = a_zone(world.owner)
    answer = callers.owner.send(
        "/patrols/programmes/new/", **(programme_form(zone) | wrong)
    )
    assert answer.status_code == 200
    assert text in answer.content.decode()


def test_dates_stand_before_the_rest_of_a_programme(
    callers: Callers, world: World
) -> None:
    """The fragment needs rule and shares alone, and says what is missing of them."""
    new = "/patrols/programmes/new/"
    given = programme_form(a_zone(world.owner), code="", name="") | {"zone": ""}

    def preview(**values: Any) -> str:
        asked = given | values | {"preview": "yes"}
        answer = callers.owner.client.post(new, asked, headers={"HX-Request": "true"})
        text = str(answer.content.decode())
        assert "<html" not in text
        return " ".join(text.split())

    text = preview()
    assert "Every week, on Monday and Thursday, at 06:30" in text
    assert "Of every 3 patrols KG-BS leads 2 and TJ-BT leads 1." in text
    assert text.count("lead expected") == 6
    nobody = preview(**{"weight_KG-BS": "", "weight_TJ-BT": ""})
    assert "Who leads is still open" in nobody
    assert nobody.count("row-item") == 6
    assert "lead expected" not in nobody
    amiss = preview(first_on="", weekdays=[])
    assert "<strong>First day</strong>: This field is required." in amiss
    assert "<strong>On which days</strong>: Choose the weekdays." in amiss
    assert "Name" not in amiss
    # A rule without a day: the fault stands where the officer chose it.
    never = {"repeats": "month_day", "month_days": "31", "until": "2026-01-02"}
    page = callers.owner.send(
        new, **(programme_form(a_zone(world.owner, "Z-2")) | never)
    )
    fault = r'id="id_repeats_error">\s*<li>This rule has no day at all'
    assert re.search(fault, page.content.decode())


def test_programme_offers_the_parties_by_agreement(
    callers: Callers, world: World
) -> None:
    page = callers.owner.page("/patrols/programmes/new/").content.decode()
    shown = re.findall(
        r'data-agreements="([^"]*)">\s*<label for="id_weight_([^"]+)"', page
    )
    assert shown == [("KG-TJ", "KG-BS"), ("KG-TJ", "TJ-BT")]
    late = callers.late.page("/patrols/programmes/new/").content.decode()
    assert "weight_TJ-BT" not in late
    assert 'data-agreements="KZ-UZ"' in late


def test_ledger_of_a_programme(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.open_patrols(programme=programme, upto=days_ahead(3), by=world.owner)
    page = " ".join(
        callers.partner.page(f"/patrols/programmes/{programme.pk}/")
        .content.decode()
        .split()
    )
    assert "exactly its share" in page
    assert "Over 3 patrols" in page
    # Three are opened; of the others the rotation says whom to expect.
    assert page.count("not opened yet") == 3


def test_days_left_out_have_no_patrol(callers: Callers, world: World) -> None:
    """By the form, by the API, and for what was opened before they were named."""
    zone = a_zone(world.owner)
    left_out = [(days_ahead(n)).date().isoformat() for n in (2, 4)]
    given = programme_form(zone, repeats="daily", excepted_on=", ".join(left_out))
    made = callers.owner.send("/patrols/programmes/new/", **given)
    assert made.status_code == 302, made.content.decode()
    page = " ".join(callers.owner.page(made["Location"]).content.decode().split())
    assert "but not on" in page
    with acting(world.owner):
        programme = Programme.objects.visible_to(world.owner).get()
        opened = actions.open_patrols(
            programme=programme, upto=days_ahead(7), by=world.owner
        )
        days = {patrol.starts_at.date().isoformat() for patrol in opened}
    assert days
    assert days.isdisjoint(left_out)

    path = f"programmes/{programme.pk}/"
    shown = callers.owner.get(path).json()
    assert shown["excepted_on"] == left_out
    one = min(days - {days_ahead(0).date().isoformat()})
    changed = callers.owner.patch(path, {"excepted_on": [one]}, shown["version"])
    assert changed.status_code == 200, changed.content
    with acting(world.owner):
        gone = Patrol.objects.visible_to(world.owner).get(starts_at__date=one)
        assert gone.state == PatrolState.CANCELLED


@pytest.mark.parametrize(
    ("wrong", "text"),
    [("2026-02-30", "Not a day: 2026-02-30"), ("0001-01-01", "Not a day of our time")],
)
def test_bad_days_left_out(
    callers: Callers, world: World, wrong: str, text: str
) -> None:
    form = programme_form(a_zone(world.owner), excepted_on=wrong)
    answer = callers.owner.send("/patrols/programmes/new/", **form)
    assert answer.status_code == 200
    assert text in answer.content.decode()
