"""What maps are given of patrols and places."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point

from agencies.actions import posts
from agencies.context import acting
from patrols import actions
from patrols.models import BorderSection
from tests.patrols.conftest import Callers
from tests.patrols.series import (
    a_line,
    a_zone,
    under_way,
)
from tests.world import World


def test_layers_of_the_map(callers: Callers, world: World) -> None:
    patrol = under_way(world)
    now = datetime.now(UTC)
    ways = [
        actions.NewFix(now - timedelta(minutes=5 * n), (70.3 + 0.03 * n, 40.1))
        for n in range(40)
    ]
    with acting(world.owner):
        actions.add_fixes(patrol=patrol, fixes=ways, by=world.owner)
        actions.create_route(by=world.owner, code="R", name="R", line=a_line())
    BorderSection.objects.create(
        code="KG-TJ-01", name="Isfara", states=["KG", "TJ"], status="not_agreed",
        line="SRID=4326;MULTILINESTRING((70 40, 71 40))",
    )  # fmt: skip

    def layer(who: str, name: str) -> list[Any]:
        answer = getattr(callers, who).page(f"/patrols/{name}.geojson")
        assert answer["Content-Type"] == "application/geo+json"
        return list(answer.json()["features"])

    (point,) = layer("partner", "map")
    assert point["id"] == point["properties"]["id"] == str(patrol.pk)
    assert point["geometry"]["coordinates"] == [70.3, 40.1]
    assert point["properties"]["lead"] == "KG-BS"
    assert point["properties"]["url"] == f"/patrols/{patrol.pk}/"
    (way,) = layer("partner", "tracks")
    # Two hours of it, on a straight line: its two ends.
    assert way["geometry"]["type"] == "LineString"
    assert len(way["geometry"]["coordinates"]) == 2
    assert way["properties"]["patrol"] == str(patrol.pk)
    (whole,) = callers.partner.page(f"/patrols/{patrol.pk}/track.geojson").json()[
        "features"
    ]
    assert (
        len(whole["geometry"]["coordinates"]) == len(whole["properties"]["times"]) == 40
    )

    kinds = [f["properties"]["kind"] for f in layer("owner", "places")]
    assert kinds == ["zone", "route", "border_section"]
    (section,) = layer("outsider", "places")
    assert section["properties"]["status"] == "not_agreed"
    assert layer("outsider", "map") == layer("outsider", "tracks") == []


def test_scene_of_a_patrol(callers: Callers, world: World) -> None:
    """Zone and route as far as one sees them; the last position with its course."""
    zone = a_zone(world.owner)
    with acting(world.owner):
        route = actions.create_route(by=world.owner, code="R", name="R", line=a_line())
    patrol = under_way(world, zone=zone, route=route)
    now = datetime.now(UTC)

    def scene(who: str) -> dict[str, Any]:
        path = f"/patrols/{patrol.pk}/scene.geojson"
        features = getattr(callers, who).page(path).json()["features"]
        return {one["properties"]["kind"]: one for one in features}

    assert set(scene("owner")) == {"zone", "route", "track"}
    steps = [(30, (70.3, 40.1), None), (20, (70.4, 40.1), None)]
    with acting(world.owner):
        for minutes, place, course in steps:
            fix = actions.NewFix(now - timedelta(minutes=minutes), place, None, course)
            actions.add_fixes(patrol=patrol, fixes=[fix], by=world.owner)
    assert set(scene("partner")) == {"track", "patrol"}
    last = scene("partner")["patrol"]
    assert last["geometry"]["coordinates"] == [70.4, 40.1]
    assert last["properties"]["heading"] == 90
    page = " ".join(
        callers.partner.page(f"/patrols/{patrol.pk}/").content.decode().split()
    )
    assert "40.10000, 70.40000" in page
    assert "heading east (90°)" in page
    assert "older than 15 minutes" in page
    # A device's own course counts more than the way.
    with acting(world.owner):
        fix = actions.NewFix(now - timedelta(minutes=1), (70.5, 40.1), None, 224.6)
        actions.add_fixes(patrol=patrol, fixes=[fix], by=world.owner)
    assert scene("owner")["patrol"]["properties"]["heading"] == 225
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "heading south-west (225°)" in page
    assert "older than 15 minutes" not in page
    assert (
        callers.outsider.page(f"/patrols/{patrol.pk}/scene.geojson").status_code == 404
    )


def test_maps_begin_where_the_agency_works(callers: Callers, world: World) -> None:
    """Its posts, or without any its zones; never another agency's."""
    a_zone(world.owner, "Z-H", release_to=["agency:TJ-BT"])

    def kinds(who: str) -> list[str]:
        features = (
            getattr(callers, who).page("/patrols/home.geojson").json()["features"]
        )
        return [one["properties"]["kind"] for one in features]

    assert kinds("owner") == ["zone"]
    assert kinds("partner") == []
    with acting(world.owner):
        posts.create_post(
            by=world.owner, code="P", name="Post", place=Point(70.5, 40.0, srid=4326)
        )
    assert kinds("owner") == ["post"]
