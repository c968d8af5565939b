"""Positions: written in bulk, once each, in whatever order they arrive."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Forbidden, Invalid
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import rules
from patrols.cells import cell_at
from patrols.models import Fix, Patrol, PatrolState

MAX_FIXES = 5000
# Of a patrol: most of a small batch's time would go into what is not asked.
_NEEDED = [
    *("audience", "expiring", "tear_line_of", "participants"),
    *("state", "ended_at", "last_fix_at"),
]
# A crew without signal sends what it kept after it is back.
LATE = timedelta(hours=24)


class NewFix(NamedTuple):
    """One position: when (aware), where (longitude, latitude), and what is known."""

    at: datetime
    place: tuple[float, float]
    speed_mps: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    device: str = ""


@transaction.atomic
def add_fixes(*, patrol: Patrol, fixes: Sequence[NewFix], by: Actor) -> int:
    """Add positions of a patrol; return how many were new.

    The same batch twice is harmless: a fix counts once per device and moment. The
    patrol's row is locked, so that a fix never misses a change of the audience
    that is made at the same time.
    """
    row = Patrol.objects.only(*_NEEDED).locked(by, patrol.pk)
    require(by, Permission.POSITION_SEND)
    if by.agency not in row.participants:
        raise Forbidden(
            "not_participant", _("Only agencies that take part send positions.")
        )
    if row.is_tear_line:
        rules.require_state(row)
    _require_sending(row)
    _require_sound(fixes)
    added = _insert(row, _unknown(row, fixes, by))
    if added:
        _move(row, max(fixes, key=lambda fix: fix.at), by)
        record_event(Kind.PATROL_MOVED, by=by, subject=row, detail={"fixes": added})
    return added


def _require_sending(row: Patrol) -> None:
    if row.state == PatrolState.UNDER_WAY:
        return
    is_back = row.state == PatrolState.COMPLETED and row.ended_at is not None
    if not is_back or row.ended_at is None or timezone.now() - row.ended_at > LATE:
        raise Conflict("not_under_way", _("The patrol is not under way."))


def _require_sound(fixes: Sequence[NewFix]) -> None:
    if not 1 <= len(fixes) <= MAX_FIXES:
        raise Invalid("bad_batch", _("From 1 to 5000 positions."), pointer="/fixes")
    latest = timezone.now() + rules.CLOCK_SLACK
    for n, fix in enumerate(fixes):
        fault = _fault(fix, latest)
        if fault is not None:
            code, name = fault
            raise Invalid(code, _FAULTS[code], pointer=f"/fixes/{n}/{name}")


_FAULTS = {
    "no_time_zone": _("The time must say its zone, such as 2026-01-31T08:00:00Z."),
    "in_the_future": _("The time lies ahead."),
    "out_of_range": _("The value is out of range."),
    "too_long": _("At most 40 characters."),
}
_RANGES = {"speed_mps": 1000.0, "heading_deg": 360.0, "accuracy_m": 100_000.0}


def _fault(fix: NewFix, latest: datetime) -> tuple[str, str] | None:
    """Return the code and the field of what is wrong with a fix."""
    if fix.at.tzinfo is None:
        return "no_time_zone", "at"
    if not rules.EARLIEST <= fix.at <= latest:
        return "in_the_future" if fix.at > latest else "out_of_range", "at"
    longitude, latitude = fix.place
    # Comparisons with NaN are false, so that it is out of range too.
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return "out_of_range", "place"
    for name, high in _RANGES.items():
        value = getattr(fix, name)
        if value is not None and not (0 <= value <= high and math.isfinite(value)):
            return "out_of_range", name
    if len(fix.device) > 40 or "\0" in fix.device:
        return "too_long", "device"
    return None


def _unknown(row: Patrol, fixes: Sequence[NewFix], by: Actor) -> list[NewFix]:
    """Leave out what is known; the patrol is locked, so that nobody adds meanwhile.

    Cheaper than to let the database find a conflict for each row. A crew that has
    signal sends what is newer than all that is known: then there is nothing to ask.
    """
    sent = {(fix.at, fix.device): fix for fix in reversed(fixes)}
    moments = [fix.at for fix in fixes]
    if row.last_fix_at is None or min(moments) > row.last_fix_at:
        return list(sent.values())
    seen = Fix.objects.visible_to(by).filter(
        patrol=row, at__range=(min(moments), max(moments))
    )
    for known in seen.order_by().values_list("at", "device"):
        sent.pop(known, None)
    return list(sent.values())


# The batch as one JSON value: PostgreSQL reads an array of literals four times slower.
_INSERT = """
INSERT INTO patrols_fix (
    id, audience, expiring, patrol_id,
    at, place, cell, speed_mps, heading_deg, accuracy_m, device
)
SELECT
    gen_random_uuid(), %s::text[], %s::jsonb, %s::uuid, at,
    ST_SetSRID(ST_MakePoint(longitude, latitude), 4326),
    cell, speed_mps, heading_deg, accuracy_m, device
FROM json_to_recordset(%s::json) AS fix (
    at timestamptz, longitude float8, latitude float8, cell int8,
    speed_mps float8, heading_deg float8, accuracy_m float8, device text
)
"""


def _insert(row: Patrol, fixes: Sequence[NewFix]) -> int:
    """Write all fixes in one statement; they have the patrol's audience."""
    if not fixes:
        return 0
    batch = [
        {
            "at": fix.at,
            "longitude": fix.place[0],
            "latitude": fix.place[1],
            "cell": cell_at(*fix.place),
            "speed_mps": fix.speed_mps,
            "heading_deg": fix.heading_deg,
            "accuracy_m": fix.accuracy_m,
            "device": fix.device,
        }
        for fix in fixes
    ]
    expiring = orjson.dumps(row.expiring).decode() if row.expiring else None
    given = [row.audience, expiring, str(row.pk), orjson.dumps(batch).decode()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, given)
        return int(cursor.rowcount)


def _move(row: Patrol, newest: NewFix, by: Actor) -> None:
    """Move the patrol's last place, forward in time only; it is no new version."""
    if row.last_fix_at is not None and newest.at <= row.last_fix_at:
        return
    row.last_place = Point(*newest.place, srid=4326)
    row.last_cell = cell_at(*newest.place)
    row.last_fix_at = newest.at
    Patrol.objects.visible_to(by).filter(pk=row.pk).update(
        last_place=row.last_place, last_cell=row.last_cell, last_fix_at=row.last_fix_at
    )
