"""What must hold of a place's shape; each rule refuses and says where, none writes."""

from itertools import pairwise
from math import cos, hypot, radians
from typing import Any

from django.contrib.gis.geos import (
    GEOSGeometry,
    LinearRing,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from agencies.fields import MAX_POINTS
from agencies.geo import place_text, where_invalid
from patrols.coordinates import Point as Place
from patrols.region import holds

# Less than a patrol can walk, or see: a slip of the hand.
MIN_LENGTH_M = 10
MIN_AREA_M2 = 100
METRES_PER_DEGREE = 111_195


def settled(shape: GEOSGeometry, *, pointer: str) -> Any:
    """Return a place's shape as it is kept, or refuse it.

    A polygon becomes the several that the column holds; outer rings run against
    the clock and holes with it (RFC 7946). A line may cross itself, as a patrol
    that comes back the way it went; an area may not.
    """
    if isinstance(shape, Polygon):
        shape = MultiPolygon(shape, srid=shape.srid)
    _require_sound(shape, pointer)
    _require_region(shape, pointer)
    _require_size(shape, pointer)
    return _oriented(shape) if isinstance(shape, MultiPolygon) else shape


def length_m(line: LineString | LinearRing) -> float:
    """Return a line's length in metres, as if each piece of it lay on a plane."""
    points = line.coords
    return sum(_step(*pair) for pair in pairwise(points))


def _require_sound(shape: GEOSGeometry, pointer: str) -> None:
    if shape.empty:
        raise Invalid("empty_shape", _("The shape is empty."), pointer=pointer)
    if shape.num_coords > MAX_POINTS:
        text = _("At most %(most)s points.") % {"most": MAX_POINTS}
        raise Invalid("too_many_points", text, pointer=pointer)
    if shape.hasz:
        raise Invalid("has_height", _("Positions have no height."), pointer=pointer)
    # A line that stands still is not valid either, and no crossing.
    if isinstance(shape, MultiPolygon) and not shape.valid:
        words = _("It crosses or overlaps itself near %(place)s.")
        text = words % {"place": where_invalid(shape)}
        raise Invalid("invalid_geometry", text, pointer=pointer)


def _require_region(shape: GEOSGeometry, pointer: str) -> None:
    """Refuse what lies beyond: swapped numbers, or another grid."""
    x1, y1, x2, y2 = shape.extent
    if holds(Place(y1, x1)) and holds(Place(y2, x2)):
        return
    place = next(
        Point(x, y)
        for x, y in _points(getattr(shape, "coords", ()))
        if not holds(Place(y, x))
    )
    words = _("%(place)s lies outside the region. Latitude and longitude swapped?")
    text = words % {"place": place_text(place)}
    raise Invalid("outside_region", text, pointer=pointer)


def _require_size(shape: GEOSGeometry, pointer: str) -> None:
    if isinstance(shape, LineString) and length_m(shape) < MIN_LENGTH_M:
        short = _("The line is shorter than 10 m.")
        raise Invalid("too_small", short, pointer=pointer)
    for part in shape if isinstance(shape, MultiPolygon) else ():
        scale = METRES_PER_DEGREE**2 * cos(radians(part.centroid.y))
        if part.area * scale < MIN_AREA_M2:
            words = _("The part near %(place)s is smaller than 100 m².")
            text = words % {"place": place_text(part.centroid)}
            raise Invalid("too_small", text, pointer=pointer)


def _oriented(area: MultiPolygon) -> MultiPolygon:
    parts = []
    for part in area:
        each: list[LinearRing] = list(iter(part))
        rings = [_turned(ring, is_left=n == 0) for n, ring in enumerate(each)]
        parts.append(Polygon(*rings, srid=area.srid))
    return MultiPolygon(parts, srid=area.srid)


def _turned(ring: LinearRing, *, is_left: bool) -> LinearRing:
    if ring.is_counterclockwise == is_left:
        return ring
    return LinearRing(ring.coords[::-1], srid=ring.srid)


def _points(coordinates: Any) -> Any:
    """Walk nested coordinates; yield each position."""
    if isinstance(coordinates[0], float):
        yield coordinates
        return
    for inner in coordinates:
        yield from _points(inner)


def _step(start: tuple[float, ...], end: tuple[float, ...]) -> float:
    east = (end[0] - start[0]) * cos(radians((start[1] + end[1]) / 2))
    return hypot(east, end[1] - start[1]) * METRES_PER_DEGREE
