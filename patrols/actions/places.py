"""Zones, routes and checkpoints."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.gis.geos import LineString, MultiPolygon, Point, Polygon
from django.db import transaction

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.policy import Actor, Permission, require
from live.kinds import Kind
from patrols import rules
from patrols.models import Checkpoint, Place, Route, Zone

Kept = TypeVar("Kept", bound=Place)


@transaction.atomic
def create_zone(
    *,
    by: Actor,
    area: MultiPolygon | Polygon,
    release_to: Iterable[str] = (),
    **values: Any,
) -> Zone:
    """Register a zone of the actor's agency.

    ``area`` is a polygon or several, WGS 84; ``values`` are code, name, tlp, level.
    """
    require(by, Permission.PLACE_EDIT)
    zone = Zone(area=rules.as_multipolygon(area), **_own(by), **values)
    return _create(zone, Kind.ZONE_CREATED, by, release_to)


@transaction.atomic
def change_zone(*, zone: Zone, by: Actor, **values: Any) -> Zone:
    """Change a zone's code, name, area or marking."""
    row = Zone.objects.locked(by, zone.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    if "area" in values:
        values["area"] = rules.as_multipolygon(values["area"])
    return _change(row, Kind.ZONE_CHANGED, by, values)


@transaction.atomic
def create_route(
    *, by: Actor, line: LineString, release_to: Iterable[str] = (), **values: Any
) -> Route:
    """Register a route; ``line`` is a line string, WGS 84."""
    require(by, Permission.PLACE_EDIT)
    route = Route(line=line, **_own(by), **values)
    return _create(route, Kind.ROUTE_CREATED, by, release_to)


@transaction.atomic
def change_route(*, route: Route, by: Actor, **values: Any) -> Route:
    """Change a route's code, name, line or marking."""
    row = Route.objects.locked(by, route.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    return _change(row, Kind.ROUTE_CHANGED, by, values)


@transaction.atomic
def create_checkpoint(
    *, by: Actor, place: Point, release_to: Iterable[str] = (), **values: Any
) -> Checkpoint:
    """Register a checkpoint; ``place`` is a point, WGS 84."""
    require(by, Permission.PLACE_EDIT)
    checkpoint = Checkpoint(place=place, **_own(by), **values)
    return _create(checkpoint, Kind.CHECKPOINT_CREATED, by, release_to)


@transaction.atomic
def change_checkpoint(
    *, checkpoint: Checkpoint, by: Actor, **values: Any
) -> Checkpoint:
    """Change a checkpoint's code, name, place or marking."""
    row = Checkpoint.objects.locked(by, checkpoint.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    return _change(row, Kind.CHECKPOINT_CHANGED, by, values)


def _own(by: Actor) -> dict[str, Any]:
    owner = agency_of(by)
    return {"owner": owner, "author_id": by.officer_id}


def _create(place: Kept, kind: Kind, by: Actor, release_to: Iterable[str]) -> Kept:
    place.require_marking(by)
    releases.create(row=place, kind=kind, by=by, release_to=release_to)
    return place


def _change(row: Kept, kind: Kind, by: Actor, values: dict[str, Any]) -> Kept:
    changed = row.take(values)
    if changed:
        row.require_marking(by)
        releases.save_changed(row=row, changed=changed, kind=kind, by=by)
    return row
