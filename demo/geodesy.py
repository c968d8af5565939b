"""Distances, bearings and lines on a sphere.

Coordinates are WGS 84 degrees, longitude first; lengths are kilometres and bearings
degrees clockwise from north. A sphere of the mean Earth radius is within 0.5 % of
the ellipsoid, far better than a small-scale border line deserves.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from shapely import LineString
from shapely.affinity import affine_transform

Point = tuple[float, float]
Points = Sequence[Point]

EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance (haversine formula)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_dphi = (phi2 - phi1) / 2
    half_dlambda = math.radians(lon2 - lon1) / 2
    a = math.sin(half_dphi) ** 2
    a += math.cos(phi1) * math.cos(phi2) * math.sin(half_dlambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a)))


def bearing(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the initial bearing from the first point to the second, 0 <= b < 360."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    dlambda = math.radians(lon2 - lon1)
    east = math.sin(dlambda) * math.cos(phi2)
    north = math.cos(phi1) * math.sin(phi2)
    north -= math.sin(phi1) * math.cos(phi2) * math.cos(dlambda)
    return math.degrees(math.atan2(east, north)) % 360


def destination(lon: float, lat: float, towards: float, km: float) -> Point:
    """Return the point `km` away in direction `towards`."""
    delta, theta, phi1 = km / EARTH_RADIUS_KM, math.radians(towards), math.radians(lat)
    sin_phi2 = math.sin(phi1) * math.cos(delta)
    sin_phi2 += math.cos(phi1) * math.sin(delta) * math.cos(theta)
    east = math.sin(theta) * math.sin(delta) * math.cos(phi1)
    north = math.cos(delta) - math.sin(phi1) * sin_phi2
    turn = math.degrees(math.atan2(east, north))
    return lon + turn, math.degrees(math.asin(sin_phi2))


def cumulative_km(points: Points) -> list[float]:
    """Return the distance from the first point to each point along the line."""
    total = [0.0]
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        total.append(total[-1] + distance_km(lon1, lat1, lon2, lat2))
    return total


def length_km(points: Points) -> float:
    """Return the length of a line."""
    return cumulative_km(points)[-1]


def point_at(points: Points, along: Sequence[float], km: float) -> Point:
    """Return the point `km` along a line; `along` is its `cumulative_km`.

    Positions before the start or past the end give the end points.
    """
    if km <= 0:
        return points[0]
    if km >= along[-1]:
        return points[-1]
    index = bisect_right(along, km) - 1
    share = (km - along[index]) / (along[index + 1] - along[index])
    (lon1, lat1), (lon2, lat2) = points[index], points[index + 1]
    return lon1 + share * (lon2 - lon1), lat1 + share * (lat2 - lat1)


def cut(points: Points, start_km: float, end_km: float) -> list[Point]:
    """Return the part of a line between two distances along it, ends included."""
    along = cumulative_km(points)
    inner = [p for p, km in zip(points, along, strict=True) if start_km < km < end_km]
    return [point_at(points, along, start_km), *inner, point_at(points, along, end_km)]


def nearest_km(points: Points, lon: float, lat: float) -> float:
    """Return how far along a line its point nearest to a place is (metric plane)."""
    line = to_plane(points, lat)
    place = to_plane([(lon, lat), (lon, lat)], lat).coords[0]
    best, best_gap, done = 0.0, math.inf, cumulative_km(points)
    for index, ((x1, y1), (x2, y2)) in enumerate(pairwise(line.coords)):
        dx, dy = x2 - x1, y2 - y1
        squared = dx * dx + dy * dy
        share = 0.0
        if squared:
            share = ((place[0] - x1) * dx + (place[1] - y1) * dy) / squared
            share = min(1.0, max(0.0, share))
        gap = math.hypot(x1 + share * dx - place[0], y1 + share * dy - place[1])
        if gap < best_gap:
            best_gap = gap
            best = done[index] + share * (done[index + 1] - done[index])
    return best


def resample(points: Points, count: int) -> list[Point]:
    """Return `count` points at equal distances along a line, ends included."""
    along = cumulative_km(points)
    step = along[-1] / (count - 1)
    return [point_at(points, along, step * index) for index in range(count)]


def smooth(points: Points, window: int) -> list[Point]:
    """Return the moving average over `window` points on either side; ends stay."""
    result = []
    last = len(points) - 1
    for index in range(len(points)):
        reach = min(window, index, last - index)
        part = points[index - reach : index + reach + 1]
        lon = sum(p[0] for p in part) / len(part)
        lat = sum(p[1] for p in part) / len(part)
        result.append((lon, lat))
    return result


def to_plane(points: Points, latitude: float) -> LineString:
    """Project to kilometres, true to scale at one latitude (equirectangular)."""
    scale = KM_PER_DEGREE * math.cos(math.radians(latitude))
    line = LineString(points)
    return affine_transform(line, [scale, 0, 0, KM_PER_DEGREE, 0, 0])


def plane_matrix(latitude: float) -> list[float]:
    """Return the affine matrix from the plane of `to_plane` back to degrees."""
    scale = KM_PER_DEGREE * math.cos(math.radians(latitude))
    return [1 / scale, 0, 0, 1 / KM_PER_DEGREE, 0, 0]
