"""Many sockets in one thread, which behave as ``static/js/live.js`` does."""

import asyncio
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import orjson
import uvloop
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.faults.system import Seat
from tests.faults.writers import MARK_FORM

SILENCE_SECONDS = 60
LONGEST_BACK_OFF = 30.0
# One in so many comes back as a page that had not shown the last frames yet.
FORGETFUL = 4


class Frame(NamedTuple):
    """One event as it came: ``marks`` are the marked texts anywhere in it."""

    id: str
    kind: str
    cursor: str
    ref: str
    marks: frozenset[str]


@lru_cache(maxsize=4096)
def _event(text: str) -> Frame:
    said = orjson.loads(text)
    marks = frozenset(MARK_FORM.findall(text))
    return Frame(said["id"], said["kind"], said["cursor"], said["ref"]["id"], marks)


@dataclass
class Arrivals:
    """At how many sockets a report was, when at the first and when at the last."""

    first: float
    last: float = 0.0
    count: int = 0


@dataclass
class Receiver:
    """One page: all frames of each of its connections."""

    seat: Seat
    crowd: "Crowd"
    dice: random.Random
    connections: list[list[Frame]] = field(default_factory=list)
    start: str = ""
    cursor: str = ""
    is_open: bool = False
    failures: int = 0
    seen: set[str] = field(default_factory=set)

    async def stay(self) -> None:
        """Connect, and again after every end, after a random part of a longer time."""
        while True:
            self.crowd.ends[await self._listen()] += 1
            self.failures += 1
            most = min(self.crowd.longest_back_off, 2.0 ** min(self.failures, 10))
            await asyncio.sleep(self.dice.random() * most)

    async def _listen(self) -> str:
        """Hold one connection; return how it ended."""
        try:
            async with await self._open() as socket:
                frames: list[Frame] = []
                self.connections.append(frames)
                while True:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        text = await socket.recv()
                    self._take(str(text), frames)
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else 1006)
        except TimeoutError:
            return "silent"
        except (OSError, EOFError, WebSocketException):
            return "not taken"
        finally:
            self.is_open = False

    async def _open(self) -> ClientConnection:
        after = self.cursor
        if self.connections and self.dice.randrange(FORGETFUL) == 0:
            last = self.connections[-1][-3:]
            after = last[0].cursor if last else after
        return await connect(
            self.crowd.url + (f"?after={after}" if after else ""),
            origin=self.crowd.origin,
            additional_headers={
                "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.seat.session}"
            },
            compression=None,
            proxy=None,
            ping_interval=None,
            open_timeout=SILENCE_SECONDS,
            close_timeout=1,
        )

    def _take(self, text: str, frames: list[Frame]) -> None:
        # Signs of life differ each time and are not worth keeping.
        if text.startswith(('{"kind":"hello"', '{"kind":"beat"', '{"kind":"resync"')):
            said = orjson.loads(text)
            if said["kind"] == "hello":
                self.is_open, self.failures = True, 0
                self.start = self.start or said["cursor"]
            self.crowd.signs[said["kind"]] += 1
            self.cursor = said.get("cursor", self.cursor)
            return
        frame = _event(text)
        self.cursor = frame.cursor
        frames.append(frame)
        if frame.id not in self.seen:
            self.seen.add(frame.id)
            self.crowd.note(frame)


class Crowd:
    """All receivers, in a thread of their own."""

    def __init__(
        self,
        url: str,
        origin: str,
        seats: list[Seat],
        seed: int,
        *,
        longest_back_off: float,
    ) -> None:
        """Give each seat one socket; the same seat may come more than once."""
        self.longest_back_off = longest_back_off
        self.url = url
        self.origin = origin
        self.arrivals: dict[str, Arrivals] = {}
        # How connections ended, and what came that was no event.
        self.ends: Counter[str] = Counter()
        self.signs: Counter[str] = Counter()
        self.receivers = [
            Receiver(seat, self, random.Random(f"{seed}-{n}"))
            for n, seat in enumerate(seats)
        ]
        self._stopping: asyncio.Event
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def is_open(self) -> bool:
        """Whether every socket is."""
        return all(one.is_open for one in self.receivers)

    def note(self, frame: Frame) -> None:
        """Note that a report came to one more."""
        if frame.kind == "incident.reported":
            now = time.monotonic()
            seen = self.arrivals.setdefault(frame.ref, Arrivals(now))
            seen.last, seen.count = now, seen.count + 1

    def open(self) -> None:
        """Begin to connect all at once."""
        self._thread.start()

    def close(self) -> None:
        """Hang up everywhere."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._all())
        self._loop.close()

    async def _all(self) -> None:
        self._stopping = asyncio.Event()
        tasks = [asyncio.create_task(one.stay()) for one in self.receivers]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
