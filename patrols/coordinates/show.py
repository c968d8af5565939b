"""A point in every system."""

from dataclasses import dataclass

from patrols.coordinates.angles import decimal_text, dm_text, dms_text
from patrols.coordinates.grids import mgrs_text, sk42_text, utm_text
from patrols.coordinates.readings import Point, System

_WRITERS = {
    System.DECIMAL: decimal_text,
    System.DMS: dms_text,
    System.DM: dm_text,
    System.MGRS: mgrs_text,
    System.UTM: utm_text,
    System.SK42: sk42_text,
}


@dataclass(frozen=True)
class Shown:
    """A point as a system writes it; ``read`` reads the text back."""

    system: System
    text: str


def show(point: Point) -> list[Shown]:
    """Return a point in each system that reaches so far."""
    # To a centimetre: a hair's breadth south of the equator is on it.
    point = Point(*(round(value, 7) + 0.0 for value in point))
    texts = ((system, write(point)) for system, write in _WRITERS.items())
    return [Shown(system, text) for system, text in texts if text is not None]
