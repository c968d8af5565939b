"""One open connection: a bounded queue, and the task that empties it.

Frames are encoded once and shared by all who may see the same, so that a queue holds
little more than references. Whoever reads too slowly is let go, never waited for; the
cursor brings the rest.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NamedTuple

import orjson

from live.readers import Reader

# Frames that may wait for one slow reader, and how long nothing may move: what waits
# was true, and allowed, when it was read.
QUEUE_LENGTH = 1024
STUCK_SECONDS = 10.0

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Code(IntEnum):
    """Why the server closes; ``docs/live.md`` says what to do then."""

    TRY_LATER = 1013
    BAD_CLIENT = 4400
    NOT_LOGGED_IN = 4401
    RIGHTS_CHANGED = 4403
    TOO_SLOW = 4408


class Frame(NamedTuple):
    """One message, encoded; ``seq`` is None for what is not an event."""

    seq: int | None
    text: str


def encode(content: dict[str, Any], seq: int | None = None) -> Frame:
    """Encode a message as it goes out; times end in Z, as everywhere."""
    data = orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
    return Frame(seq, data.decode())


class Socket:
    """One reader's open connection."""

    def __init__(self, reader: Reader, send: Send) -> None:
        """Make it silent; :meth:`forward` lets frames through."""
        self.reader = reader
        self.code: Code | None = None
        # Did not keep up lately: nobody waits for it.
        self.is_slow = False
        self._moved_at = time.monotonic()
        self._task: asyncio.Task[Any] | None = None
        self._send = send
        self._queue: deque[Frame] = deque()
        self._ready = asyncio.Event()
        # The place that was reached otherwise.
        self._after = -1
        # Nothing waits, and all that was put before is sent.
        self._is_idle = False

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._queue)

    @property
    def is_stuck(self) -> bool:
        """Whether frames wait and none has gone out for long."""
        is_still = time.monotonic() - self._moved_at > STUCK_SECONDS
        return bool(self._queue) and is_still

    def put(self, frames: Sequence[Frame]) -> None:
        """Send one frame at once if nothing is in its way, or queue; never wait.

        More frames than fit end the connection.
        """
        if self.code is not None:
            return
        if self._is_idle and len(frames) == 1 and self._send_now(frames[0]):
            return
        self._is_idle = False
        if not self._queue:
            self._moved_at = time.monotonic()
        self._queue.extend(frames)
        if len(self._queue) > QUEUE_LENGTH:
            self.end(Code.TOO_SLOW)
        self._ready.set()

    def end(self, code: Code) -> None:
        """Send nothing more, and close with this code."""
        if self.code is None:
            self.code = code
            self._queue.clear()
            if self._task is not None:
                self._task.cancel()

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Let :meth:`end` cancel what the current task does in this block."""
        if self.code is not None:
            raise asyncio.CancelledError
        self._task = asyncio.current_task()
        try:
            yield
        finally:
            self._task = None

    async def send(self, frame: Frame) -> None:
        """Send one frame now; waits while the peer does not read."""
        await self._send({"type": "websocket.send", "text": frame.text})
        self._moved_at = time.monotonic()

    async def forward(self, after: int) -> None:
        """Send what is queued, for ever; events up to ``after`` were sent before."""
        self._after = after
        while True:
            while self._queue:
                frame = self._queue.popleft()
                if self._is_new(frame):
                    await self.send(frame)
            self._ready.clear()
            self._is_idle = True
            await self._ready.wait()

    def _is_new(self, frame: Frame) -> bool:
        return frame.seq is None or frame.seq > self._after

    def _send_now(self, frame: Frame) -> bool:
        """Send without a turn of the event loop, which costs as much as the sending.

        One step of the server's ``send`` does it, unless the peer must be waited for:
        uvicorn waits before it writes anything, so that the step can be taken back.
        """
        if not self._is_new(frame):
            return True
        sending = self._send({"type": "websocket.send", "text": frame.text})
        step: Any = sending.__await__()
        try:
            next(step)
        except StopIteration:
            return True
        except (OSError, RuntimeError):
            # The peer is gone; the task that forwards finds out the same way.
            return False
        step.close()
        return False
