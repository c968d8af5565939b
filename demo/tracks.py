"""Writing the positions of past patrols, one statement per patrol."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from django.db import connection

from agencies.context import system
from demo.patrols import Outing
from patrols.cells import cell_at

_INSERT = """
INSERT INTO patrols_fix (
    id, audience, expiring, patrol_id, device,
    at, place, cell, speed_mps, heading_deg, accuracy_m, received_at
)
SELECT
    gen_random_uuid(), %s::text[], NULL, %s::uuid, %s,
    at, ST_SetSRID(ST_MakePoint(lon, lat), 4326),
    cell, speed_mps, heading_deg, %s, at + make_interval(secs => %s)
FROM unnest(
    %s::timestamptz[], %s::float8[], %s::float8[], %s::int8[], %s::float8[],
    %s::float8[]
) AS fix (at, lon, lat, cell, speed_mps, heading_deg)
"""


def write(outings: Iterable[Outing], rng: random.Random) -> int:
    """Write all fixes with their patrol's audience; return how many."""
    count = 0
    with system("load demo"), connection.cursor() as cursor:
        for outing in outings:
            fixes, patrol = outing.fixes, outing.patrol
            if patrol.expiring:
                raise ValueError(f"{patrol}: a release of a past patrol expires")
            columns: list[Any] = [
                [fix.at for fix in fixes],
                [fix.lon for fix in fixes],
                [fix.lat for fix in fixes],
                [cell_at(fix.lon, fix.lat) for fix in fixes],
                [round(fix.speed_mps, 2) for fix in fixes],
                [round(fix.heading, 1) for fix in fixes],
            ]
            device = f"{patrol.lead.code.lower()}-{rng.randint(1, 40):02d}"
            accuracy_m = rng.choice([4.0, 6.0, 8.0, 12.0])
            late_s = rng.choice([2, 3, 5, 30])
            cursor.execute(
                _INSERT,
                [patrol.audience, str(patrol.pk), device, accuracy_m, late_s, *columns],
            )
            count += len(fixes)
    return count
