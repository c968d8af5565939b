"""The one WebSocket consumer, ``/ws/live/``: replays what was missed, then streams."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.utils import timezone

from agencies.errors import Invalid
from live import cursors, feed, metrics
from live.hub import DATABASE_ERRORS, hub
from live.readers import SCOPE, ForeignOrigin, credential
from live.sockets import Code, Send, Socket, encode

JOIN_SECONDS = 10
CLOSE_SECONDS = 5
# The only thing that a client may say, and no oftener than this.
PING = "ping"
PING_SECONDS = 1.0

log = structlog.get_logger(__name__)


class LiveConsumer(AsyncConsumer):
    """One socket, from its handshake to its end."""

    scope: dict[str, Any]
    base_send: Send
    socket: Socket | None = None
    task: asyncio.Task[None] | None = None
    pinged_at = float("-inf")

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Hand a message on, without Channels' visit to a database thread."""
        handlers = {
            "websocket.connect": self.connect,
            "websocket.receive": self.receive,
            "websocket.disconnect": self.disconnect,
        }
        await handlers[message["type"]](message)

    async def connect(self, message: dict[str, Any]) -> None:
        """Recognise the reader and begin to stream, or say why not.

        A foreign page is refused with HTTP 403. Other refusals come after the
        handshake: a browser's script could not read their code before.
        """
        hub.start()
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in self.scope["headers"]
        }
        try:
            shown = credential(headers)
            reader = await hub.read(feed.enter, shown) if shown else None
        except ForeignOrigin:
            await self.base_send({"type": "websocket.close"})
            return
        except DATABASE_ERRORS:
            await self.base_send({"type": "websocket.accept"})
            await self._bye(Code.TRY_LATER)
            return
        await self.base_send({"type": "websocket.accept"})
        if reader is None:
            await self._bye(Code.NOT_LOGGED_IN)
        elif reader.actor.scopes is not None and SCOPE not in reader.actor.scopes:
            await self._bye(Code.RIGHTS_CHANGED)
        else:
            self.socket = Socket(reader, self.base_send)
            self.task = asyncio.create_task(self._live(self.socket))

    async def receive(self, message: dict[str, Any]) -> None:
        """Answer a ping; a client has nothing else to say."""
        if self.socket is None:
            return
        now = time.monotonic()
        if message.get("text") != PING or now - self.pinged_at < PING_SECONDS:
            self.socket.end(Code.BAD_CLIENT)
            return
        self.pinged_at = now
        self.socket.put([encode({"kind": "beat", "at": timezone.now()})])

    async def disconnect(self, message: dict[str, Any]) -> None:
        """Forget the socket."""
        if self.socket is not None:
            hub.leave(self.socket)
        if self.task is not None:
            self.task.cancel()
        raise StopConsumer

    async def _live(self, socket: Socket) -> None:
        """Stream until something ends it; then say what."""
        code: int
        try:
            with socket.streaming():
                await self._stream(socket)
        except asyncio.CancelledError:
            if socket.code is None:
                raise
            code = socket.code
        except feed.Ended:
            code = Code.RIGHTS_CHANGED
        except (*DATABASE_ERRORS, TimeoutError):
            code = Code.TRY_LATER
        except OSError:
            return  # The peer is gone.
        except Exception:
            log.exception("live_socket")
            code = 1011
        finally:
            hub.leave(socket)
        await self._bye(code)

    async def _stream(self, socket: Socket) -> None:
        after, is_lost = self._after()
        # Not ``wait_for``: in Python 3.11 it swallows an end that comes just when
        # the socket is let in.
        async with hub.entrance:
            async with asyncio.timeout(JOIN_SECONDS):
                joined = await hub.join(socket)
            start = await hub.read(
                feed.resume, socket.reader, after, joined, is_lost=is_lost
            )
        for frame in start.frames:
            await socket.send(frame)
        place: int | None = start.place
        last = start.place
        while place is not None and place < joined:
            frames, place = await hub.read(feed.replay, socket.reader, place, joined)
            for frame in frames:
                await socket.send(frame)
        await socket.forward(max(last, joined))

    def _after(self) -> tuple[int | None, bool]:
        """Return the place to continue from, and whether it makes no sense."""
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        given = query.get("after", [""])[0]
        if not given:
            return None, False
        try:
            return cursors.decode(given), False
        except Invalid:
            return None, True

    async def _bye(self, code: int) -> None:
        metrics.CLOSED.labels(code=int(code)).inc()
        try:
            closing = {"type": "websocket.close", "code": int(code)}
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.base_send(closing)
        except (OSError, RuntimeError, TimeoutError):
            # It closed first, or does not read any more; its pings will tell.
            log.info("live_peer_gone", code=int(code))
