"""Shapes from GPX and GeoJSON files: as much of a file as makes one place.

A file comes from outside. Its size is looked at before it is read, its XML may declare
neither a document type nor an entity (``defusedxml``: so no entity bomb, no outside
file), and its points are counted before any geometry is made of them. The points are
read from the tree itself: ``gpxpy``, which writes our files, keeps what it parses of
namespaces for the whole process, and logs a file that it cannot read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite
from sys import float_info
from typing import Any

from defusedxml import (  # type: ignore[import-untyped]
    DefusedXmlException,
    ElementTree,
)
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid, Refused
from agencies.geo import rounded
from patrols.place_rules import METRES_PER_DEGREE

# The proxy takes 2.5 MB, a form's other fields among them.
MAX_BYTES = 2_400_000
# More than a device writes in a day, one point each second.
MAX_READ = 100_000
# A shape of more points cannot be edited by hand.
DENSE = 1000
# A collection in a collection, and no deeper.
_DEPTH = 4
# What a column's type is made of.
_PARTS = {
    "MultiPolygon": "Polygon",
    "MultiLineString": "LineString",
    "MultiPoint": "Point",
}
_CLASSES: dict[str, Any] = {
    "Point": Point,
    "LineString": LineString,
    "Polygon": lambda rings: Polygon(*rings),
    "MultiPolygon": lambda parts: MultiPolygon([Polygon(*rings) for rings in parts]),
}

Line = list[list[float]]


class FileTooLarge(Refused):
    """A file larger than the platform takes."""

    status = 413


@dataclass(frozen=True)
class Found:
    """A shape out of a file, how many points the file had, and how far it was eased.

    ``tolerance_m`` is 0 if every point was kept.
    """

    shape: GEOSGeometry
    points: int
    tolerance_m: int


def read(data: bytes, *types: str) -> Found:
    """Return the one shape in a GPX or GeoJSON file that is of one of some types.

    ``types`` are GeoJSON's. A zone may come in several parts; of anything else there
    must be one. Refuses with one of the codes ``too_large``, ``not_text``,
    ``not_xml``, ``forbidden_xml``, ``not_gpx``, ``not_json``, ``not_geojson``,
    ``no_shape``, ``several_shapes``, ``too_many_points``, ``out_of_range``.
    """
    if len(data) > MAX_BYTES:
        words = _("The file is larger than %(megabytes)s MB.")
        raise FileTooLarge("too_large", words % {"megabytes": MAX_BYTES / 1e6})
    try:
        text = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Invalid("not_text", _("The file is neither GPX nor GeoJSON.")) from None
    given = _gpx(text, types) if text.startswith("<") else _json(text, types)
    shape = _built(given)
    points = shape.num_coords
    _require_on_earth(shape)
    shape, tolerance_m = _eased(shape)
    return Found(_built(_as_geojson(shape)), points, tolerance_m)


def from_geojson(given: Any, *types: str) -> dict[str, Any]:
    """Return the one geometry of some types in any GeoJSON object, without heights.

    Features and collections are looked into; what is of other types is left out.
    """
    parts: list[Any] = []
    for shape in _geometries(given):
        kind, coordinates = str(shape.get("type")), shape.get("coordinates")
        inner = _PARTS.get(kind)
        for part in coordinates if inner and isinstance(coordinates, list) else []:
            parts += [(inner, part)]
        if not inner:
            parts += [(kind, coordinates)]
    wanted = {_PARTS.get(kind, kind) for kind in types}
    return _one([_flat(c) for kind, c in parts if kind in wanted], types)


# --- what a file holds ----------------------------------------------------------


def _json(text: str, types: tuple[str, ...]) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        words = _("The file is neither GPX nor GeoJSON.")
        raise Invalid("not_json", words) from None
    return from_geojson(given, *types)


def _geometries(given: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if not isinstance(given, dict) or depth > _DEPTH:
        raise Invalid("not_geojson", _("This is not GeoJSON."))
    match given.get("type"):
        case "FeatureCollection":
            inner = given.get("features")
        case "GeometryCollection":
            inner = given.get("geometries")
        case "Feature":
            inner = [given.get("geometry")]
        case _:
            yield given
            return
    for one in inner if isinstance(inner, list) else [None]:
        if one is not None:
            yield from _geometries(one, depth + 1)


def _gpx(text: str, types: tuple[str, ...]) -> dict[str, Any]:
    root = _tree(text)
    count = sum(_name(e) in ("trkpt", "rtept", "wpt") for e in root.iter())
    if count > MAX_READ:
        raise _too_many(count)
    if types == ("Point",):
        places = [_position(e) for e in root if _name(e) == "wpt"]
        return _one(places, types)
    tracks = [_track(e) for e in root if _name(e) == "trk"]
    routes = [[_line(e, "rtept")] for e in root if _name(e) == "rte"]
    # A device that followed a route writes both: the track is what was walked.
    lines = [track for track in tracks if track] or [r for r in routes if r[0]]
    if "LineString" in types:
        return _one([_joined(line) for line in lines], types)
    return _one([_rings(line) for line in lines], types)


def _tree(text: str) -> Any:
    try:
        root = ElementTree.fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        words = _("The file declares a document type or entities; GPX has none.")
        raise Invalid("forbidden_xml", words) from None
    except (ElementTree.ParseError, ValueError, RecursionError):
        raise Invalid("not_xml", _("The file is broken: it is not XML.")) from None
    if _name(root) != "gpx":
        raise Invalid("not_gpx", _("The file is XML, but not GPX."))
    return root


def _name(element: Any) -> str:
    """Return an element's name without its namespace, as versions of GPX differ."""
    return str(element.tag).rpartition("}")[2]


