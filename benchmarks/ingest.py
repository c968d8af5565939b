"""Positions in batches over the API, beside COPY into the same table.

Without ``Idempotency-Key``, as crews send them: a fix counts once anyway.
"""

import io
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from django.contrib.gis.geos import Point

from agencies.context import acting
from benchmarks.figures import ROUNDS, Figure, alternating, beside
from benchmarks.load import Caller
from benchmarks.system import System, say
from patrols.cells import cell_at
from patrols.models import Patrol, PatrolState
from tests.database import cursor_in

BATCH = 500
BATCHES = 20
RATE = {"floor": 0.4, "goal": 0.5}
COLUMNS = (
    "id, audience, device, at, place, cell, speed_mps, heading_deg, accuracy_m,"
    " patrol_id"
)


class Track:
    """A crew on its way: fixes that never come twice."""

    def __init__(self, device: str) -> None:
        """Begin now, as a crew does that has signal."""
        self.device = device
        self.at = datetime.now(UTC)
        self.dice = random.Random(device)

    def fixes(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield fixes as the API takes them."""
        for _fix in range(count):
            self.at += timedelta(milliseconds=1)
            place = [self.dice.uniform(68, 75), self.dice.uniform(38, 42)]
            place = [round(degrees, 6) for degrees in place]
            yield {
                "at": self.at,
                "place": {"type": "Point", "coordinates": place},
                "speed_mps": 1.4,
                "heading_deg": 90.0,
                "accuracy_m": 8.0,
                "device": self.device,
            }


def measure(
    stack: System, rounds: int = ROUNDS, batches: int = BATCHES
) -> Iterator[Figure]:
    """Send batches over one connection, and COPY the same over another, in turn."""
    say("positions")
    stack.up("web")
    token = stack.bearer("KG-BS")
    actor = stack.actor_of(token)
    with stack.database(), acting(actor):
        out = Patrol.objects.visible_to(actor).filter(state=PatrolState.UNDER_WAY)
        row = out.filter(participants__contains=[actor.agency])[0]
    caller = Caller(
        stack.web_url, {"Authorization": f"Bearer {token}", "Host": "localhost"}
    )
    by_api, by_copy = Track("api"), Track("copy")
    with cursor_in(stack.name) as cursor:
        # COPY knows no row security; this is a copy of the database, for us alone.
        cursor.execute("ALTER TABLE patrols_fix NO FORCE ROW LEVEL SECURITY")

        def api(size: int = BATCH) -> float:
            count = max(1, batches * BATCH // size)
            bodies = [_body(row, by_api, size) for _batch in range(count)]
            began = time.perf_counter()
            for body in bodies:
                said = orjson.loads(caller.post("/api/v1/positions/", body))
                assert said["accepted"] == size, said
            return size * count / (time.perf_counter() - began)

        def copied() -> float:
            lots = [_lines(row, by_copy) for _batch in range(batches)]
            began = time.perf_counter()
            for lines in lots:
                cursor.copy_expert(f"COPY patrols_fix ({COLUMNS}) FROM STDIN", lines)
            return BATCH * batches / (time.perf_counter() - began)

        api()
        copied()
        found = alternating(
            {"api": api, "copy": copied, "large": lambda: api(10 * BATCH)}, rounds
        )
        cursor.execute("ALTER TABLE patrols_fix FORCE ROW LEVEL SECURITY")
    caller.close()
    yield beside(
        "positions, 500 a batch", found["api"], "rows/s", found["copy"], **RATE
    )
    yield beside("positions, 5000 a batch", found["large"], "rows/s", found["copy"])


def _body(row: Patrol, track: Track, size: int) -> bytes:
    return orjson.dumps({"patrol": str(row.pk), "fixes": list(track.fixes(size))})


def _lines(row: Patrol, track: Track) -> io.StringIO:
    audience = "{" + ",".join(row.audience) + "}"
    lines = io.StringIO()
    for fix in track.fixes(BATCH):
        place = fix["place"]["coordinates"]
        point = Point(place[0], place[1], srid=4326).hexewkb.decode()
        values = [uuid4(), audience, fix["device"], fix["at"].isoformat(), point]
        values += [cell_at(*place), 1.4, 90.0, 8.0, row.pk]
        lines.write("\t".join(map(str, values)) + "\n")
    lines.seek(0)
    return lines
