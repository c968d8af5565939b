"""A known point, a bearing and a distance: border markers and named places.

``marker 127 + 045 deg 300 m``, ``Batken, 3 km SW``, ``3 km SW of Batken``. Bearings are
true, in degrees, in mils (6400 to the circle) or in Soviet thousandths (6000), or a
point of the compass. A magnetic one is refused: no declination is known here.
"""

import re
from dataclasses import dataclass
from math import hypot, pi

from patrols.coordinates.readings import (
    GEOD,
    Fault,
    Known,
    NotAPlace,
    Point,
    decimals,
    number,
)

# Further from a marker or a town than this, in metres, is no description of a place.
FARTHEST = 300_000
_NUMBER = r"\d+(?:[.,]\d+)?"
_DISTANCE = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s*"
    r"(KM|KILOMET(?:RE|ER)S?|КМ|КИЛОМЕТР\w*|M|MET(?:RE|ER)S?|М|МЕТР\w*)(?!\w)"
)
_BEARING = re.compile(
    rf"(?<![\w.,])({_NUMBER})\s*(°|DEG(?:REES?)?|ГРАД\w*|MILS?|ТЫС\w*|Д\.?У\.?)(?!\w)"
    r"(?:\s*(TRUE|T|ИСТ\w*|MAGNETIC|MAG|M|МАГН\w*)(?!\w)\.?)?"
)
# A bearing without its unit, as it comes by radio: three digits, between the number of
# a marker and the distance. The code of a section begins with a letter: what follows
# that is the marker's own number.
_BARE = re.compile(r"(?:^|[\s,])\d[\w/-]*[\s,;+]+(\d{3})[\s,;+/]*$")
_MAGNETIC = re.compile(r"(?<!\w)(?:MAGNETIC|MAG|МАГН\w*)(?!\w)")
# Units of a circle, by the first letters of their names.
CIRCLES = {"°": 360, "D": 360, "Г": 360, "M": 6400, "Т": 6000, "Д": 6000}
_ROSES = (
    ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W",
     "WNW", "NW", "NNW"),
    ("С", "ССВ", "СВ", "ВСВ", "В", "ВЮВ", "ЮВ", "ЮЮВ", "Ю", "ЮЮЗ", "ЮЗ", "ЗЮЗ", "З",
     "ЗСЗ", "СЗ", "ССЗ"),
)  # fmt: skip
# In front of a distance these are Russian prepositions.
_PREPOSITIONS = {"С", "В"}
_WORDS = {
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W",
    "СЕВЕР": "С", "ЮГ": "Ю", "ВОСТОК": "В", "ЗАПАД": "З",
    "СЕВЕРО": "С", "ЮГО": "Ю",
    "СЕВЕРУ": "С", "ЮГУ": "Ю", "ВОСТОКУ": "В", "ЗАПАДУ": "З",
    "СЕВЕРНЕЕ": "С", "ЮЖНЕЕ": "Ю", "ВОСТОЧНЕЕ": "В", "ЗАПАДНЕЕ": "З",
}  # fmt: skip
_WORD = re.compile(r"(?<!\w)[A-ZА-ЯЁ]+(?:-[A-ZА-ЯЁ]+)?(?!\w)")
# What may stand between, and says nothing.
_BETWEEN = re.compile(r"^[\s,;+:.]+|[\s,;+:.]+$")
_FILLER = re.compile(r"^(?:OF|FROM|TO THE|ОТ|НА|К)(?!\w)|(?<!\w)(?:ON|AT|НА|К)$")


@dataclass(frozen=True)
class Vector:
    """Which way, in degrees from true north, and how far, in metres; how sure both."""

    bearing: float
    distance: float
    bearing_within: float
    distance_within: float


@dataclass(frozen=True)
class Described:
    """What is left of a text when its bearing and distance are taken out."""

    name: str
    vector: Vector | None


def described(text: str, *, of_marker: bool = False) -> Described:
    """Take bearing and distance out of a text of capitals.

    ``of_marker``: three bare digits before the distance are degrees.
    """
    turned = _BEARING.search(text)
    if _MAGNETIC.search(text) or (turned and turned[3] == "M"):
        raise NotAPlace(Fault.MAGNETIC)
    if turned is not None:
        text = _without(text, turned)
    went = _DISTANCE.search(text)
    if went is not None:
        return _vector(text, went, turned, of_marker=of_marker)
    if turned is not None:
        raise NotAPlace(Fault.DISTANCE_MISSING, read=turned[0].strip().lower())
    return Described(_tidy(text), None)


