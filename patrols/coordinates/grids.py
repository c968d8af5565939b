"""Rectangular grids: UTM, MGRS and SK-42 (Gauss-Krueger), by PROJ and GeographicLib.

SK-42 is written as on Soviet maps: X is north, Y is east with the number of the zone
before it, and X comes first. PROJ chooses the datum shift for the ground in question;
its stated accuracy, from 2 m to some tens of metres, is part of the uncertainty.
"""

import re
from functools import cache
from math import hypot
from typing import NamedTuple

from mgrs import MGRS
from mgrs.core import MGRSError
from pyproj import Transformer

from patrols.coordinates.readings import (
    Fault,
    NotAPlace,
    Point,
    Reading,
    System,
    decimals,
    metres,
    number,
)

_mgrs = MGRS()

BANDS = "CDEFGHJKLMNPQRSTUVWX"
# EPSG:28408 to 28415: six degrees each, from 42 to 90 E.
SK42_ZONES = range(8, 16)
# Where PROJ is unsure which shift it used.
SK42_ACCURACY = 50.0
MILLION = 1_000_000
# A metre in degrees: what is rounded may fall over the edge of a band.
EDGE = 0.00001
# How far from the middle of its zone an easting may lie.
HALF_ZONE = 400_000
# Letters that look the same: a Cyrillic keyboard writes grids, too.
LOOKALIKES = str.maketrans("АВСЕНКМОРТХУ", "ABCEHKMOPTXY")

_NUMBER = r"\d+(?:[.,]\d+)?"
_BETWEEN = r"\s*[\s,;]\s*"
_MGRS_LIKE = re.compile(r"MGRS\b|\d{1,2}\s*[A-Z]\s*[A-Z]{2}(?:[\s\d]|$)")
_MGRS_FORM = re.compile(r"(?:MGRS:?\s*)?(\d{1,2})\s*([A-Z])\s*([A-Z]{2})\s*([\d\s]*)")
_UTM_LIKE = re.compile(r"UTM\b|\d{1,2}\s*[A-Z][\s,;]+E?\s*\d{5}")
_UTM_FORM = re.compile(
    rf"(?:UTM:?\s*)?(\d{{1,2}})\s*([A-Z])[\s,;]+E?\s*({_NUMBER})\s*M?\s*E?"
    rf"{_BETWEEN}N?\s*({_NUMBER})\s*M?\s*N?"
)
_SK42_NAME = re.compile(r"[SC]K\s?-?\s?42\b:?\s*")
_SK42_LIKE = re.compile(rf"[XY]\s*[=:]?\s*\d|\d{{6,}}(?:[.,]\d+)?{_BETWEEN}\d{{6,}}")
_SK42_FORM = re.compile(rf"({_NUMBER}){_BETWEEN}({_NUMBER})")
_SK42_NORTH = re.compile(rf"X\s*[=:]?\s*({_NUMBER}){_BETWEEN}Y\s*[=:]?\s*({_NUMBER})")
_SK42_EAST = re.compile(rf"Y\s*[=:]?\s*({_NUMBER}){_BETWEEN}X\s*[=:]?\s*({_NUMBER})")


class Grid(NamedTuple):
    """A place in a zone of UTM, in metres."""

    zone: int
    is_north: bool
    easting: float
    northing: float

    @property
    def epsg(self) -> int:
        """The code of the zone's projection."""
        return (32600 if self.is_north else 32700) + self.zone


def read_grid(text: str, source: str) -> Reading | None:
    """Read a grid reference; None if the text does not look like one."""
    text = text.translate(LOOKALIKES)
    if _MGRS_LIKE.match(text):
        return _read_mgrs(text, source)
    if _UTM_LIKE.match(text):
        return _read_utm(text, source)
    named = _SK42_NAME.match(text)
    if named or _SK42_LIKE.match(text):
        return _read_sk42(text[named.end() :] if named else text, source)
    return None


