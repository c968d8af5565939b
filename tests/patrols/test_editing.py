"""Two people at one record, odd requests, and what is no change at all."""

import re
from datetime import date, time, timedelta
from typing import Any

import pytest

from agencies.actions import releases
from agencies.context import acting
from agencies.errors import Conflict, Invalid
from patrols import actions
from patrols.models import Patrol, PatrolState, Programme
from patrols.tasks import open_patrols
from tests.patrols.conftest import SQUARE, Callers, programme_form
from tests.patrols.series import (
    INSIDE,
    a_patrol,
    a_programme,
    a_zone,
    days_ahead,
    under_way,
)
from tests.patrols.test_actions import kinds, refusal
from tests.world import World


def tear_line(world: World, patrol: Patrol) -> Patrol:
    """Return a patrol's tear line."""
    with acting(world.owner):
        return Patrol.objects.visible_to(world.owner).get(tear_line_of=patrol.pk)


def share_tear_line(world: World, patrol: Patrol, to: str = "agency:UZ-BT") -> None:
    """Release no more than a tear line."""
    with acting(world.owner):
        releases.release(record=patrol, to=to, scope="tearline", by=world.owner)


def shown_version(callers: Callers, path: str) -> str:
    """Return the version that a form carries."""
    text = callers.owner.page(path).content.decode()
    (field,) = re.findall(r'<input[^>]*name="version"[^>]*>', text)
    return re.findall(r'value="(\d+)"', field)[0]


# --- tear lines ---------------------------------------------------------------


def test_a_tear_line_takes_no_positions(world: World) -> None:
    patrol = under_way(world)
    share_tear_line(world, patrol)
    code = refusal(
        Conflict, actions.add_fixes, world.owner, patrol=tear_line(world, patrol),
        fixes=[actions.NewFix(days_ahead(0), (70.3, 40.1))],
    )  # fmt: skip
    assert code == "wrong_state"


def test_tear_line_of_a_red_patrol_follows(world: World) -> None:
    patrol = a_patrol(world, tlp="red", participants=["KG-BS"])
    share_tear_line(world, patrol, f"officer:{world.officers['partner'].username}")
    with acting(world.owner):
        actions.agree(patrol=patrol, by=world.owner)
    assert tear_line(world, patrol).state == PatrolState.AGREED


def test_a_new_rule_takes_tear_lines_along(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        first = actions.open_patrols(programme=programme, upto=days_ahead(3), by=by)[0]
    share_tear_line(world, first)
    with acting(by):
        actions.change_programme(programme=programme, by=by, start_time=time(9, 0))
    assert tear_line(world, first).state == PatrolState.CANCELLED


def test_releases_of_a_tear_line_are_listed_and_end(
    callers: Callers, world: World
) -> None:
    patrol = a_patrol(world, participants=["KG-BS"])
    share_tear_line(world, patrol)
    path = f"/patrols/{patrol.pk}/"
    text = callers.owner.page(path).content.decode()
    (end,) = re.findall(r'action="([^"]+/end/)"', text)
    assert callers.owner.send(end).status_code == 302
    with acting(world.late):
        assert not Patrol.objects.visible_to(world.late).exists()


# --- programmes ---------------------------------------------------------------


def test_schedule_opens_a_red_programme_to_its_author_alone(world: World) -> None:
    programme = a_programme(world, tlp="red", entitlements={"KG-BS": 1})
    assert open_patrols() > 0
    for actor, sees in [(world.owner, True), (world.owner_low, False)]:
        with acting(actor):
            rows = Patrol.objects.visible_to(actor).filter(programme=programme.pk)
            assert rows.exists() is sees


def test_a_new_rule_reaches_patrols_above_the_planners_level(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        opened = actions.open_patrols(programme=programme, upto=days_ahead(4), by=by)
        actions.change(patrol=opened[1], by=by, level=by.clearance)
    low = world.owner_low
    with acting(low):
        assert not Patrol.objects.visible_to(low).filter(pk=opened[1].pk).exists()
        actions.change_programme(programme=programme, by=low, start_time=time(9, 0))
    with acting(by):
        rows = Patrol.objects.visible_to(by).filter(pk__in=[p.pk for p in opened])
        assert {p.state for p in rows} == {PatrolState.CANCELLED}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"recurrence": "FREQ=HOURLY"}, "bad_frequency"),
        ({"duration": timedelta(0)}, "bad_duration"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
        ({"entitlements": {"KG-BS": 0}}, "bad_entitlement"),
        ({"entitlements": []}, "no_entitlements"),
        ({"first_on": date(1999, 1, 1)}, "bad_day"),
    ],
)
def test_a_paused_programme_is_still_a_sound_one(
    world: World, values: Any, code: str
) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        actions.change_programme(programme=programme, by=by, is_active=False)
    refused = refusal(
        Invalid, actions.change_programme, by, programme=programme, **values
    )
    assert refused == code


