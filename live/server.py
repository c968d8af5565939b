"""What the live process does beside its sockets: begin, end, and say how it is.

The proxy passes on ``/ws/`` alone, so that ``/livez``, ``/readyz`` and ``/metrics``
here are for the inside.
"""

import time
from typing import Any

import orjson
import prometheus_client

from live.hub import hub

# A process that has not seen the journal for so long is not ready.
LOOK_SECONDS = 15.0

Answer = tuple[int, str, bytes]


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Start and stop the hub with its server (ASGI lifespan)."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Refuse a socket at any other address."""
    await receive()
    await send({"type": "websocket.close"})


async def status(scope: Any, receive: Any, send: Any) -> None:
    """Answer ``/livez``, ``/readyz`` and ``/metrics``."""
    answers = {"/livez": _livez, "/readyz": _readyz, "/metrics": _metrics}
    code, kind, body = answers.get(scope["path"], _nothing)()
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _livez() -> Answer:
    return 200, "text/plain", b"ok\n"


def _readyz() -> Answer:
    seen = hub.looked_at
    is_ready = seen is not None and time.monotonic() - seen < LOOK_SECONDS
    status = "ready" if is_ready else "not_ready"
    body = orjson.dumps({"status": status, "checks": {"feed": is_ready}})
    return 200 if is_ready else 503, "application/json", body


def _metrics() -> Answer:
    body = prometheus_client.generate_latest()
    return 200, prometheus_client.CONTENT_TYPE_LATEST, body


def _nothing() -> Answer:
    return 404, "text/plain", b"not found\n"
