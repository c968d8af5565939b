"""How far a place reaches from the border, and whether its agreement lets it.

The definition. The *border* of an agreement is all sections on record between two
states whose agencies are parties to it. The *depth* of a shape is the distance, in
metres on the WGS 84 spheroid, from the border to that point of the shape which is
farthest from it; the inside of an area counts, so that an enclave is measured in its
middle. No side is taken: where a line is not agreed nobody knows whose ground lies
where, and in a joint patrol every party is a guest on the other's. So a shape keeps
to the clause "crossing depth" if its depth is at most ``max_crossing_m``, on either
side. An agreement of 0 m permits no crossing at all: then no section may run through
the inside of an area or cross a route, but each may lie on one side at any distance.
Without a section on record there is nothing to measure, and the clause is not applied.

What a hand draws along the limit itself is within it: one metre is let pass.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from agencies.geo import place_text
from agencies.models import Agency, Agreement
from patrols.models import Place, Route, Zone

TOLERANCE_M = 1.0
# The same for the agreement's own area.
EDGE_DEGREES = 0.00001
# Along the edges of what is too far out, a point is measured each so many degrees:
# about 500 m.
STEP = 0.005

# What lies beyond the limit is cut off on the plane, generously; what decides is the
# distance of its points on the spheroid. To find the farthest, the border is cut to
# what can be near; that one point is then measured from the whole of it.
_FARTHEST = """
WITH shape AS (SELECT %(shape)s::geometry AS geom),
border AS (
  SELECT ST_Collect(line) AS line FROM patrols_bordersection
  WHERE states <@ %(states)s::varchar[]),
cut AS (
  SELECT ST_Intersection(line, ST_Expand(geom, %(limit)s / 40000.0 + 0.1)) AS line
  FROM border, shape),
near AS (
  SELECT CASE WHEN ST_IsEmpty(cut.line) THEN border.line ELSE cut.line END AS line
  FROM border, cut),
beyond AS (
  SELECT ST_Difference(geom, ST_Buffer(line::geography, %(limit)s * 0.99)::geometry)
    AS geom FROM shape, near),
points AS (
  SELECT (ST_DumpPoints(ST_Segmentize(geom, %(step)s))).geom FROM beyond
  UNION ALL
  SELECT (ST_MaximumInscribedCircle(part.geom)).center
  FROM beyond, ST_Dump(beyond.geom) AS part WHERE ST_Dimension(part.geom) = 2),
farthest AS (
  SELECT points.geom FROM points, near
  ORDER BY ST_Distance(points.geom::geography, near.line::geography) DESC NULLS LAST
  LIMIT 1)
SELECT ST_Distance(geom::geography, line::geography) AS metres, ST_X(geom), ST_Y(geom)
FROM farthest, border WHERE line IS NOT NULL
"""
# About one metre within the edge: a zone that ends at the border does not cross it.
_CROSSED = """
WITH shape AS (SELECT %(shape)s::geometry AS geom),
inside AS (
  SELECT CASE WHEN ST_Dimension(geom) = 2 THEN ST_Buffer(geom, -0.00001)
    ELSE geom END AS geom FROM shape),
crossing AS (
  SELECT ST_Intersection(geom, line) AS geom FROM patrols_bordersection, inside
  WHERE states <@ %(states)s::varchar[] AND ST_Intersects(geom, line)
    AND (ST_Dimension(geom) = 2 OR ST_Crosses(geom, line)))
SELECT 0, ST_X(place), ST_Y(place)
FROM crossing, ST_PointOnSurface(crossing.geom) AS place LIMIT 1
"""


@dataclass(frozen=True)
class Reach:
    """The point of a shape that is farthest from the border, and how far."""

    metres: float
    place: Point


def too_far(shape: GEOSGeometry, states: Iterable[str], limit_m: int) -> Reach | None:
    """Return where a shape lies deeper than the limit; None if it does nowhere.

    ``states`` are codes such as ``KG``; see the module for what depth is.
    """
    given: dict[str, Any] = {
        "shape": shape.hexewkb.decode(),
        "states": sorted(states),
        "limit": limit_m,
        "step": STEP,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FARTHEST if limit_m else _CROSSED, given)
        found = cursor.fetchone()
    if found is None or (limit_m and found[0] <= limit_m + TOLERANCE_M):
        return None
    return Reach(found[0], Point(found[1], found[2], srid=4326))


def breaches(
    agreement: Agreement, parties: Iterable[str], zone: Zone | None, route: Route | None
) -> Iterator[Invalid]:
    """Yield a refusal for each clause that places break; none given breaks none.

    The zone lies within the agreement's area; zone and route lie no deeper than it
    permits. ``parties`` are codes of agencies.
    """
    area = agreement.area
    if zone and area is not None and not area.buffer(EDGE_DEGREES).covers(zone.area):
        text = _("Agreement %(agreement)s, clause “area”: the zone lies outside it.")
        given = {"agreement": agreement.code}
        yield Invalid("outside_agreement", text % given, pointer="/zone")
    rows = Agency.objects.filter(code__in=parties)
    states = set(rows.values_list("state_id", flat=True))
    for place in (zone, route):
        if place is None:
            continue
        found = too_far(place.geometry, states, agreement.max_crossing_m)
        if found is not None:
            yield _refusal(place, agreement, found, f"/{place.type_name()}")


def _refusal(place: Place, agreement: Agreement, found: Reach, pointer: str) -> Invalid:
    words = {
        "agreement": agreement.code,
        "place": place.name,
        "at": place_text(found.place),
        "reach": f"{found.metres / 1000:.1f}",
        "limit": f"{agreement.max_crossing_m / 1000:g}",
    }
    if agreement.max_crossing_m:
        text = _(
            "Agreement %(agreement)s, clause “crossing depth”: %(place)s reaches"
            " %(reach)s km from the border at %(at)s; %(limit)s km are permitted."
        )
    else:
        text = _(
            "Agreement %(agreement)s, clause “crossing depth”: no crossing is"
            " permitted, and %(place)s lies across the border at %(at)s."
        )
    return Invalid("too_deep", text % words, pointer=pointer)
