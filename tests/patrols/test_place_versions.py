"""Places change, and what they were stays to be seen by whoever sees them."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.utils import timezone

from agencies.actions import releases
from agencies.context import acting
from patrols import actions
from patrols.models import Place, RouteVersion, Zone, ZoneVersion
from patrols.place_versions import shape_at, versions
from tests.patrols.conftest import Callers
from tests.patrols.series import INSIDE, a_line, a_zone, under_way
from tests.world import World

SMALLER = Polygon.from_bbox((70.3, 39.9, 70.6, 40.2))
SMALLER.srid = 4326


def redrawn(world: World, zone: Zone, area: Polygon = SMALLER) -> Zone:
    """Let the owner draw a zone anew."""
    by = world.owner
    with acting(by):
        return actions.change_zone(zone=zone, by=by, area=area)


def test_each_change_of_shape_is_kept_and_no_other(world: World) -> None:
    by = world.owner
    zone = a_zone(by)
    with acting(by):
        zone = actions.change_zone(zone=zone, by=by, name="Other")
        assert not versions(zone, by).exists()
    zone = redrawn(world, zone)
    zone = redrawn(world, zone)  # the same again
    third = Polygon.from_bbox((70.35, 39.9, 70.6, 40.2))
    third.srid = 4326
    zone = redrawn(world, zone, third)
    with acting(by):
        newest, oldest = versions(zone, by)
    assert oldest.area.equals(INSIDE)
    assert newest.area.equals(SMALLER)
    assert oldest.stood_from == zone.created_at
    assert oldest.stood_until == newest.stood_from < newest.stood_until
    assert oldest.replaced_by == by.label


@pytest.mark.parametrize("column", ["line", "place"])
def test_routes_and_checkpoints_keep_theirs(world: World, column: str) -> None:
    by = world.owner
    place: Place
    with acting(by):
        if column == "line":
            place = actions.create_route(by=by, code="R", name="R", line=a_line())
            line = LineString((70.2, 40.0), (70.5, 40.3), srid=4326)
            place = actions.change_route(route=place, by=by, line=line)
        else:
            at, then = Point(70.3, 40.0, srid=4326), Point(70.31, 40.0, srid=4326)
            place = actions.create_checkpoint(by=by, code="C", name="C", place=at)
            place = actions.change_checkpoint(checkpoint=place, by=by, place=then)
        (former,) = versions(place, by)
        stood = shape_at(place, by, place.created_at)
    assert stood.equals(former.geometry)
    assert not stood.equals(place.geometry)


def test_versions_are_seen_like_their_place(world: World) -> None:
    """Released with it, withdrawn with it, and never by others."""
    by = world.owner
    zone = redrawn(world, a_zone(by))

    def seen() -> set[str]:
        found = set()
        for name, actor in world.everybody.items():
            with acting(actor):
                if ZoneVersion.objects.exists():
                    found.add(name)
        return found

    own = {"owner", "owner_low", "owner_admin", "owner_observer"}
    assert seen() == own
    with acting(by):
        made = releases.release(record=zone, to="agency:TJ-BT", by=by)
    assert seen() == own | {"partner", "partner_low"}
    with acting(by):
        releases.revoke(record=zone, release_id=made.pk, by=by)
    assert seen() == own
    with acting(by):
        actions.change_zone(zone=zone, by=by, level=3)
    assert seen() == {"owner", "owner_admin"}


def test_marking_and_shape_changed_at_once_leave_nothing_open(world: World) -> None:
    by = world.owner
    zone = a_zone(by, release_to=["agency:TJ-BT"])
    with acting(by):
        actions.change_zone(zone=zone, by=by, area=SMALLER, level=3)
    with acting(world.partner_low):
        assert not ZoneVersion.objects.exists()
        assert not Zone.objects.exists()


def test_a_patrol_shows_the_zone_as_it_stood(callers: Callers, world: World) -> None:
    """The map of a patrol that went out is the map that it had."""
    by = world.owner
    zone = a_zone(by)
    patrol = under_way(world, zone=zone)
    scene = f"/patrols/{patrol.pk}/scene.geojson"

    def shown() -> MultiPolygon:
        (found,) = (
            one["geometry"]
            for one in callers.owner.page(scene).json()["features"]
            if one["properties"]["kind"] == "zone"
        )
        return MultiPolygon(
            [Polygon(*rings) for rings in found["coordinates"]], srid=4326
        )

    assert shown().equals(INSIDE)
    redrawn(world, zone)
    assert shown().equals(INSIDE)
    with acting(by):
        planned = actions.plan(
            by=by, zone=zone, lead=world.agencies["KG-BS"], participants=["KG-BS"],
            title="Later", starts_at=timezone.now() + timedelta(hours=1),
            ends_at=timezone.now() + timedelta(hours=2),
        )  # fmt: skip
    scene = f"/patrols/{planned.pk}/scene.geojson"
    assert shown().equals(SMALLER)


def test_page_lists_versions_and_shows_one(callers: Callers, world: World) -> None:
    by = world.owner
    zone = redrawn(world, a_zone(by, release_to=["agency:TJ-BT"]))
    with acting(by):
        (former,) = versions(zone, by)
    at = f"/patrols/zones/{zone.pk}/"
    page = callers.owner.page(at).content.decode()
    assert f"?shape={former.pk}" in page
    assert page.count("drawn by owner") == 2
    assert '"is_former": true' not in page
    assert (
        '"is_former": true' in callers.owner.page(at, shape=former.pk).content.decode()
    )
    # Who drew it is told to the owner's officers alone.
    theirs = callers.partner.page(at, shape=former.pk).content.decode()
    assert '"is_former": true' in theirs
    assert "drawn by" not in theirs
    for wrong in (uuid.uuid4(), "x", former.pk.hex[:8]):
        assert callers.owner.page(at, shape=wrong).status_code == 404
    # A shape of another place is none of this one's.
    other = a_zone(by, "Z-2")
    answer = callers.owner.page(f"/patrols/zones/{other.pk}/", shape=former.pk)
    assert answer.status_code == 404
    hidden = callers.outsider.page(at, shape=former.pk)
    none = callers.outsider.page(f"/patrols/zones/{uuid.uuid4()}/", shape=former.pk)
    assert hidden.status_code == none.status_code == 404
    assert hidden.content == none.content


def test_versions_over_rest(callers: Callers, world: World) -> None:
    by = world.owner
    zone = redrawn(world, a_zone(by, release_to=["agency:TJ-BT"]))
    (told,) = callers.owner.get(f"zones/{zone.pk}/versions/").json()["results"]
    assert set(told) == {"id", "stood_from", "stood_until", "shape", "replaced_by"}
    assert told["replaced_by"] == by.label
    assert told["shape"]["type"] == "MultiPolygon"
    (theirs,) = callers.partner.get(f"zones/{zone.pk}/versions/").json()["results"]
    assert theirs == told | {"replaced_by": None}
    hidden = callers.outsider.get(f"zones/{zone.pk}/versions/")
    none = callers.outsider.get(f"zones/{uuid.uuid4()}/versions/")
    assert hidden.status_code == none.status_code == 404
    assert hidden.content == none.content


def test_nobody_changes_history(world: World) -> None:
    """The application may add to it, and nothing else."""
    by = world.owner
    redrawn(world, a_zone(by))
    with acting(by), pytest.raises(Exception, match="permission denied"):
        ZoneVersion.objects.update(replaced_by="officer:somebody")
    assert RouteVersion.guard_append_only
