"""Thirty named border sections, cut by distance along the real border lines.

The status of a section is made up for the demonstration (`is_demo`), in particular
every "not_agreed": it shows what the map does, and says nothing about any treaty.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from shapely import LineString

from demo.geodata import lines_of
from demo.geodesy import (
    Point,
    cumulative_km,
    cut,
    destination,
    distance_km,
    length_km,
    nearest_km,
    point_at,
)

Status = Literal["agreed", "delimited", "demarcated", "not_agreed"]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A named part of one border."""

    code: str
    name: str
    pair: str
    status: Status
    line: LineString
    length_km: float
    is_demo: bool = True

    @property
    def states(self) -> tuple[str, str]:
        """The two neighbours, as in the pair."""
        return self.pair[:2], self.pair[3:]

    @property
    def points(self) -> list[Point]:
        """The line as (lon, lat) tuples."""
        return [(x, y) for x, y, *_ in self.line.coords]


class _Part(NamedTuple):
    name: str
    status: Status
    # Where this part ends on the main line, or a place beside the exclave it rings;
    # None for the end of the main line.
    until: Point | None = None
    is_ring: bool = False


# For each pair: where the first part starts, then its parts in order.
_PARTS: dict[str, tuple[Point, list[_Part]]] = {
    "KG-TJ": (
        (70.96, 40.24),
        [
            _Part("Batken – Isfara", "delimited", (70.44, 40.05)),
            _Part("Ak-Sai – Vorukh", "agreed", (70.50, 39.88), is_ring=True),
            _Part("Leilek – Bobojon Ghafurov", "delimited", (69.35, 39.78)),
            _Part("Turkestan Range", "not_agreed", (71.50, 39.60)),
            _Part("Chon-Alay – Lakhsh", "delimited"),
        ],
    ),
    "KG-UZ": (
        (70.95, 42.25),
        [
            _Part("Chatkal – Bostanliq", "not_agreed", (70.85, 41.40)),
            _Part("Ala-Buka – Namangan", "delimited", (72.18, 41.12)),
            _Part("Suzak – Andijan", "delimited", (72.93, 40.78)),
            _Part("Osh – Andijan", "demarcated", (72.15, 40.45)),
            _Part("Kadamjay – Fergana", "delimited"),
            _Part("Batken – Sokh", "agreed", (71.13, 39.96), is_ring=True),
        ],
    ),
    "KZ-KG": (
        (70.95, 42.25),
        [
            _Part("Talas – Zhambyl", "demarcated", (72.90, 42.73)),
            _Part("Kaiyndy – Merki", "demarcated", (74.05, 43.18)),
            _Part("Kordai – Ak-Zhol", "demarcated", (75.80, 42.95)),
            _Part("Kegen – Karkyra", "demarcated"),
        ],
    ),
    "KZ-UZ": (
        (55.98, 41.32),
        [
            _Part("Ustyurt – Karakalpakstan", "demarcated", (61.06, 44.40)),
            _Part("Kyzylkum", "delimited", (68.03, 41.10)),
            _Part("Saryagash – Tashkent", "demarcated"),
        ],
    ),
    "TJ-UZ": (
        (70.96, 40.24),
        [
            _Part("Konibodom – Beshariq", "delimited", (70.42, 40.95)),
            _Part("Mastchoh – Syrdarya", "delimited", (68.60, 40.00)),
            _Part("Panjakent – Samarkand", "demarcated", (67.70, 39.15)),
            _Part("Hisor – Surkhandarya", "delimited"),
        ],
    ),
    "KZ-TM": ((52.44, 41.75), [_Part("Mangystau – Balkan", "demarcated")]),
    "UZ-TM": (
        (66.52, 37.36),
        [
            _Part("Bukhara – Lebap", "delimited", (61.80, 41.15)),
            _Part("Khorezm – Dashoguz", "demarcated"),
        ],
    ),
    "TJ-AF": (
        (67.78, 37.19),
        [
            _Part("Khatlon – Panj", "demarcated", (70.15, 37.85)),
            _Part("Darvoz – Shughnon", "delimited", (71.50, 37.20)),
            _Part("Ishkashim – Wakhan", "delimited"),
        ],
    ),
    "UZ-AF": ((67.78, 37.19), [_Part("Surkhandarya – Amu Darya", "demarcated")]),
    "TM-AF": ((61.27, 35.62), [_Part("Mary – Badghis", "demarcated")]),
}


@cache
def sections() -> list[SectionSpec]:
    """Return all sections, pair by pair; treat the list as read-only."""
    specs = []
    for pair, (start, parts) in _PARTS.items():
        main, *rings = lines_of(pair)
        if distance_km(*main[0], *start) > distance_km(*main[-1], *start):
            main.reverse()
        begin = 0.0
        for number, part in enumerate(parts, 1):
            if part.is_ring and part.until:
                points = _ring_near(rings, part.until)
            else:
                stop = length_km(main)
                if part.until:
                    stop = nearest_km(main, *part.until)
                points, begin = cut(main, begin, stop), stop
            code = f"{pair.replace('-', '')}-{number:02}"
            km = round(length_km(points), 1)
            line = LineString([(round(x, 6), round(y, 6)) for x, y in points])
            specs.append(SectionSpec(code, part.name, pair, part.status, line, km))
    return specs


def section(code: str) -> SectionSpec:
    """Return the section with this code; KeyError if there is none."""
    for spec in sections():
        if spec.code == code:
            return spec
    raise KeyError(code)


def point_near(
    spec: SectionSpec, rng: random.Random, within_km: float = 6.0
) -> tuple[float, float]:
    """Return a random (lon, lat) at most `within_km` from the section.

    Most points lie close to the line, as incidents do.
    """
    points = spec.points
    along = cumulative_km(points)
    base = point_at(points, along, rng.uniform(0, along[-1]))
    away = min(rng.expovariate(3 / within_km), within_km)
    lon, lat = destination(*base, rng.uniform(0, 360), away)
    return round(lon, 6), round(lat, 6)


def markers(spec: SectionSpec) -> list[tuple[str, float, float]]:
    """Return number, lon and lat of pillars along a section, ten kilometres apart."""
    points = spec.points
    along = cumulative_km(points)
    count = max(2, round(along[-1] / 10))
    placed = [point_at(points, along, along[-1] * n / count) for n in range(count)]
    return [
        (str(number), round(lon, 6), round(lat, 6))
        for number, (lon, lat) in enumerate(placed, 1)
    ]


def _ring_near(rings: list[list[Point]], place: Point) -> list[Point]:
    """Return the exclave whose nearest corner is closest to a place."""
    lon, lat = place
    return min(
        rings, key=lambda ring: min(distance_km(x, y, lon, lat) for x, y in ring)
    )
