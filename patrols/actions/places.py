"""Zones, routes and checkpoints."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.gis.geos import (
    GEOSGeometry,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.policy import Actor, Permission, require
from live.kinds import Kind
from patrols import legal_basis, place_rules
from patrols.models import Checkpoint, Place, Route, Zone
from patrols.place_versions import versions

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
    Refuses a shape as ``place_rules`` says.
    """
    require(by, Permission.PLACE_EDIT)
    zone = Zone(**_own(by), **_settled("area", area), **values)
    return _create(zone, Kind.ZONE_CREATED, by, release_to)


@transaction.atomic
def change_zone(*, zone: Zone, by: Actor, **values: Any) -> Zone:
    """Change a zone's code, name, area or marking; the area that it had is kept."""
    row = Zone.objects.locked(by, zone.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    return _change(row, Kind.ZONE_CHANGED, by, values)


@transaction.atomic
def create_route(
    *, by: Actor, line: LineString, release_to: Iterable[str] = (), **values: Any
) -> Route:
    """Register a route; ``line`` is a line string, WGS 84."""
    require(by, Permission.PLACE_EDIT)
    route = Route(**_own(by), **_settled("line", line), **values)
    return _create(route, Kind.ROUTE_CREATED, by, release_to)


@transaction.atomic
def change_route(*, route: Route, by: Actor, **values: Any) -> Route:
    """Change a route's code, name, line or marking; the line that it had is kept."""
    row = Route.objects.locked(by, route.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    return _change(row, Kind.ROUTE_CHANGED, by, values)


@transaction.atomic
def create_checkpoint(
    *, by: Actor, place: Point, release_to: Iterable[str] = (), **values: Any
) -> Checkpoint:
    """Register a checkpoint; ``place`` is a point, WGS 84."""
    require(by, Permission.PLACE_EDIT)
    checkpoint = Checkpoint(**_own(by), **_settled("place", place), **values)
    return _create(checkpoint, Kind.CHECKPOINT_CREATED, by, release_to)


@transaction.atomic
def change_checkpoint(
    *, checkpoint: Checkpoint, by: Actor, **values: Any
) -> Checkpoint:
    """Change code, name, place or marking; the place that it had is kept."""
    row = Checkpoint.objects.locked(by, checkpoint.pk)
    require(by, Permission.PLACE_EDIT, owner_of=row)
    return _change(row, Kind.CHECKPOINT_CHANGED, by, values)


def _own(by: Actor) -> dict[str, Any]:
    owner = agency_of(by)
    return {"owner": owner, "author_id": by.officer_id}


def _settled(column: str, shape: GEOSGeometry) -> dict[str, Any]:
    return {column: place_rules.settled(shape, pointer=f"/{column}")}


def _create(place: Kept, kind: Kind, by: Actor, release_to: Iterable[str]) -> Kept:
    place.require_marking(by)
    releases.create(row=place, kind=kind, by=by, release_to=release_to)
    return place


def _change(row: Kept, kind: Kind, by: Actor, values: dict[str, Any]) -> Kept:
    if row.shape in values:
        values = values | _settled(row.shape, values[row.shape])
    before = row.geometry
    changed = row.take(values)
    if changed:
        row.require_marking(by)
        if row.shape in changed:
            if not isinstance(row, Checkpoint):
                legal_basis.require_shape_permitted(row, by)
            _keep(row, before, by)
        releases.save_changed(row=row, changed=changed, kind=kind, by=by)
    return row


def _keep(row: Place, shape: Any, by: Actor) -> None:
    """Keep the shape that a locked place had, with the audience that it has still.

    A new marking, written after it, narrows both.
    """
    last = versions(row, by).first()
    model = row.version_model()
    version = model(
        stood_from=last.stood_until if last else row.created_at,
        stood_until=timezone.now(),
        replaced_by=by.label,
        **{model.guard_parent or "": row, row.shape: shape},
    )
    version.open_to(row.stored_audience)
    version.save(force_insert=True)
