"""In which state, border section and zones a place lies, as far as that can be said.

Derived for each reader, never stored: sections and the map's lines are public, zones
are those that the reader sees. **No side is taken.** The basemap is for orientation and
predates treaties in force, so within ``DOUBT`` metres of a line, plus what the place
itself is unsure by, both states are named and none is chosen; ``is_agreed`` then says
whether the registered section there is settled. Where no section is registered nobody
knows, and it is null.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.contrib.gis.geos import Point
from shapely import STRtree
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from agencies.policy import Actor
from patrols.coordinates import Point as Place
from patrols.coordinates.readings import apart
from patrols.distances import Metres
from patrols.models import BorderSection, SectionStatus, Zone

# Nearer to a line than this, in metres, nobody's side is told (``docs/places.md``).
DOUBT = 5_000
# What a system's token needs to be told of zones.
SCOPE = "patrols:read"
REGION = settings.BASE_DIR / "static" / "basemap" / "region.geojson"
# Metres of a degree of longitude far in the north: for rough windows.
_SHORTEST = 60_000


@dataclass(frozen=True)
class Jurisdiction:
    """What can be said of a place.

    ``states`` are codes: one, or all sides near a line. ``is_near`` says that the line
    is too near to tell; ``is_agreed`` whether it is settled, null for not known.
    """

    states: list[str]
    is_near: bool
    is_agreed: bool | None
    section: BorderSection | None
    zones: list[Zone]

    def as_json(self) -> dict[str, Any]:
        """Return what the API tells."""
        return {
            "states": self.states,
            "is_near": self.is_near,
            "is_agreed": self.is_agreed,
            "section": self.section.code if self.section else None,
            "zones": [
                {"id": row.pk, "code": row.code, "name": row.name} for row in self.zones
            ],
        }


def jurisdiction(
    place: Point, actor: Actor, uncertainty: int | None = None
) -> Jurisdiction:
    """Return where a place lies, for one reader; ``uncertainty`` is in metres."""
    doubt = DOUBT + (uncertainty or 0)
    sections = list(_sections_near(place, doubt))
    states = set(_states_near(place, doubt))
    states.update(code for row in sections for code in row.states)
    is_agreed = None
    if sections:
        is_agreed = all(row.status != SectionStatus.NOT_AGREED for row in sections)
    # The line that is not settled is the one to name.
    sections.sort(key=lambda row: row.status != SectionStatus.NOT_AGREED)
    return Jurisdiction(
        states=sorted(states),
        is_near=len(states) > 1,
        is_agreed=is_agreed,
        section=sections[0] if sections else None,
        zones=_zones(place, actor),
    )


def _zones(place: Point, actor: Actor) -> list[Zone]:
    """Return the zones around a place that the reader sees; by a token, may read."""
    if actor.scopes is not None and SCOPE not in actor.scopes:
        return []
    zones = Zone.objects.visible_to(actor).filter(area__covers=place).defer("area")
    return list(zones.order_by("code", "pk"))


def _sections_near(place: Point, metres: float) -> Iterable[BorderSection]:
    rows: Any = BorderSection.objects.filter(
        line__bboverlaps=place.buffer(metres / _SHORTEST)
    )
    near = rows.annotate(away=Metres("line", place)).filter(away__lte=metres)
    return near.order_by("away", "code").defer("line")  # type: ignore[no-any-return]


# --- the basemap ------------------------------------------------------------------


@cache
def _ground() -> tuple[STRtree, list[str], list[Polygon]]:
    """Return the basemap's polygons with their states, and an index of them."""
    features = orjson.loads(REGION.read_bytes())["features"]
    parts: list[tuple[str, Polygon]] = []
    for feature in features:
        iso = feature["properties"]["iso"]
        whole = shape(feature["geometry"])
        parts += [(iso, part) for part in _parts(whole) if iso]
    polygons = [part for _iso, part in parts]
    return STRtree(polygons), [iso for iso, _part in parts], polygons


def _parts(whole: BaseGeometry) -> list[Polygon]:
    return list(getattr(whole, "geoms", [whole]))


def _states_near(place: Point, metres: float) -> set[str]:
    """Return the states whose ground, on the basemap, is no further than this."""
    tree, states, polygons = _ground()
    here = shape({"type": "Point", "coordinates": (place.x, place.y)})
    window = here.buffer(metres / _SHORTEST)
    found: set[str] = set()
    for n in tree.query(window):
        there, _here = nearest_points(polygons[n], here)
        if apart(Place(there.y, there.x), Place(place.y, place.x)) <= metres:
            found.add(states[n])
    return found
