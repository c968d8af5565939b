"""Where something is: a text of any system as a point, and a point in every system."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point

from patrols import gazetteer
from patrols.coordinates import Known, Reading, System, from_known, read, show
from patrols.coordinates import Point as Place
from patrols.models import BorderMarker
from patrols.place_words import SYSTEMS

# How well a pillar's own place is known, in metres.
MARKER_WITHIN = 10.0
# A place is told by a marker that is no further than this, in metres.
MARKER_NEAR = 20_000


@dataclass(frozen=True)
class Written:
    """A place as one system writes it, under the system's name."""

    system: str
    label: str
    text: str


@dataclass(frozen=True)
class Whereabouts:
    """A point (WGS 84), and how it was given; equal if they are given alike."""

    point: Point
    text: str = ""
    system: str = System.GEOJSON
    uncertainty: int | None = None

    @classmethod
    def of(cls, reading: Reading) -> "Whereabouts":
        """Take over what was read of a text."""
        latitude, longitude = reading.point
        point = Point(longitude, latitude, srid=4326)
        return cls(point, reading.text, reading.system, reading.uncertainty)

    def columns(self) -> dict[str, Any]:
        """Return the columns of a record that says how its place was given."""
        return {
            "place": self.point,
            "place_text": self.text,
            "place_system": str(self.system),
            "place_uncertainty": self.uncertainty,
        }


def located(text: str) -> Whereabouts:
    """Return where a text says; raise ``NotAPlace`` where it says nothing."""
    return Whereabouts.of(read(text, markers=marked, names=gazetteer.named))


def written(place: Point) -> list[Written]:
    """Return a point in every system, then by the nearest marker and town."""
    point = Place(place.y, place.x)
    shown = [(one.system, one.text) for one in show(point)]
    marker = BorderMarker.objects.standing().nearest(place, MARKER_NEAR)
    if marker is not None:
        shown.append((System.MARKER, from_known(_known(marker), point)))
    if town := gazetteer.nearest(point):
        shown.append((System.NAME, from_known(town, point)))
    return [Written(system, str(SYSTEMS[system]), text) for system, text in shown]


def marked(text: str) -> list[Known]:
    """Return the markers that a number, perhaps after its section, may mean."""
    section, _blank, number = text.upper().rpartition(" ")
    rows = BorderMarker.objects.standing().filter(number__iexact=number)
    if section:
        rows = rows.filter(section__code__iexact=section)
    return _listed(rows.select_related("section")[:20])


def _listed(rows: Iterable[BorderMarker]) -> list[Known]:
    return [_known(row) for row in rows]


def _known(row: BorderMarker) -> Known:
    point = Place(row.place.y, row.place.x)
    return Known(f"marker {row.section_id} {row.number}", point, MARKER_WITHIN)
