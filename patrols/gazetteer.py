"""Names of towns, from the basemap's file: ``bin/build_basemap.py`` makes it.

Names are compared without case, accents, apostrophes and hyphens, in Latin and
Cyrillic letters alike. A country's code after the name, "Rasht (TJ)", tells places
of one name apart.
"""

import re
import unicodedata
from functools import cache
from math import inf
from typing import NamedTuple

import orjson
from django.conf import settings

from patrols.coordinates import Known, Point
from patrols.coordinates.readings import apart

NAMES = settings.BASE_DIR / "static" / "basemap" / "names.json"
# How far a town reaches from the point that stands for it, by its people, in metres.
REACH = [(1_000_000, 10_000), (100_000, 5_000), (10_000, 2_000), (0, 1_000)]
# Degrees beyond which no town is looked for.
_WINDOW = 1.0
_COUNTRY = re.compile(r"(.+?)[\s,]*\(?\b([A-Z]{2})\)?$")
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`ʻʼ", ""))


class Town(NamedTuple):
    """A town, city or village."""

    name: str
    country: str
    longitude: float
    latitude: float
    people: int
    other_names: list[str]

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)

    @property
    def known(self) -> Known:
        """The town as a place to start from."""
        reach = next(metres for people, metres in REACH if self.people >= people)
        return Known(f"{self.name} ({self.country})", self.point, reach)


def folded(name: str) -> str:
    """Return a name as names are compared."""
    bare = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    # "й" and "ё" fall to "и" and "е" with their accents, as they do where they are
    # written without.
    return re.sub(r"[\s-]+", " ", letters).strip().casefold()


@cache
def towns() -> tuple[Town, ...]:
    """Return all towns, the largest first."""
    return tuple(Town(*row) for row in orjson.loads(NAMES.read_bytes())["names"])


@cache
def _by_name() -> dict[str, list[Town]]:
    found: dict[str, list[Town]] = {}
    for town in towns():
        for name in {folded(n) for n in (town.name, *town.other_names)}:
            found.setdefault(name, []).append(town)
    return found


def named(name: str) -> list[Known]:
    """Return the towns of a name; those that are mainly called so before others."""
    found = _by_name().get(folded(name), [])
    if not found and (parts := _COUNTRY.fullmatch(name.upper())):
        name = parts[1]
        called = _by_name().get(folded(name), [])
        found = [town for town in called if town.country == parts[2]]
    mainly = [town for town in found if folded(town.name) == folded(name)]
    return [town.known for town in mainly or found]


def nearest(point: Point) -> Known | None:
    """Return the town nearest to a point, if one is not far."""
    near: list[tuple[float, Town]] = [
        (apart(point, town.point), town)
        for town in towns()
        if abs(town.latitude - point.latitude) < _WINDOW
        if abs(town.longitude - point.longitude) < _WINDOW
    ]
    _metres, town = min(near, default=(inf, None), key=lambda pair: pair[0])
    return town.known if town else None
