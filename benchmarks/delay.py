"""From a report at one agency to the frame on a screen of another, in peace."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from django.conf import settings
from websockets.sync.client import connect
from websockets.typing import Origin

from benchmarks.figures import Figure, percentile
from benchmarks.load import Caller
from benchmarks.system import System, say
from tests.stack import next_event

TIMES = 100
PAUSE = 0.1
DELAY = {"floor": 1000.0, "goal": 250.0}


def measure(stack: System, times: int = TIMES) -> Iterator[Figure]:
    """Report through the proxy; wait for the frame at the other agency's socket."""
    say("report to screen")
    stack.up("web", "live", "sequencer", "proxy")
    token = stack.bearer("KG-BS")
    session = stack.sessions("partner", 1)[0]
    caller = Caller(stack.url, {"Authorization": f"Bearer {token}"})
    answered, arrived = [], []
    with connect(
        f"{stack.url.replace('http', 'ws')}/ws/live/",
        origin=Origin(stack.url),
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
        compression=None,
        proxy=None,
    ) as socket:
        for n in range(times + 5):
            caller.headers["Idempotency-Key"] = str(uuid4())
            began = time.monotonic()
            made = orjson.loads(caller.post("/api/v1/incidents/", _report(n)))
            after = time.monotonic()
            frame = next_event(socket)
            now = time.monotonic()
            assert frame["ref"]["id"] == made["id"], frame
            if n >= 5:
                answered.append((after - began) * 1000)
                arrived.append((now - began) * 1000)
            # Not in step with the clocks of hub and sequencer.
            time.sleep(PAUSE * (0.5 + n * 0.618 % 1))
    caller.close()
    yield Figure("report to answer p50", percentile(answered, 50), "ms")
    yield Figure("report to answer p99", percentile(answered, 99), "ms")
    yield Figure("report to screen p50", percentile(arrived, 50), "ms")
    yield Figure("report to screen p99", percentile(arrived, 99), "ms", **DELAY)


def _report(n: int) -> bytes:
    return orjson.dumps(
        {
            "category": "smuggling",
            "severity": "severe",
            "title": f"Two men with packs, {n}",
            "narrative": "Seen from the post at first light.",
            "place": {"type": "Point", "coordinates": [70.6, 40.1]},
            "occurred_at": datetime.now(UTC),
            "release_to": ["agreement:KG-TJ"],
        }
    )
