"""Where a place lies, and where nobody says on whose side."""

import orjson
import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point

from agencies.context import acting
from patrols import actions
from patrols.jurisdiction import DOUBT, REGION, Jurisdiction, jurisdiction
from tests.world import World

BISHKEK = Point(74.6, 42.82, srid=4326)
NARYN = Point(75.99, 41.43, srid=4326)
PACIFIC = Point(-150, 10, srid=4326)


def found(world: World, place: Point, uncertainty: int | None = None) -> Jurisdiction:
    with acting(world.owner):
        return jurisdiction(place, world.owner, uncertainty)


def a_section(world: World, code: str, status: str, north: float) -> None:
    line = MultiLineString(LineString((75.5, north), (76.5, north)), srid=4326)
    with acting(world.admin):
        actions.register_section(
            code=code, name=code, states=["KG", "TJ"], status=status, line=line,
            by=world.admin,
        )  # fmt: skip


def test_far_from_every_line_there_is_one_state(world: World) -> None:
    about = found(world, NARYN)
    assert about.as_json() == {
        "states": ["KG"], "is_near": False, "is_agreed": None, "section": None,
        "zones": [],
    }  # fmt: skip
    assert found(world, PACIFIC).states == []


def test_a_place_that_is_not_sure_is_nearer_to_lines(world: World) -> None:
    """Within the doubt of the place and of the line together."""
    assert found(world, BISHKEK).states == ["KG"]
    about = found(world, BISHKEK, uncertainty=40_000)
    assert (about.states, about.is_near) == (["KG", "KZ"], True)


@pytest.mark.parametrize(
    ("metres", "is_near"), [(0, True), (DOUBT - 200, True), (DOUBT + 200, False)]
)
def test_the_doubt_ends_where_it_says(
    world: World, metres: float, *, is_near: bool
) -> None:
    a_section(world, "S-1", "not_agreed", NARYN.y + metres / 111_070)
    about = found(world, NARYN)
    assert about.is_near == is_near
    assert about.states == (["KG", "TJ"] if is_near else ["KG"])
    assert about.is_agreed is (False if is_near else None)


def test_of_two_lines_the_one_that_is_not_settled_is_named(world: World) -> None:
    a_section(world, "S-1", "agreed", NARYN.y + 0.005)
    a_section(world, "S-2", "not_agreed", NARYN.y + 0.03)
    about = found(world, NARYN)
    assert (about.is_agreed, about.section and about.section.code) == (False, "S-2")


def test_along_the_maps_own_lines_both_sides_are_named(world: World) -> None:
    """No side is ever told at the basemap's border between two members."""
    features = orjson.loads(REGION.read_bytes())["features"]
    rings = {
        feature["properties"]["iso"]: [
            {tuple(point) for ring in polygon for point in ring}
            for polygon in feature["geometry"]["coordinates"]
        ]
        for feature in features
    }
    shared = sorted(set().union(*rings["KG"]) & set().union(*rings["TJ"]))
    assert len(shared) > 20
    for longitude, latitude in shared[::25]:
        place = Point(longitude, latitude, srid=4326)
        assert {"KG", "TJ"} <= set(found(world, place).states)