@pytest.mark.parametrize("leaver", ["KG-BS", "TJ-BT"])
def test_a_lapsed_programme_is_switched_off_on_its_page(
    callers: Callers, world: World, leaver: str
) -> None:
    programme = a_programme(world)
    world.leave(leaver)
    path = f"/patrols/programmes/{programme.pk}/edit/"
    form = callers.owner.page(path).content.decode()
    assert 'name="weight_TJ-BT"' in form
    given = programme_form(
        programme.zone, code="DAILY", name="Daily watch", repeats="daily",
        start_time="08:00", version="1",
    )  # fmt: skip
    answer = callers.owner.send(path, **given)
    assert answer.status_code == 302, answer.content.decode()
    with acting(world.owner):
        row = Programme.objects.visible_to(world.owner).get(pk=programme.pk)
    assert (row.is_active, row.entitlements) == (False, {"KG-BS": 2, "TJ-BT": 1})


# --- versions -----------------------------------------------------------------


def test_the_second_of_two_editors_is_told(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    patrol = a_patrol(world, zone=zone)
    programme = a_programme(world, zone=zone)
    marking = {"tlp": "amber", "level": "0"}
    day = {"starts_at": "2027-01-01T08:00", "ends_at": "2027-01-01T09:00"}
    forms = [
        (f"/patrols/zones/{zone.pk}/edit/", {"code": "Z", "area": SQUARE}, "name"),
        (
            f"/patrols/{patrol.pk}/edit/",
            {"zone": str(zone.pk), "purpose": patrol.purpose} | day,
            "title",
        ),
        (
            f"/patrols/programmes/{programme.pk}/edit/",
            programme_form(zone, is_active="on"),
            "name",
        ),
    ]
    for path, given, name in forms:
        version = shown_version(callers, path)
        body = marking | given | {"version": version}
        assert callers.owner.send(path, **(body | {name: "One"})).status_code == 302
        second = callers.owner.send(path, **(body | {name: "Two"}))
        assert second.status_code == 200
        assert "Somebody changed this in the meantime" in second.content.decode()
        none = callers.owner.send(path, **(body | {name: "Two", "version": ""}))
        assert "Somebody changed this in the meantime" in none.content.decode()
        assert int(shown_version(callers, path)) == int(version) + 1


def test_no_change_is_no_version_and_no_event(world: World) -> None:
    by = world.owner
    zone = a_zone(by)
    patrol = a_patrol(world, zone=zone)
    programme = a_programme(world, zone=zone)
    with acting(by):
        for values in ({}, {"name": zone.name, "area": INSIDE}):
            assert actions.change_zone(zone=zone, by=by, **values).version == 1
        for values in ({}, {"title": patrol.title, "starts_at": patrol.starts_at}):
            assert actions.change(patrol=patrol, by=by, **values).version == 1
        for values in ({}, {"name": programme.name, "section_codes": ()}):
            row = actions.change_programme(programme=programme, by=by, **values)
            assert row.version == 1
    assert [len(kinds(row)) for row in (zone, patrol, programme)] == [1, 1, 1]


# --- odd requests -------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"until": "9999-12-31"}, 200),
        ({"since": "0001-01-01"}, 200),
        ({"show": "past", "page": "0000000000000000000001"}, 400),
        ({"show": "past", "page": "00001000000000000000000"}, 400),
        ({"show": "past", "page": "0"}, 400),
        ({"show": "past", "page": "1000"}, 200),
    ],
)
def test_odd_filters_of_the_board(
    callers: Callers, query: dict[str, str], status: int
) -> None:
    assert callers.owner.page("/patrols/", **query).status_code == status


@pytest.mark.parametrize("reason", ["Snow\0", "x" * 301, ""])
def test_odd_reasons(callers: Callers, world: World, reason: str) -> None:
    patrol = a_patrol(world)
    path = f"/patrols/{patrol.pk}/step/"
    answer = callers.owner.send(path, step="cancel", reason=reason)
    assert answer.status_code == 400
