"""Patrol routes beside the border, and tracks of crews that follow them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, NamedTuple

from shapely import LineString, MultiLineString, offset_curve
from shapely.affinity import affine_transform

from demo.crossings import crossing
from demo.geodata import state_at
from demo.geodesy import (
    Point,
    bearing,
    cumulative_km,
    cut,
    destination,
    length_km,
    nearest_km,
    plane_matrix,
    point_at,
    resample,
    smooth,
    to_plane,
)
from demo.geosections import SectionSpec, section
from demo.geozones import zone_of

Mode = Literal["vehicle", "horse", "foot"]


class CheckpointSpec(NamedTuple):
    """A place on a route where the crew stops and reports; `km` from the start."""

    name: str
    lon: float
    lat: float
    km: float


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """A patrol route on the ground of one state, a little off the border."""

    code: str
    name: str
    zone: str
    section: str
    state: str
    mode: Mode
    line: LineString
    length_km: float
    checkpoints: tuple[CheckpointSpec, ...]

    @property
    def points(self) -> list[Point]:
        """The line as (lon, lat) tuples."""
        return [(x, y) for x, y, *_ in self.line.coords]


class Fix(NamedTuple):
    """One position of a crew; heading in degrees clockwise from north."""

    at: datetime
    lon: float
    lat: float
    speed_mps: float
    heading: float


# name, section, crossing or place in the middle, km, state, km off the line, mode.
_Plan = tuple[str, str, str | Point, float, str, float, Mode]
_ROUTES: list[_Plan] = [
    ("Kyzyl-Bel Road", "KGTJ-01", "kyzyl-bel", 34, "KG", 1.0, "vehicle"),
    ("Isfara Canal Walk", "KGTJ-01", (70.72, 40.14), 12, "TJ", 0.6, "foot"),
    ("Vorukh Ring", "KGTJ-02", (70.50, 39.90), 30, "KG", 1.2, "vehicle"),
    ("Kulundu – Kairagach", "KGTJ-03", "kairagach", 40, "KG", 1.2, "vehicle"),
    ("Turkestan Pass Trail", "KGTJ-04", (69.75, 39.55), 18, "TJ", 1.5, "horse"),
    ("Karamyk – Lakhsh", "KGTJ-05", "karamyk", 30, "KG", 1.5, "vehicle"),
    ("Kyzyl-Art Trail", "KGTJ-05", "kyzyl-art", 16, "TJ", 1.2, "horse"),
    ("Ala-Buka Foothills", "KGUZ-02", "baymak", 36, "KG", 1.2, "vehicle"),
    ("Khanabad Reservoir", "KGUZ-03", "madaniyat", 32, "UZ", 1.4, "vehicle"),
    ("Dostuk – Kara-Suu", "KGUZ-04", "dostuk", 44, "KG", 1.1, "vehicle"),
    ("Shohimardon Valley", "KGUZ-05", "kadamjay", 28, "UZ", 1.0, "vehicle"),
    ("Sokh Ridge", "KGUZ-06", (71.20, 39.95), 14, "KG", 1.0, "foot"),
    ("Talas Gorge", "KZKG-01", "aisha-bibi", 40, "KG", 1.5, "vehicle"),
    ("Chaldybar – Merki", "KZKG-02", "sypatai", 50, "KZ", 1.5, "vehicle"),
    ("Chüy River", "KZKG-03", "aukhatty", 60, "KG", 1.0, "vehicle"),
    ("Karkyra Pasture", "KZKG-04", "karkyra", 20, "KZ", 1.5, "horse"),
    ("Daut-Ota Desert", "KZUZ-01", "tazhen", 78, "UZ", 2.5, "vehicle"),
    ("Gisht Koprik Line", "KZUZ-03", "zhibek-zholy", 40, "KZ", 1.0, "vehicle"),
    ("Oybek – Bekobod", "TJUZ-02", (69.25, 40.35), 55, "UZ", 1.5, "vehicle"),
    ("Zarafshon Terraces", "TJUZ-03", "sarazm", 30, "TJ", 1.2, "vehicle"),
    ("Shovot Canal", "UZTM-02", "shovot", 60, "TM", 1.5, "vehicle"),
    ("Amu Darya Dyke", "UZAF-01", "ayritom", 46, "UZ", 1.0, "vehicle"),
    ("Panji Poyon Bank", "TJAF-01", "panji-poyon", 50, "TJ", 1.4, "vehicle"),
    ("Tem Bridge Path", "TJAF-02", "tem", 14, "TJ", 0.8, "foot"),
]

# Metres per second while moving, and minutes at a checkpoint.
_SPEED = {"vehicle": (5.6, 11.1), "horse": (1.2, 1.66), "foot": (1.12, 1.55)}
_STOP = {"vehicle": (6, 15), "horse": (8, 20), "foot": (5, 15)}
_NOISE_M = (5.0, 15.0)
_INNER_S = 20.0


@cache
def routes() -> list[RouteSpec]:
    """Return all routes; treat the list as read-only."""
    specs = []
    for number, plan in enumerate(_ROUTES, 1):
        name, section_code, middle, km, state, off_km, mode = plan
        if isinstance(middle, str):
            spec = crossing(middle)
            middle = (spec.lon, spec.lat)
        beside = _beside(section(section_code), middle, km, state, off_km)
        count = max(20, min(80, round(length_km(beside))))
        points = [(round(x, 6), round(y, 6)) for x, y in resample(beside, count)]
        specs.append(
            RouteSpec(
                code=f"R-{number:02}",
                name=name,
                zone=zone_of(points).code,
                section=section_code,
                state=state,
                mode=mode,
                line=LineString(points),
                length_km=round(length_km(points), 1),
                checkpoints=_checkpoints(points, name),
            )
        )
    return specs


def track_along(
    route: RouteSpec,
    start: datetime,
    end: datetime,
    step_seconds: float,
    rng: random.Random,
) -> list[Fix]:
    """Return the fixes of a crew that walks or drives a route, there and back.

    One fix every `step_seconds` from `start` up to and including `end`. The crew
    stops at each checkpoint and at both ends; speeds drift within what its means of
    travel allows; each fix is 5 to 15 m off, and the error drifts too, as that of a
    receiver does, so that no two fixes are further apart than the crew can travel.
    """
    crew = Crew(route, rng)
    fixes = []
    for index in range(int((end - start).total_seconds() // step_seconds) + 1):
        if index:
            crew.advance(step_seconds)
        at = start + timedelta(seconds=index * step_seconds)
        fixes.append(crew.fix(at))
    return fixes


class Crew:
    """Where a simulated crew is on its route, and what it does next."""

    def __init__(
        self, route: RouteSpec, rng: random.Random, start_km: float = 0.0
    ) -> None:
        """Begin at a distance from the route's start."""
        self.route = route
        self.points = route.points
        self.along = cumulative_km(self.points)
        self.rng = rng
        self.slowest, self.fastest = _SPEED[route.mode]
        self.stop_minutes = _STOP[route.mode]
        middle = [c.km for c in route.checkpoints if 0 < c.km < self.along[-1]]
        self.stops = [0.0, *middle, self.along[-1]]
        self.km = max(0.0, min(start_km, self.along[-1] - 0.01))
        self.towards = 1
        # The stop that comes next.
        self.ahead = next(n for n, km in enumerate(self.stops) if km > self.km)
        self.pause_s = rng.uniform(120, 600)
        self.cruise = rng.uniform(self.slowest, self.fastest)
        self.speed = 0.0
        self.error_m = rng.uniform(*_NOISE_M)
        self.error_bearing = rng.uniform(0, 360)

    @property
    def place(self) -> Point:
        """Where the crew really is."""
        return point_at(self.points, self.along, self.km)

    def advance(self, seconds: float) -> None:
        """Let time pass, in small steps."""
        while seconds > 0:
            if self.pause_s > 0:
                rest = min(seconds, self.pause_s)
                seconds -= rest
                self.pause_s -= rest
                self.speed = 0.0
                continue
            step = min(seconds, _INNER_S)
            seconds -= step
            pull = 0.05 * ((self.slowest + self.fastest) / 2 - self.cruise)
            spread = 0.06 * (self.fastest - self.slowest)
            self.cruise += pull + self.rng.gauss(0, spread)
            self.cruise = min(self.fastest, max(self.slowest, self.cruise))
            self.speed = self.cruise
            self._move(self.speed * step / 1000)

    def _move(self, km: float) -> None:
        """Go on; halt at the next stop, turn round at the ends."""
        goal = self.stops[self.ahead]
        if abs(goal - self.km) > km:
            self.km += km * self.towards
            return
        self.km = goal
        self.pause_s = 60 * self.rng.uniform(*self.stop_minutes)
        if self.ahead in (0, len(self.stops) - 1):
            self.towards = -self.towards
        self.ahead += self.towards

    def fix(self, at: datetime) -> Fix:
        """Return the position as a receiver would report it."""
        self.error_bearing = (self.error_bearing + self.rng.gauss(0, 20)) % 360
        wander = self.error_m + self.rng.gauss(0, 1.5)
        self.error_m = min(_NOISE_M[1], max(_NOISE_M[0], wander))
        here = self.place
        lon, lat = destination(*here, self.error_bearing, self.error_m / 1000)
        # Near an end of the line the probe behind or ahead falls on the end itself.
        probe = 0.02 * self.towards
        back = point_at(self.points, self.along, self.km - probe)
        front = point_at(self.points, self.along, self.km + probe)
        heading = round(bearing(*back, *front), 1) % 360
        return Fix(at, round(lon, 6), round(lat, 6), round(self.speed, 2), heading)


