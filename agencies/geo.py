"""Geometries as GeoJSON (RFC 7946), with at most six decimals (about 0.1 m)."""

from typing import Any


def rounded(coordinates: Any) -> Any:
    """Round nested coordinates to six decimals."""
    if isinstance(coordinates, int | float):
        return round(coordinates, 6)
    return [rounded(inner) for inner in coordinates]


def geojson(shape: Any) -> dict[str, Any] | None:
    """Return a geometry as GeoJSON, nothing for none."""
    if shape is None:
        return None
    return {"type": shape.geom_type, "coordinates": rounded(shape.coords)}
