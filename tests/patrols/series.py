"""Places, programmes and patrols of the small world, made through actions."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.gis.geos import LineString, MultiPolygon, Polygon

from agencies.context import acting
from agencies.policy import Actor
from patrols import actions
from patrols.models import Patrol, Programme, Zone
from tests.world import World

INSIDE = MultiPolygon(Polygon.from_bbox((70.2, 39.8, 70.9, 40.4)), srid=4326)
OUTSIDE = MultiPolygon(Polygon.from_bbox((60.2, 39.8, 60.9, 40.4)), srid=4326)


def a_zone(by: Actor, code: str = "Z-1", **values: Any) -> Zone:
    """Create a zone within the agreement's area."""
    with acting(by):
        return actions.create_zone(
            by=by, code=code, name=f"Zone {code}", **({"area": INSIDE} | values)
        )


def a_programme(world: World, by: Actor | None = None, **values: Any) -> Programme:
    """Create a daily programme of KG-BS (2) and TJ-BT (1)."""
    by = by or world.owner
    zone = values.pop("zone", None) or a_zone(by, values.pop("zone_code", "Z-1"))
    with acting(by):
        return actions.create_programme(
            by=by,
            zone=zone,
            **(
                {
                    "agreement": world.agreement,
                    "code": "DAILY",
                    "name": "Daily watch",
                    "recurrence": "FREQ=DAILY",
                    "first_on": date(2026, 1, 1),
                    "start_time": time(8, 0),
                    "time_zone": "Asia/Bishkek",
                    "duration": timedelta(hours=8),
                    "entitlements": {"KG-BS": 2, "TJ-BT": 1},
                }
                | values
            ),
        )


def a_patrol(world: World, by: Actor | None = None, **values: Any) -> Patrol:
    """Plan one patrol of KG-BS, which leads, and TJ-BT, under KG-TJ, an hour ahead."""
    by = by or world.owner
    zone = values.pop("zone", None) or a_zone(by, values.pop("zone_code", "Z-P"))
    begin = datetime.now(UTC) + timedelta(hours=1)
    with acting(by):
        return actions.plan(
            by=by,
            zone=zone,
            **(
                {
                    "agreement": world.agreement,
                    "lead": world.agencies["KG-BS"],
                    "participants": ["KG-BS", "TJ-BT"],
                    "title": "Night watch",
                    "starts_at": begin,
                    "ends_at": begin + timedelta(hours=6),
                }
                | values
            ),
        )


def agree(world: World, patrol: Patrol) -> Patrol:
    """Let every side of KG-BS's patrol consent: the owner proposes, TJ-BT accepts."""
    sides = [world.owner]
    if "TJ-BT" in patrol.participants:
        sides.append(world.partner)
    for by in sides:
        with acting(by):
            patrol = actions.agree(patrol=patrol, by=by)
    return patrol


def under_way(world: World, **values: Any) -> Patrol:
    """Return a patrol that has left."""
    patrol = agree(world, a_patrol(world, **values))
    by = world.owner
    with acting(by):
        return actions.start(patrol=patrol, by=by)


def a_line() -> LineString:
    """Return a short way."""
    return LineString((70.3, 40.0), (70.5, 40.1), srid=4326)


def days_ahead(days: float) -> datetime:
    """Return a moment some days from now."""
    return datetime.now(UTC) + timedelta(days=days)
