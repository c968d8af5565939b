"""The limit of the live feed: a bare ASGI relay.

One Redis subscription; what it says is encoded once and sent to every socket. Nobody
is asked who they are, nothing is filtered, nobody who is slow is let go.
"""

import asyncio
import os
from typing import Any

import orjson
from redis.asyncio import Redis

CHANNEL = "bench:relay"

sockets: set[Any] = set()
tasks: list["asyncio.Task[None]"] = []


async def pump() -> None:
    """Pass on what Redis says."""
    client = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=None)
    async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(CHANNEL)
        while True:
            message = await pubsub.get_message(timeout=None)
            if message is None:
                continue
            text = orjson.dumps(orjson.loads(message["data"])).decode()
            frame = {"type": "websocket.send", "text": text}
            for send in list(sockets):
                await send(frame)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve one connection."""
    if scope["type"] == "lifespan":
        await receive()
        tasks.append(asyncio.create_task(pump()))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
    else:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": '{"kind":"hello"}'})
        sockets.add(send)
        try:
            while (await receive())["type"] != "websocket.disconnect":
                pass
        finally:
            sockets.discard(send)
