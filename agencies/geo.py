"""Geometries as GeoJSON (RFC 7946), and places in words."""

import re
from collections.abc import Iterable
from typing import Any

# Decimals of a degree: about 0.1 m.
DIGITS = 6


def place_text(place: Any) -> str:
    """Return a point as "latitude, longitude", as people say it; nothing for none."""
    return f"{place.y:.5f}, {place.x:.5f}" if place else ""


def where_invalid(shape: Any) -> str:
    """Return the place at which a geometry is not valid, as people say it.

    GEOS tells it in words: ``Self-intersection[70.5 40.1]``.
    """
    found = re.search(r"\[(\S+) ([^\s\]]+)", shape.valid_reason)
    x, y = (float(n) for n in found.groups()) if found else shape.extent[:2]
    return f"{y:.5f}, {x:.5f}"


def feature(shape: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """Return one GeoJSON feature; its ``id`` stands where RFC 7946 wants it, too."""
    made = {"type": "Feature", "geometry": shape, "properties": properties}
    return made | {"id": properties["id"]} if "id" in properties else made


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": list(features)}


def rounded(coordinates: Any) -> Any:
    """Round nested coordinates."""
    if isinstance(coordinates, int | float):
        return round(coordinates, DIGITS)
    return [rounded(inner) for inner in coordinates]


def geojson(shape: Any) -> dict[str, Any] | None:
    """Return a geometry as GeoJSON, nothing for none."""
    if shape is None:
        return None
    return {"type": shape.geom_type, "coordinates": rounded(shape.coords)}