def _vector(
    text: str, went: re.Match[str], turned: re.Match[str] | None, *, of_marker: bool
) -> Described:
    """Return name, bearing and distance; a point of the compass if not ``turned``."""
    before, after = text[: went.start()], text[went.end() :]
    if turned is not None:
        bearing, within = _bearing(turned[1], turned[2])
    elif found := _compass(after):
        word, bearing, within = found
        after = _without(after, word)
    elif (found := _compass(before)) and found[0][0] not in _PREPOSITIONS:
        word, bearing, within = found
        before = _without(before, word)
    elif of_marker and (bare := _BARE.search(before)) and int(bare[1]) <= CIRCLES["°"]:
        bearing, within = _bearing(bare[1], "°")
        before = before[: bare.start(1)]
    else:
        raise NotAPlace(Fault.BEARING_MISSING, read=went[0].strip().lower())
    distance, step = _distance(went[1], went[2])
    name = _tidy(f"{before} , {after}")
    return Described(name, Vector(bearing, distance, within, step))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} , {text[found.end() :]}"


def _tidy(text: str) -> str:
    """Return a name without what stood between it and the rest."""
    before = None
    while text != before:
        before = text
        text = _FILLER.sub("", _BETWEEN.sub("", text))
    return re.sub(r"\s*,[\s,]*", ", ", re.sub(r"\s+", " ", text))


def _bearing(value: str, unit: str) -> tuple[float, float]:
    """Return degrees, and half of the last digit."""
    circle = CIRCLES[unit[0]]
    units = number(value)
    if units > circle:
        raise NotAPlace(Fault.BEARING_RANGE, read=value, most=str(circle))
    half = 0.5 / 10 ** decimals(value)
    return units * 360 / circle % 360, half * 360 / circle


def _compass(text: str) -> tuple[re.Match[str], float, float] | None:
    """Return a point of the compass that is a word of its own: where, degrees, half."""
    for found in _WORD.finditer(text):
        word = _WORDS.get(found[0]) or "".join(
            _WORDS.get(part, part) for part in found[0].split("-")
        )
        word = _together(word)
        for rose in _ROSES:
            if word in rose:
                # Eight points are half as sure as sixteen.
                within = 22.5 if len(word) < 3 else 11.25
                return found, rose.index(word) * 22.5, within
    return None


def _together(word: str) -> str:
    """Return the letters of "SOUTHWEST"."""
    for first in ("NORTH", "SOUTH"):
        for second in ("EAST", "WEST"):
            if word == first + second:
                return first[0] + second[0]
    return word


def _distance(value: str, unit: str) -> tuple[float, float]:
    """Return metres, and half of the last digit that is no zero."""
    factor = 1000 if unit[0] == "К" or unit[0] == "K" else 1
    distance = number(value) * factor
    if not 0 < distance <= FARTHEST:
        raise NotAPlace(Fault.DISTANCE_RANGE, read=f"{value} {unit.lower()}")
    if places := decimals(value):
        return distance, factor * 0.5 / 10**places
    zeros = len(value) - len(value.rstrip("0"))
    return distance, factor * 0.5 * 10**zeros


def moved(known: Known, vector: Vector | None) -> tuple[Point, float]:
    """Return the point that is meant, and how sure it is, in metres."""
    start = known.point
    if vector is None:
        return start, known.uncertainty
    longitude, latitude, _back = GEOD.fwd(
        start.longitude, start.latitude, vector.bearing, vector.distance
    )
    aside = vector.distance * vector.bearing_within * pi / 180
    uncertainty = hypot(known.uncertainty, vector.distance_within, aside)
    return Point(float(latitude), float(longitude)), uncertainty


def from_known(known: Known, point: Point) -> str:
    """Write a point by a known one: "marker KGTJ-01 127 + 045.5 deg 312 m"."""
    bearing, _back, distance = GEOD.inv(
        known.point.longitude, known.point.latitude, point.longitude, point.latitude
    )
    if round(distance) == 0:
        return known.label
    return f"{known.label} + {bearing % 360:05.1f} deg {distance:.0f} m"
