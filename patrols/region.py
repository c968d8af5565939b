"""The ground that every map of Karaul shows, and what lies beyond it. No Django."""

from dataclasses import dataclass

from patrols.coordinates import Point
from patrols.coordinates.readings import apart

# West, south, east, north.
REGION = (44.5, 33.3, 89.5, 56.5)


@dataclass(frozen=True)
class Beyond:
    """A point outside the region: how far, in metres, and its two numbers swapped.

    ``swapped`` is null where that is outside as well.
    """

    metres: float
    swapped: Point | None


def holds(point: Point) -> bool:
    """Whether a point lies in the region."""
    west, south, east, north = REGION
    return west <= point.longitude <= east and south <= point.latitude <= north


def beyond(point: Point) -> Beyond | None:
    """Return how a point lies outside the region; None for one that is in it."""
    if holds(point):
        return None
    west, south, east, north = REGION
    edge = Point(
        min(max(point.latitude, south), north), min(max(point.longitude, west), east)
    )
    swapped = Point(point.longitude, point.latitude)
    return Beyond(apart(point, edge), swapped if holds(swapped) else None)
