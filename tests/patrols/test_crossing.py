"""How deep a place may reach: measured on the spheroid, taking no side."""

from datetime import date

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point, Polygon
from django.db import connection

from agencies.actions import agreements
from agencies.context import acting
from agencies.errors import Invalid
from agencies.models import Agreement
from patrols import actions, crossing
from patrols.models import BorderSection
from tests.patrols.series import a_programme, a_zone
from tests.world import World

# Along the parallel of 40 degrees north: of many points, or it would be a great circle.
BORDER = [(70 + n / 100, 40.0) for n in range(151)]
BOTH = ["KG", "TJ"]


def a_section(
    code: str = "KGTJ", states: list[str] | None = None, *lines: object
) -> None:
    """Put a stretch of border on record, its status the worst."""
    BorderSection.objects.create(
        code=code, name=code, states=states or BOTH, status="not_agreed",
        line=MultiLineString(*(LineString(x) for x in lines or [BORDER]), srid=4326),
    )  # fmt: skip


def box(south: float, north: float) -> Polygon:
    """Return an area of a tenth of a degree between two parallels."""
    made = Polygon.from_bbox((70.6, south, 70.7, north))
    made.srid = 4326
    return made


def metres(x: float, y: float) -> float:
    """Return a point's distance from the border, as PostGIS knows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Distance(ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography,"
            " ST_Collect(line)::geography) FROM patrols_bordersection",
            [x, y],
        )
        return float(cursor.fetchone()[0])


def test_depth_is_the_farthest_points_distance_to_the_metre(world: World) -> None:
    a_section()
    deep = metres(70.6, 40.05)
    assert 5500 < deep < 5600
    for shape in (
        box(40.0, 40.05),
        LineString((70.6, 40.0), (70.6, 40.05), srid=4326),
        Point(70.6, 40.05, srid=4326),
    ):
        found = crossing.too_far(shape, BOTH, round(deep) - 3)
        assert found is not None
        assert found.metres == pytest.approx(deep, abs=1)
        assert found.place.y == pytest.approx(40.05)
        assert crossing.too_far(shape, BOTH, round(deep) + 1) is None


def test_no_side_is_taken(world: World) -> None:
    """As far to the north as to the south, whoever's ground it is."""
    a_section()
    for south, north in [(40.01, 40.09), (39.91, 39.99), (39.91, 40.01)]:
        found = crossing.too_far(box(south, north), BOTH, 5000)
        assert found is not None
        assert found.metres == pytest.approx(10_000, abs=60)
        assert crossing.too_far(box(south, north), BOTH, 10_100) is None


def test_the_inside_of_an_enclave_counts(world: World) -> None:
    """The edge lies on the border itself; the middle is what is deep."""
    ring = [(70.5, 40.0), (70.7, 40.0), (70.7, 40.2), (70.5, 40.2), (70.5, 40.0)]
    a_section("RING", BOTH, ring)
    area = Polygon(ring, srid=4326)
    found = crossing.too_far(area, BOTH, 5000)
    assert found is not None
    assert found.metres == pytest.approx(8500, rel=0.02)
    assert 70.58 < found.place.x < 70.62
    assert crossing.too_far(area, BOTH, 9000) is None


def test_only_the_border_of_the_parties_counts(world: World) -> None:
    a_section("UZKZ", ["UZ", "KZ"])
    assert crossing.too_far(box(40.01, 40.5), BOTH, 100) is None
    a_section()
    assert crossing.too_far(box(40.01, 40.5), BOTH, 100) is not None


def test_far_from_every_border_is_too_deep(world: World) -> None:
    a_section()
    found = crossing.too_far(box(45.0, 45.1), BOTH, 5000)
    assert found is not None
    assert found.metres == pytest.approx(566_000, rel=0.01)  # 5.1 degrees


def test_no_crossing_lets_each_stay_on_one_side(world: World) -> None:
    a_section()
    assert crossing.too_far(box(40.0, 40.5), BOTH, 0) is None
    assert crossing.too_far(box(39.9, 40.1), BOTH, 0) is not None
    beside = LineString((70.6, 40.1), (70.7, 40.01), srid=4326)
    over = LineString((70.6, 40.1), (70.7, 39.9), srid=4326)
    assert crossing.too_far(beside, BOTH, 0) is None
    found = crossing.too_far(over, BOTH, 0)
    assert found is not None
    assert found.place.y == pytest.approx(40.0)


