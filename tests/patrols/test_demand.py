"""What a patrol asks for: its shape, its rules, on the form and over REST."""

from typing import Any

import pytest

from agencies.context import acting
from patrols import actions
from patrols.demand import BadDemand, demand_of, parse
from patrols.models import Patrol, Programme
from tests.patrols.conftest import Callers, faults, programme_form
from tests.patrols.series import a_patrol, a_programme, a_zone, agree, days_ahead
from tests.world import World

FULL = {
    "places": {"KG-BS": 2, "TJ-BT": 0},
    "certificates": {"medic": 1},
    "commander_certificate": "",
    "languages": ["ru"],
    "equipment": {"KG-BS": {"vehicle": 1}},
    "territories": ["TJ"],
}


def test_a_demand_goes_to_json_and_back() -> None:
    assert parse(FULL).as_json() == FULL


def test_nothing_stored_is_the_usual() -> None:
    usual = demand_of({}, ["TJ-BT", "KG-BS"])
    assert usual.places == {"KG-BS": 1, "TJ-BT": 1}
    assert usual.commander_certificate == "commander"


def test_who_does_not_take_part_is_not_asked() -> None:
    assert demand_of(FULL, ["TJ-BT"]).agencies == {"TJ-BT"}


@pytest.mark.parametrize(
    ("given", "code", "pointer"),
    [
        ([], "not_a_demand", ""),
        ({"people": 2}, "unknown_member", "/people"),
        ({}, "not_codes", "/places"),
        ({"places": {"KG-BS": 0}}, "nobody", "/places"),
        ({"places": {"KG-BS": True}}, "not_a_number", "/places/KG-BS"),
        ({"places": {"KG-BS": 51}}, "not_a_number", "/places/KG-BS"),
        ({"places": {"": 1}}, "not_codes", "/places"),
        (
            {"places": {"KG-BS": 1}, "certificates": {"medic": 0}},
            "not_a_number",
            "/certificates/medic",
        ),
        ({"places": {"KG-BS": 1}, "languages": "ru"}, "not_codes", "/languages"),
        ({"places": {"KG-BS": 1}, "equipment": [1]}, "not_codes", "/equipment"),
        (
            {"places": {"KG-BS": 1}, "commander_certificate": 7},
            "not_codes",
            "/commander_certificate",
        ),
    ],
)
def test_what_is_no_demand(given: Any, code: str, pointer: str) -> None:
    with pytest.raises(BadDemand) as error:
        parse(given)
    assert (error.value.code, error.value.pointer) == (code, pointer)


def test_a_patrol_is_opened_with_the_programmes(world: World) -> None:
    programme = a_programme(world, demand=FULL)
    by = world.owner
    with acting(by):
        made = actions.open_patrols(programme=programme, upto=days_ahead(2), by=by)
    assert [one.demand for one in made] == [FULL] * len(made)


@pytest.mark.parametrize(
    ("part", "pointer", "code"),
    [
        ({"places": {"UZ-BT": 1}}, "/demand/places/UZ-BT", "not_participant"),
        (
            {"places": {"KG-BS": 1}, "equipment": {"KG-BS": {"tank": 1}}},
            "/demand/equipment/KG-BS",
            "unknown_kind",
        ),
        (
            {"places": {"KG-BS": 1}, "territories": ["XX"]},
            "/demand/territories",
            "unknown_territory",
        ),
        ({"languages": ["ru"]}, "/demand/places", "not_codes"),
    ],
)
def test_refusals_over_rest(
    callers: Callers, world: World, part: Any, pointer: str, code: str
) -> None:
    programme = a_programme(world)
    answer = callers.owner.patch(f"programmes/{programme.pk}/", {"demand": part}, 1)
    assert answer.status_code == 400
    assert answer.json()["code"] == code or faults(answer) == {pointer: code}


def test_over_rest(callers: Callers, world: World) -> None:
    programme = a_programme(world)
    at = f"programmes/{programme.pk}/"
    assert callers.owner.get(at).json()["demand"] == {}
    answer = callers.owner.patch(at, {"demand": FULL}, 1)
    assert answer.json()["demand"] == FULL
    assert callers.partner.get(at).json()["demand"] == FULL


def test_a_changed_demand_asks_whom_it_touches(world: World) -> None:
    patrol = agree(world, a_patrol(world))
    by = world.owner
    own = {"places": {"KG-BS": 3, "TJ-BT": 1}}
    with acting(by):
        kept = actions.change(patrol=patrol, by=by, demand=own)
        assert kept.state == "agreed"
        more = {"places": {"KG-BS": 3, "TJ-BT": 2}}
        asked = actions.change(patrol=patrol, by=by, demand=more)
        assert asked.state == "proposed"


def test_on_the_form(callers: Callers, world: World) -> None:
    zone = a_zone(world.owner)
    values = programme_form(
        zone,
        **{
            "officers_KG-BS": "2",
            "officers_TJ-BT": "0",
            "certificates": "Medic 1",
            "languages": "ru",
            "equipment_KG-BS": "vehicle 1",
            "territories": ["TJ"],
        },
    )
    assert callers.owner.send("/patrols/programmes/new/", **values).status_code == 302
    with acting(world.owner):
        made = Programme.objects.visible_to(world.owner).get()
    assert made.demand == FULL
    page = callers.owner.page(f"/patrols/programmes/{made.pk}/edit/").content.decode()
    assert 'value="medic 1"' in page
    assert 'value="vehicle 1"' in page
    bad = callers.owner.send(
        "/patrols/programmes/new/",
        **values | {"code": "P-2", "equipment_KG-BS": "tank 1"},
    )
    assert "No such kind: tank" in bad.content.decode()


def test_the_usual_is_stored_as_nothing(callers: Callers, world: World) -> None:
    values = programme_form(a_zone(world.owner), is_certified="on")
    assert callers.owner.send("/patrols/programmes/new/", **values).status_code == 302
    with acting(world.owner):
        assert Programme.objects.visible_to(world.owner).get().demand == {}
        assert not Patrol.objects.visible_to(world.owner).exists()
