"""How far somebody went, from positions that jitter, jump, and stand still.

One pass over the fixes of one device, in the order of time:

* a fix within ``STILL_M`` of the last one that counted is standing still: receivers
  wander about a true place by some metres, which would add up to kilometres a night;
* a fix that could be reached only faster than ``FASTEST_MPS`` is a jump and left out.
  Two jumps that agree with each other are a new place: counting goes on from there,
  and the way between, which nobody saw, is not counted;
* what is left is added up on the sphere.

Fixes that say themselves that they are worse than ``WORST_M`` are not to be given.
The filter by accuracy, speed and distance is our own. The sum is a little short, never
long: it cuts bends by what lies within ``STILL_M``. Pure: plain numbers in and out.
"""

from array import array
from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

STILL_M = 30.0
# No patrol on land, on water or in a helicopter is faster: 252 km/h.
FASTEST_MPS = 70.0
WORST_M = 100.0
_EARTH_M = 6_371_008.8
# Longitude and latitude in degrees, and seconds.
Point = tuple[float, float, float]


def travelled(fixes: Iterable[Point]) -> float:
    """Return the metres that a device went, from its fixes in the order of time."""
    metres, last, stray = 0.0, None, None
    for fix in fixes:
        if last is None:
            last = fix
            continue
        way = distance(last, fix)
        if way > FASTEST_MPS * (fix[2] - last[2]):
            if stray is not None and _is_reached(stray, fix):
                last, stray = fix, None
            else:
                stray = fix
        elif way < STILL_M:
            # It stands there still: time goes on, the place does not.
            last, stray = (last[0], last[1], fix[2]), None
        else:
            metres, last, stray = metres + way, fix, None
    return metres


def distance(one: Point, other: Point) -> float:
    """Return the metres between two points on the sphere (haversine)."""
    north = radians(other[1] - one[1])
    east = radians(other[0] - one[0])
    across = cos(radians(one[1])) * cos(radians(other[1]))
    half = sin(north / 2) ** 2 + across * sin(east / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))


def points(line: bytes) -> list[Point]:
    """Return the points of a LINESTRING M in little-endian WKB, as PostGIS writes it.

    One read for a whole track: rows would take ten times as long.
    """
    numbers = array("d", line[9:])
    return list(zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True))


def _is_reached(one: Point, other: Point) -> bool:
    return distance(one, other) <= FASTEST_MPS * (other[2] - one[2])
