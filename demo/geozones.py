"""Patrol zones: the ground on both sides of a group of border sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from shapely import LineString, Polygon, union_all
from shapely.affinity import affine_transform
from shapely.geometry import mapping

from demo.geodesy import Point, cut, length_km, nearest_km, plane_matrix, to_plane
from demo.geosections import section

# A whole section, or the part of one around a place: code, place, kilometres.
_Piece = str | tuple[str, Point, float]


@dataclass(frozen=True, slots=True)
class ZoneSpec:
    """An area that agencies of the states along it patrol together."""

    code: str
    name: str
    states: tuple[str, ...]
    section_codes: tuple[str, ...]
    polygon: Polygon


# code, name, kilometres on either side of the border, pieces of sections.
_ZONES: list[tuple[str, str, float, list[_Piece]]] = [
    ("Z-01", "Isfara Valley", 12, ["KGTJ-01", "KGTJ-02"]),
    ("Z-02", "Leilek", 12, ["KGTJ-03", ("KGTJ-04", (69.6, 39.6), 180)]),
    ("Z-03", "Alay Valley", 18, ["KGTJ-05", ("KGTJ-04", (71.45, 39.55), 60)]),
    ("Z-04", "Sokh and Shohimardon", 10, ["KGUZ-06", "KGUZ-05"]),
    ("Z-05", "Eastern Fergana", 12, ["KGUZ-03", "KGUZ-04"]),
    ("Z-06", "Northern Fergana", 12, ["KGUZ-02"]),
    ("Z-07", "Chüy", 15, ["KZKG-03", ("KZKG-02", (73.49, 42.87), 100)]),
    ("Z-08", "Talas", 15, ["KZKG-01"]),
    ("Z-09", "Karkyra", 20, [("KZKG-04", (79.16, 42.79), 200)]),
    ("Z-10", "Tashkent Oasis", 15, ["KZUZ-03"]),
    ("Z-11", "Ustyurt", 25, [("KZUZ-01", (55.98, 44.93), 220)]),
    ("Z-12", "Khorezm", 15, [("UZTM-02", (60.15, 41.78), 420)]),
    ("Z-13", "Zarafshon", 12, [("TJUZ-03", (67.48, 39.54), 160)]),
    ("Z-14", "Middle Amu Darya", 18, ["UZAF-01", ("TJAF-01", (68.60, 37.20), 400)]),
    ("Z-15", "Syrdarya", 12, ["TJUZ-02"]),
    ("Z-16", "Panj Valley", 15, ["TJAF-02", ("TJAF-03", (71.59, 36.73), 120)]),
]


@cache
def zones() -> list[ZoneSpec]:
    """Return all zones; treat the list as read-only."""
    specs = []
    for code, name, reach_km, pieces in _ZONES:
        codes = [p if isinstance(p, str) else p[0] for p in pieces]
        states = dict.fromkeys(s for c in codes for s in section(c).states)
        polygon = _around([_points(piece) for piece in pieces], reach_km)
        specs.append(ZoneSpec(code, name, tuple(states), tuple(codes), polygon))
    return specs


def zone_of(points: list[Point]) -> ZoneSpec:
    """Return the zone that holds most of a line; ValueError if none touches it."""
    line = LineString(points)
    best = max(zones(), key=lambda z: z.polygon.intersection(line).length)
    if not best.polygon.intersects(line):
        raise ValueError("no zone along this line")
    return best


def _points(piece: _Piece) -> list[Point]:
    if isinstance(piece, str):
        return section(piece).points
    code, place, km = piece
    points = section(code).points
    middle = nearest_km(points, *place)
    start = max(0.0, middle - km / 2)
    return cut(points, start, min(length_km(points), middle + km / 2))


def _around(lines: list[list[Point]], reach_km: float) -> Polygon:
    """Return the ground within `reach_km` of the lines, without holes."""
    latitude = sum(lat for line in lines for _, lat in line) / sum(map(len, lines))
    plane = union_all([to_plane(line, latitude) for line in lines])
    area = plane.buffer(reach_km, quad_segs=6).simplify(0.8)
    if not isinstance(area, Polygon):
        raise ValueError("the sections of a zone must lie together")
    back = affine_transform(Polygon(area.exterior), plane_matrix(latitude))
    outline = mapping(back)["coordinates"][0]
    return Polygon([(round(x, 5), round(y, 5)) for x, y in outline])