def _beside(
    spec: SectionSpec, middle: Point, km: float, state: str, off_km: float
) -> list[Point]:
    """Return a line along `km` of a section, `off_km` inside `state`."""
    border = spec.points
    total = length_km(border)
    start = nearest_km(border, *middle) - km / 2
    start = max(0.0, min(start, total - km))
    part = cut(border, start, min(total, start + km))
    even = smooth(resample(part, max(20, round(km * 2))), 3)
    plane = to_plane(even, middle[1])
    best: list[Point] = []
    best_share = -1.0
    for side in (off_km, -off_km):
        curve = affine_transform(_longest(plane, side), plane_matrix(middle[1]))
        points = [(x, y) for x, y, *_ in curve.coords]
        own = sum(state_at(*p) == state for p in resample(points, 25))
        if own / 25 > best_share:
            best, best_share = points, own / 25
    return smooth(resample(best, max(20, round(km * 2))), 2)


def _longest(plane: LineString, side: float) -> LineString:
    curve = offset_curve(plane.simplify(0.2), side, quad_segs=4)
    if isinstance(curve, MultiLineString):
        return max(curve.geoms, key=lambda part: part.length)
    if not isinstance(curve, LineString):
        raise TypeError("too short to run beside the border")
    return curve


def _checkpoints(points: list[Point], name: str) -> tuple[CheckpointSpec, ...]:
    """Return three to five checkpoints, evenly spread, both ends included."""
    along = cumulative_km(points)
    count = 3 + min(2, math.floor(along[-1] / 25))
    found = []
    for index in range(count):
        km = along[-1] * index / (count - 1)
        lon, lat = point_at(points, along, km)
        label = f"{name} {index + 1}"
        found.append(CheckpointSpec(label, round(lon, 6), round(lat, 6), round(km, 3)))
    return tuple(found)
