"""The geography of the demonstration: borders, sections, zones, routes, tracks.

Real border lines (Natural Earth) carry made-up sections, zones and routes. Everything
is deterministic; what is random takes the generator it draws from. Needs the files
that `bin/build-basemap.mjs` writes. No Django.
"""

from demo.geodata import border, distance_to_border, pair_of, pairs, state_at
from demo.georoutes import (
    CheckpointSpec,
    Crew,
    Fix,
    RouteSpec,
    routes,
    track_along,
)
from demo.geosections import SectionSpec, markers, point_near, section, sections
from demo.geozones import ZoneSpec, zone_of, zones

__all__ = [
    "CheckpointSpec",
    "Crew",
    "Fix",
    "RouteSpec",
    "SectionSpec",
    "ZoneSpec",
    "border",
    "distance_to_border",
    "markers",
    "pair_of",
    "pairs",
    "point_near",
    "routes",
    "section",
    "sections",
    "state_at",
    "track_along",
    "zone_of",
    "zones",
]