# --- UTM ------------------------------------------------------------------------


@cache
def _utm(code: int) -> Transformer:
    """Return the way from a zone of UTM, by its EPSG code, to longitude, latitude."""
    return Transformer.from_crs(code, 4326, always_xy=True)


def from_utm(grid: Grid) -> Point:
    """Return the point of a place in UTM."""
    way = _utm(grid.epsg)
    longitude, latitude = way.transform(grid.easting, grid.northing)
    return Point(float(latitude), float(longitude))


def to_utm(point: Point, zone: int, band: str) -> Grid:
    """Return a point in a zone of UTM."""
    empty = Grid(zone, band >= "N", 0, 0)
    easting, northing = _utm(empty.epsg).transform(
        point.longitude, point.latitude, direction="INVERSE"
    )
    return empty._replace(easting=float(easting), northing=float(northing))


def _read_utm(text: str, source: str) -> Reading:
    found = _UTM_FORM.fullmatch(text)
    if found is None:
        raise NotAPlace(Fault.UTM_FORM, read=text)
    zone, band = int(found[1]), found[2]
    easting, northing = number(found[3]), number(found[4])
    is_far = abs(easting - 500_000) > HALF_ZONE or not 0 <= northing <= 10 * MILLION
    if not 1 <= zone <= 60 or is_far:
        raise NotAPlace(Fault.UTM_FORM, read=text)
    if band not in BANDS:
        raise NotAPlace(Fault.UTM_BAND, band=band)
    point = from_utm(Grid(zone, band >= "N", easting, northing))
    # "N" is the north, too; "S" may be the south, which is refused.
    if band != "N" and band not in _bands_at(point.latitude):
        fault = Fault.UTM_HEMISPHERE if band == "S" else Fault.UTM_BAND
        raise NotAPlace(fault, band=f"{zone}{band}")
    half = 0.5 / 10 ** min(decimals(found[3]), decimals(found[4]))
    return Reading(source, point, System.UTM, metres(hypot(half, half)))


