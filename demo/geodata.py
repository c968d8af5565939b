"""The border lines and countries that `bin/build-basemap.mjs` wrote."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from shapely import LineString, MultiLineString, Point, prepare
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from demo.geodesy import Point as Place
from demo.geodesy import cumulative_km, distance_km, nearest_km, point_at

_ROOT = Path(__file__).resolve().parent.parent
BORDERS = _ROOT / "var" / "geo" / "borders.geojson"
REGION = _ROOT / "static" / "basemap" / "region.geojson"

BorderLine = LineString | MultiLineString


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        collection = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path}: run bin/build-basemap.mjs first") from error
    features: list[dict[str, Any]] = collection["features"]
    return features


@cache
def _borders() -> dict[str, BorderLine]:
    lines: dict[str, BorderLine] = {}
    for feature in _features(BORDERS):
        line = shape(feature["geometry"])
        if not isinstance(line, LineString | MultiLineString):
            raise TypeError(f"{BORDERS}: a border is a line, not a {line.geom_type}")
        lines[feature["properties"]["pair"]] = line
    return lines


def pairs() -> tuple[str, ...]:
    """Return all pairs of neighbours that have a border line."""
    return tuple(_borders())


def pair_of(one: str, other: str) -> str:
    """Return the name of the border between two states; KeyError if they share none."""
    for pair in (f"{one}-{other}", f"{other}-{one}"):
        if pair in _borders():
            return pair
    raise KeyError(f"{one}-{other}")


def border(pair: str) -> BorderLine:
    """Return the border between two states, named in either order.

    The main line is ordered along the border; exclaves follow as closed rings.
    """
    return _borders()[pair_of(*pair.split("-"))]


def lines_of(pair: str) -> list[list[Place]]:
    """Return the lines of a border as points, the main line first."""
    line = border(pair)
    parts = [line] if isinstance(line, LineString) else list(line.geoms)
    return [[(x, y) for x, y, *_ in part.coords] for part in parts]


def distance_to_border(pair: str, lon: float, lat: float) -> float:
    """Return the distance in kilometres from a place to a border."""
    return distance_km(lon, lat, *nearest_on_border(pair, lon, lat))


def nearest_on_border(pair: str, lon: float, lat: float) -> Place:
    """Return the point of a border that is nearest to a place."""
    candidates = []
    for points in lines_of(pair):
        km = nearest_km(points, lon, lat)
        candidates.append(point_at(points, cumulative_km(points), km))
    return min(candidates, key=lambda near: distance_km(lon, lat, *near))


@cache
def _countries() -> dict[str, BaseGeometry]:
    areas = {}
    for feature in _features(REGION):
        iso = feature["properties"]["iso"]
        if iso:
            areas[iso] = shape(feature["geometry"])
            prepare(areas[iso])
    return areas


def state_at(lon: float, lat: float) -> str | None:
    """Return the state on whose side of the lines a place lies, for demo data only."""
    place = Point(lon, lat)
    for iso, area in _countries().items():
        if area.contains(place):
            return iso
    return None
