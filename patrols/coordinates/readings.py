"""What a text means: a point, its system, and how sure it is; or why it means none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from pyproj import Geod

# The spheroid of WGS 84, for all distances and bearings.
GEOD = Geod(ellps="WGS84")


class System(StrEnum):
    """How a place was given."""

    DECIMAL = "decimal"
    DMS = "dms"
    DM = "dm"
    UTM = "utm"
    MGRS = "mgrs"
    SK42 = "sk42"
    MARKER = "marker"
    NAME = "name"
    # As a point, by a program: there is no text.
    GEOJSON = "geojson"


class Point(NamedTuple):
    """A place on WGS 84, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Reading:
    """What was read of ``text``; ``uncertainty`` is a radius in whole metres."""

    text: str
    point: Point
    system: System
    uncertainty: int


@dataclass(frozen=True)
class Known:
    """A point with a name: a border marker or a town."""

    label: str
    point: Point
    uncertainty: float


# Returns all that a number or a name may stand for.
Lookup = Callable[[str], Sequence[Known]]


class Fault(StrEnum):
    """Why a text means no place."""

    NOTHING = "nothing"
    TOO_LONG = "too_long"
    DEGREES_COUNT = "degrees_count"
    DEGREES_RANGE = "degrees_range"
    DEGREES_PARTS = "degrees_parts"
    HEMISPHERES = "hemispheres"
    MGRS_FORM = "mgrs_form"
    MGRS_DIGITS = "mgrs_digits"
    MGRS_SQUARE = "mgrs_square"
    UTM_FORM = "utm_form"
    UTM_BAND = "utm_band"
    UTM_HEMISPHERE = "utm_hemisphere"
    SK42_FORM = "sk42_form"
    SK42_ORDER = "sk42_order"
    SK42_ZONE = "sk42_zone"
    SK42_RANGE = "sk42_range"
    BEARING_MISSING = "bearing_missing"
    BEARING_RANGE = "bearing_range"
    DISTANCE_MISSING = "distance_missing"
    DISTANCE_RANGE = "distance_range"
    MAGNETIC = "magnetic"
    UNKNOWN_MARKER = "unknown_marker"
    UNKNOWN_NAME = "unknown_name"
    AMBIGUOUS = "ambiguous"


class NotAPlace(ValueError):
    """A text that means no place, or more than one; ``given`` says what was read."""

    def __init__(self, fault: Fault, **given: str) -> None:
        """Keep why, and what was read."""
        super().__init__(f"{fault}: {given}" if given else str(fault))
        self.fault = fault
        self.given = given


def number(text: str) -> float:
    """Return a number that may be written with a comma."""
    return float(text.replace(",", "."))


def decimals(text: str) -> int:
    """Return how many digits follow the point or the comma."""
    _whole, mark, rest = text.replace(",", ".").partition(".")
    return len(rest) if mark else 0


def metres(radius: float) -> int:
    """Round a radius up to whole metres; nothing is surer than one."""
    return max(1, ceil(round(radius, 3)))


def apart(one: Point, other: Point) -> float:
    """Return how far two points are from each other, in metres."""
    _there, _back, length = GEOD.inv(
        one.longitude, one.latitude, other.longitude, other.latitude
    )
    return float(length)
