"""A place as a file: GeoJSON (RFC 7946) and GPX 1.1, each with its marking."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from gpxpy.gpx import (
    GPX,
    GPXRoute,
    GPXRoutePoint,
    GPXTrack,
    GPXTrackPoint,
    GPXTrackSegment,
    GPXWaypoint,
)
from orjson import OPT_INDENT_2, dumps

from agencies.gateway import OrjsonRenderer
from agencies.geo import feature, geojson
from patrols.models import Checkpoint, Place, Route, Zone


def as_geojson(place: Place) -> bytes:
    """Return a place as one GeoJSON feature."""
    made = feature(
        geojson(place.geometry),
        id=str(place.pk),
        kind=place.type_name(),
        code=place.code,
        name=place.name,
        owner=place.owner.code,
        tlp=place.tlp,
    )
    return dumps(made, option=OPT_INDENT_2)


def as_gpx(place: Place) -> bytes:
    """Return a place as GPX: a route, a waypoint, or each part of an area as a track.

    GPX knows no areas. A part's rings are the closed segments of its track, the outer
    one first; ``place_files`` reads them so.
    """
    made = GPX()
    made.creator = "Karaul"
    made.name = f"{place.code} {place.name}"
    made.description = _marking(place)
    if isinstance(place, Zone):
        made.tracks = [_track(place, rings) for rings in place.area.coords]
    elif isinstance(place, Route):
        points = [GPXRoutePoint(y, x) for x, y in place.line.coords]
        route = GPXRoute(name=place.name, description=_marking(place))
        route.points = points
        made.routes = [route]
    elif isinstance(place, Checkpoint):
        x, y = place.place.coords
        made.waypoints = [
            GPXWaypoint(y, x, name=place.name, description=_marking(place))
        ]
    return made.to_xml(version="1.1").encode()


@dataclass(frozen=True)
class Format:
    """How a place leaves as a file."""

    media_type: str
    write: Callable[[Place], bytes]


class GeoJsonRenderer(OrjsonRenderer):
    """What the API answers where a GeoJSON file is asked for; refusals are JSON."""

    media_type = "application/geo+json"


class GpxRenderer(OrjsonRenderer):
    """What the API answers where a GPX file is asked for; refusals are JSON."""

    media_type = "application/gpx+xml"


FORMATS = {
    "geojson": Format(GeoJsonRenderer.media_type, as_geojson),
    "gpx": Format(GpxRenderer.media_type, as_gpx),
}


def attachment(place: Place, name: str) -> HttpResponse:
    """Return a place in one of ``FORMATS``, to be saved under its owner and code."""
    chosen = FORMATS[name]
    response = HttpResponse(chosen.write(place), content_type=chosen.media_type)
    plain = re.sub(r"[^\w.-]+", "_", f"{place.owner.code}_{place.code}")
    header = content_disposition_header(as_attachment=True, filename=f"{plain}.{name}")
    response["Content-Disposition"] = header or "attachment"
    return response


def _marking(place: Place) -> str:
    return f"{place.owner.code} · {place.get_tlp_display()}"


def _track(place: Zone, rings: tuple[tuple[tuple[float, float], ...], ...]) -> GPXTrack:
    track = GPXTrack(name=place.name, description=_marking(place))
    track.segments = [
        GPXTrackSegment([GPXTrackPoint(y, x) for x, y in ring]) for ring in rings
    ]
    return track