def _track(element: Any) -> list[Line]:
    segments = (_line(e, "trkpt") for e in element if _name(e) == "trkseg")
    return [segment for segment in segments if segment]


def _line(element: Any, name: str) -> Line:
    return [_position(e) for e in element if _name(e) == name]


def _position(element: Any) -> list[float]:
    try:
        place = [float(element.get("lon")), float(element.get("lat"))]
    except (TypeError, ValueError):
        place = [inf]
    if not all(map(isfinite, place)):
        text = _("A point of the file has no latitude or longitude.")
        raise Invalid("not_gpx", text)
    return place


def _joined(segments: list[Line]) -> Line:
    """Join a track's segments: it is one way, though the device lost its signal."""
    return [point for segment in segments for point in segment]


def _rings(segments: list[Line]) -> list[Line]:
    """Return the rings of an area: closed segments as they are, a track closed."""
    if all(len(s) > 3 and s[0] == s[-1] for s in segments):
        return segments
    ring = _joined(segments)
    return [ring if ring[0] == ring[-1] else [*ring, ring[0]]]


# --- one shape of it ------------------------------------------------------------


def _one(parts: list[Any], types: tuple[str, ...]) -> dict[str, Any]:
    many = next((kind for kind in types if kind in _PARTS), None)
    if not parts:
        text = _("There is nothing of this kind in it: %(kinds)s.")
        kinds = " / ".join(types)
        raise Invalid("no_shape", text % {"kinds": kinds})
    if len(parts) == 1:
        kind = next((k for k in types if k not in _PARTS), None)
        if kind:
            return {"type": kind, "coordinates": parts[0]}
    if many:
        return {"type": many, "coordinates": parts}
    text = _("There are %(count)s of this kind in it; leave the one that is meant.")
    raise Invalid("several_shapes", text % {"count": len(parts)})


def _flat(coordinates: Any, depth: int = 0) -> Any:
    """Return nested coordinates without heights, or refuse what is no position."""
    if isinstance(coordinates, list) and coordinates and depth < _DEPTH:
        if all(type(number) in (int, float) for number in coordinates):
            if len(coordinates) > 1 and all(
                abs(n) <= float_info.max for n in coordinates
            ):
                return [float(number) for number in coordinates[:2]]
        else:
            return [_flat(inner, depth + 1) for inner in coordinates]
    text = _("Not a GeoJSON geometry whose positions are [longitude, latitude].")
    raise Invalid("not_geojson", text)


def _built(given: dict[str, Any]) -> GEOSGeometry:
    coordinates = rounded(given["coordinates"])
    try:
        shape: GEOSGeometry = _CLASSES[given["type"]](coordinates)
    except (GEOSException, TypeError, ValueError):
        text = _("Too few points for a shape, or an area that is not closed.")
        raise Invalid("not_geojson", text) from None
    shape.srid = 4326
    if shape.num_coords > MAX_READ:
        raise _too_many(shape.num_coords)
    return shape


def _too_many(count: int) -> Invalid:
    text = _("The file has %(count)s points; at most %(most)s are read.")
    return Invalid("too_many_points", text % {"count": count, "most": MAX_READ})


def _require_on_earth(shape: GEOSGeometry) -> None:
    west, south, east, north = shape.extent
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        text = _("Longitude is -180..180, latitude -90..90.")
        raise Invalid("out_of_range", text)


def _eased(shape: GEOSGeometry) -> tuple[GEOSGeometry, int]:
    """Leave out points of a dense line, nowhere farther off than the tolerance."""
    if shape.num_coords <= DENSE:
        return shape, 0
    for tolerance_m in (2, 5, 10, 20, 50, 100, 200, 500):
        try:
            eased = shape.simplify(
                tolerance_m / METRES_PER_DEGREE, preserve_topology=True
            )
        except GEOSException:
            break
        if eased.num_coords <= DENSE:
            return eased, tolerance_m
    text = _("The line is too dense and too tangled to be made simpler.")
    raise Invalid("too_many_points", text)


def _as_geojson(shape: GEOSGeometry) -> dict[str, Any]:
    return {"type": shape.geom_type, "coordinates": getattr(shape, "coords", ())}