def _bands_at(latitude: float) -> set[str]:
    """Return the letter of the band of eight degrees; both, to a metre, on an edge."""
    near = {max(-80, latitude - EDGE), min(84, latitude + EDGE)}
    # The last one, X, has twelve.
    return {BANDS[min(int((one + 80) // 8), len(BANDS) - 1)] for one in near}


def zone_of(point: Point) -> tuple[int, str] | None:
    """Return zone and band of UTM, also around Norway; None at the poles."""
    if not -80 < point.latitude < 84:
        return None
    found = mgrs_of(point, 0)
    return int(found[:-3]), found[-3]


def utm_text(point: Point) -> str | None:
    """Write "42T 512345 4443210", to the metre."""
    zone = zone_of(point)
    if zone is None:
        return None
    grid = to_utm(point, *zone)
    return f"{zone[0]}{zone[1]} {round(grid.easting)} {round(grid.northing)}"


# --- MGRS -----------------------------------------------------------------------


def mgrs_of(point: Point, precision: int) -> str:
    """Return a point's square: five digits each way are one metre, none 100 km."""
    found = _mgrs.toMGRS(point.latitude, point.longitude, MGRSPrecision=precision)
    return str(found)


def _read_mgrs(text: str, source: str) -> Reading:
    found = _MGRS_FORM.fullmatch(text)
    if found is None:
        raise NotAPlace(Fault.MGRS_FORM, read=text)
    zone, band, square = found[1], found[2], found[3]
    digits = _mgrs_digits(found[4])
    size = 10.0 ** (5 - len(digits) // 2)
    point = from_utm(_middle(f"{int(zone):02d}{band}{square}{digits}"))
    is_there = abs(point.longitude - (6 * int(zone) - 183)) <= 3.2
    if not is_there and band not in "VX":
        raise NotAPlace(Fault.MGRS_SQUARE, square=f"{zone}{band} {square}")
    uncertainty = metres(hypot(size / 2, size / 2))
    return Reading(source, point, System.MGRS, uncertainty)


def _mgrs_digits(text: str) -> str:
    groups = text.split()
    digits = "".join(groups)
    is_even = len(digits) % 2 == 0 and 2 <= len(digits) <= 10
    is_paired = len(groups) != 2 or len(groups[0]) == len(groups[1])
    if not is_even or not is_paired or len(groups) > 2:
        raise NotAPlace(Fault.MGRS_DIGITS, read=text.strip() or "–")
    return digits


def _middle(reference: str) -> Grid:
    """Return the middle of a square: what is meant lies somewhere in it."""
    try:
        zone, hemisphere, easting, northing = _mgrs.MGRSToUTM(reference)
    except (MGRSError, RuntimeError):
        raise NotAPlace(Fault.MGRS_SQUARE, square=reference[:5]) from None
    return Grid(int(zone), hemisphere == "N", float(easting), float(northing))


def mgrs_text(point: Point) -> str | None:
    """Write "42T WK 12345 43210", to the metre."""
    if not -80 < point.latitude < 84:
        return None
    found = mgrs_of(point, 5)
    return f"{found[:-12]} {found[-12:-10]} {found[-10:-5]} {found[-5:]}"


# --- SK-42 ----------------------------------------------------------------------


@cache
def _sk42(zone: int) -> Transformer:
    """Return the way from a zone of SK-42 (north, east) to latitude and longitude."""
    return Transformer.from_crs(28400 + zone, 4326)


def _read_sk42(text: str, source: str) -> Reading:
    if found := _SK42_NORTH.fullmatch(text):
        north, east = found.groups()
    elif found := _SK42_EAST.fullmatch(text):
        east, north = found.groups()
    elif found := _SK42_FORM.fullmatch(text):
        north, east = found.groups()
        _require_order(north, east)
    else:
        raise NotAPlace(Fault.SK42_FORM, read=text)
    zone = int(number(east) // MILLION)
    if zone not in SK42_ZONES:
        raise NotAPlace(Fault.SK42_ZONE, read=east)
    is_far = abs(number(east) % MILLION - 500_000) > HALF_ZONE
    if is_far or not MILLION <= number(north) < 8 * MILLION:
        raise NotAPlace(Fault.SK42_RANGE, north=north, east=east)
    way = _sk42(zone)
    latitude, longitude = way.transform(number(north), number(east))
    half = 0.5 / 10 ** min(decimals(north), decimals(east))
    uncertainty = hypot(half, half, _accuracy(way))
    point = Point(float(latitude), float(longitude))
    return Reading(source, point, System.SK42, metres(uncertainty))


def _require_order(north: str, east: str) -> None:
    """Refuse Y before X: a northing here has seven digits and begins below eight."""
    if number(north) >= 8 * MILLION and number(east) < 8 * MILLION:
        raise NotAPlace(Fault.SK42_ORDER, north=east, east=north)


def _accuracy(way: Transformer) -> float:
    """Return how sure the datum shift is that was just used, in metres."""
    used = way.get_last_used_operation()
    return used.accuracy if used.accuracy > 0 else SK42_ACCURACY


def sk42_text(point: Point) -> str | None:
    """Write "X=4443210 Y=12512345", to the metre; None outside of the zones."""
    zone = int(point.longitude // 6) + 1
    if zone not in SK42_ZONES or not 10 <= point.latitude <= 72:
        return None
    way = _sk42(zone)
    # PROJ may take another shift back than forth, some metres apart: what is written
    # is what is read as this point.
    back = way.transform(*way.transform(*point, direction="INVERSE"))
    latitude, longitude = (
        2 * wanted - got for wanted, got in zip(point, back, strict=True)
    )
    north, east = way.transform(latitude, longitude, direction="INVERSE")
    return f"X={north:.0f} Y={east:.0f}"
