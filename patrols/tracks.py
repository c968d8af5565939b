"""Where patrols are and have been, and what is around them, as GeoJSON (RFC 7946)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from math import atan2, cos, degrees, hypot, radians
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import LineString
from django.db.models import F, Window
from django.db.models.functions import RowNumber, TruncMinute

from agencies.geo import feature, geojson, rounded
from agencies.policy import Actor
from patrols.models import Fix, Patrol

MAX_POINTS = 5000
# About 20 m: less than the width of a line on the map.
_TOLERANCE_DEGREES = 0.0002
_METRES_PER_DEGREE = 111_195
_MIN_WAY_M = 25


def track(patrol: Patrol, actor: Actor, since: datetime | None = None) -> Any:
    """Return a patrol's way, oldest point first, with the time of each point.

    A line needs two points: of one alone it is a point, of none null. At most the
    newest 5000 points; ``is_cut`` says when older ones were left out.
    """
    fixes = Fix.objects.visible_to(actor).filter(patrol=patrol)
    if since is not None:
        fixes = fixes.filter(at__gte=since)
    newest = fixes.order_by("-at", "-id").values_list("at", "place")
    points = list(newest[: MAX_POINTS + 1])
    kept = points[:MAX_POINTS][::-1]
    return feature(
        _line([place.coords for _at, place in kept]),
        patrol=str(patrol.pk),
        times=[at.astimezone(UTC) for at, _place in kept],
        is_cut=len(points) > MAX_POINTS,
    )


def recent(
    patrols: Iterable[Patrol], actor: Actor, since: datetime
) -> dict[UUID, dict[str, Any]]:
    """Return the simplified ways of some patrols since a moment, in one query.

    The first fix of each minute counts, whatever the devices send.
    """
    found: dict[UUID, list[Any]] = defaultdict(list)
    fixes = (
        Fix.objects.visible_to(actor)
        .filter(patrol__in=[patrol.pk for patrol in patrols], at__gte=since)
        .annotate(
            turn=Window(
                RowNumber(),
                partition_by=[F("patrol_id"), TruncMinute("at")],
                order_by=F("at").asc(),
            )
        )
        .filter(turn=1)
        .order_by("patrol_id", "at")
    )
    for patrol_id, place in fixes.values_list("patrol_id", "place"):
        found[patrol_id].append(place.coords)
    ways = {}
    for patrol_id, points in found.items():
        if len(points) > 1:
            line = LineString(points, srid=4326).simplify(_TOLERANCE_DEGREES)
            ways[patrol_id] = geojson(line) or {}
    return ways


def heading(patrol: Patrol, actor: Actor) -> int | None:
    """Return where a patrol goes, in degrees from north; nothing when not known.

    The device says so, or the way from the fix before; a way of less than 25 m says
    nothing.
    """
    fixes = Fix.objects.visible_to(actor).filter(patrol=patrol)
    newest = fixes.order_by("-at", "-id").values_list("place", "heading_deg")[:2]
    match list(newest):
        case [(_place, float(given)), *_]:
            return round(given) % 360
        case [(place, None), (before, _)]:
            return _course(before.coords, place.coords)
    return None


def _course(start: tuple[float, ...], end: tuple[float, ...]) -> int | None:
    """Return the course over a short way, on the plane that touches the ground."""
    east = (end[0] - start[0]) * cos(radians(end[1])) * _METRES_PER_DEGREE
    north = (end[1] - start[1]) * _METRES_PER_DEGREE
    if hypot(east, north) < _MIN_WAY_M:
        return None
    return round(degrees(atan2(east, north))) % 360


def _line(points: list[Any]) -> dict[str, Any] | None:
    if not points:
        return None
    if len(points) == 1:
        return {"type": "Point", "coordinates": rounded(points[0])}
    return {"type": "LineString", "coordinates": rounded(points)}