def permitting(world: World, limit_m: int) -> Agreement:
    """Sign an agreement that permits so many metres."""
    with acting(world.admin):
        return agreements.create_agreement(
            code=f"DEPTH-{limit_m}", name="Depth", signed_on=date(2020, 1, 1),
            in_force_from=date(2020, 1, 1), purposes=["patrol"],
            max_crossing_m=limit_m,
            parties={world.agencies["KG-BS"]: 2, world.agencies["TJ-BT"]: 1},
            by=world.admin,
        )  # fmt: skip


def test_programme_names_the_clause(world: World) -> None:
    """Zone and route; and a programme that is changed is looked at again."""
    a_section()
    shallow = permitting(world, 6000)
    wide = permitting(world, 25_000)
    by = world.owner
    zone = a_zone(by, "NEAR", area=box(40.0, 40.05))
    programme = a_programme(world, zone=zone, agreement=shallow)
    deep = a_zone(by, "FAR", area=box(40.0, 40.2))
    with acting(by), pytest.raises(Invalid) as refused:
        actions.change_programme(programme=programme, by=by, zone=deep)
    assert refused.value.code == "too_deep"
    assert refused.value.pointer == "/zone"
    assert "DEPTH-6000, clause “crossing depth”" in str(refused.value)
    assert "22.2 km from the border" in str(refused.value)
    with acting(by):
        line = LineString((70.6, 40.0), (70.6, 40.2), srid=4326)
        route = actions.create_route(by=by, code="R", name="R", line=line)
        with pytest.raises(Invalid) as refused:
            actions.change_programme(programme=programme, by=by, route=route)
    assert (refused.value.code, refused.value.pointer) == ("too_deep", "/route")
    with acting(by):
        row = actions.change_programme(
            programme=programme, by=by, route=route, zone=deep, agreement=wide
        )
    assert row.zone == deep


def test_a_zone_in_use_cannot_outgrow_its_agreement(world: World) -> None:
    """Nor a route; of other agencies' programmes nothing is told."""
    a_section()
    by = world.owner
    zone = a_zone(by, "NEAR", area=box(40.0, 40.05), release_to=["agency:TJ-BT"])
    line = LineString((70.6, 40.0), (70.6, 40.05), srid=4326)
    with acting(by):
        route = actions.create_route(by=by, code="R", name="R", line=line)
    programme = a_programme(
        world, zone=zone, route=route, agreement=permitting(world, 6000)
    )
    theirs = permitting(world, 7000)
    a_programme(
        world, world.partner, zone=zone, agreement=theirs, code="THEIRS",
        entitlements={"TJ-BT": 1},
    )  # fmt: skip
    deeper = LineString((70.6, 40.0), (70.6, 40.2), srid=4326)
    with acting(by):
        with pytest.raises(Invalid, match="Programme DAILY: Agreement") as refused:
            actions.change_zone(zone=zone, by=by, area=box(40.0, 40.2))
        assert (refused.value.code, refused.value.pointer) == ("too_deep", "/area")
        with pytest.raises(Invalid) as refused:
            actions.change_route(route=route, by=by, line=deeper)
        assert (refused.value.code, refused.value.pointer) == ("too_deep", "/line")
        actions.change_zone(zone=zone, by=by, area=box(40.0, 40.04))
        actions.change_programme(programme=programme, by=by, is_active=False)
        row = actions.change_zone(zone=zone, by=by, area=box(40.0, 40.2))
    assert row.version == 3


def test_no_crossing_names_the_clause(world: World) -> None:
    a_section()
    none = permitting(world, 0)
    zone = a_zone(world.owner, area=box(39.9, 40.1))
    with pytest.raises(Invalid, match="no crossing is permitted") as refused:
        a_programme(world, zone=zone, agreement=none)
    assert refused.value.code == "too_deep"
