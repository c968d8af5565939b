"""One hub in each live process: it watches the journal and tells all open sockets.

A poke from Redis wakes it; without Redis it looks by itself, every second. Each look
is one pass over the database for all sockets together (:func:`live.feed.look`), in a
thread of its own. The pump and the listener must live: if one dies, the process ends
with a shout, and the sockets resume elsewhere.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agencies.accounts import Held
from live import feed, metrics, pokes
from live.readers import Reader, looked_up_once
from live.sockets import Code, Frame, Socket, encode

POLL_SECONDS = 1.0
# How often sessions, tokens and agreements in force are checked without an occasion,
# and how many at a time: what comes meanwhile waits for nobody.
CHECK_SECONDS = 1.5
CHECK_LOT = 50
BEAT_SECONDS = 25.0
# Between two looks, so that a burst is read in lots.
GAP_SECONDS = 0.02
READ_THREADS = 4
SILENCE_SECONDS = 60.0
SWITCH_SECONDS = 0.001

DATABASE_ERRORS = (OperationalError, InterfaceError)

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)


class Hub:
    """The open sockets of this process."""

    def __init__(self) -> None:
        """Stand still until :meth:`start`."""
        self.sockets: set[Socket] = set()
        self.head = 0
        # When the journal was last seen, by the monotonic clock.
        self.looked_at: float | None = None
        self._joining: list[tuple[Socket, asyncio.Future[int]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        # Who waits here gets no events yet, which would grow old meanwhile.
        self.entrance = asyncio.Semaphore(READ_THREADS)
        self._beat_at = float("-inf")
        self._pump_thread: Executor
        self._read_threads: Executor

    def start(self) -> None:
        """Begin to watch the journal; does nothing the second time."""
        if self._tasks:
            return
        # The event loop sends while threads read: it must not wait 5 ms for its turn.
        sys.setswitchinterval(SWITCH_SECONDS)
        self._pump_thread = ThreadPoolExecutor(1, "live-pump")
        self._read_threads = ThreadPoolExecutor(READ_THREADS, "live-read")
        self._keep(self._pump(), "pump")
        self._keep(self._listen(), "listener")
        self._keep(self._check(), "checker")

    async def stop(self) -> None:
        """Let the sockets go and end the watch."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.remove_done_callback(_died)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for threads in (self._pump_thread, self._read_threads):
            threads.shutdown(wait=False, cancel_futures=True)

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function of :mod:`live.feed` in one of the reading threads."""
        return await _in_thread(self._read_threads, partial(work, *args, **kwargs))

    async def join(self, socket: Socket) -> int:
        """Let a socket in; it gets all events after the place that is returned."""
        self.start()
        admitted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._joining.append((socket, admitted))
        self._wake.set()
        return await admitted

    def leave(self, socket: Socket) -> None:
        """Forget a socket."""
        self.sockets.discard(socket)
        self._joining = [pair for pair in self._joining if pair[0] is not socket]
        metrics.SOCKETS.set(len(self.sockets))

    def _keep(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_died)
        self._tasks.append(task)

    # --- the pump

    async def _pump(self) -> None:
        while True:
            try:
                is_more = await self._turn()
            except DATABASE_ERRORS as error:
                log.warning("live_database", error=type(error).__name__)
                await asyncio.sleep(POLL_SECONDS)
                continue
            if is_more:
                await self._settle()
            elif not self._joining:
                await self._rest()

    async def _turn(self) -> bool:
        """Look once and tell everybody; return whether there is more to read."""
        if not self.sockets:
            # Nobody listens: step over what came meanwhile.
            self.head = await _in_thread(self._pump_thread, feed.newest)
            self.looked_at = time.monotonic()
        self._admit()
        if not self.sockets:
            return False
        began = time.monotonic()
        sockets = list(self.sockets)
        readers = [socket.reader for socket in sockets]
        work = partial(feed.look, self.head, readers)
        seen = await _in_thread(self._pump_thread, work)
        self.head = seen.upto
        self.looked_at = time.monotonic()
        metrics.LOOK_SECONDS.observe(self.looked_at - began)
        self._tell(sockets, seen)
        return seen.is_more

    def _admit(self) -> None:
        joining, self._joining = self._joining, []
        for socket, admitted in joining:
            if not admitted.done():
                self.sockets.add(socket)
                admitted.set_result(self.head)
        metrics.SOCKETS.set(len(self.sockets))

    def _tell(self, sockets: list[Socket], seen: feed.Look) -> None:
        beat = self._beat()
        count = 0
        for socket in sockets:
            reader: Reader = socket.reader
            if reader in seen.ended:
                socket.end(Code.RIGHTS_CHANGED)
                continue
            if socket.is_stuck:
                socket.end(Code.TOO_SLOW)
                continue
            if seen.was_checked:
                reader.rights = seen.rights
            if frames := [*seen.frames(reader), *beat]:
                count += len(frames)
                socket.put(frames)
        metrics.FRAMES.inc(count)

    def _beat(self) -> list[Frame]:
        """Return a sign of life when it is time; only a look that worked gives one."""
        now = time.monotonic()
        if now - self._beat_at < BEAT_SECONDS:
            return []
        self._beat_at = now
        return [encode({"kind": "beat", "at": timezone.now()})]

    async def _settle(self) -> None:
        """In a long burst, give those who keep up the time to; wait for no other."""
        until = time.monotonic() + 1
        while time.monotonic() < until:
            await asyncio.sleep(0.005)
            if not any(s.waiting and not s.is_slow for s in self.sockets):
                break
        for socket in self.sockets:
            socket.is_slow = socket.waiting > 0

    async def _rest(self) -> None:
        await asyncio.sleep(GAP_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        self._wake.clear()

    # --- the checker

    async def _check(self) -> None:
        """Visit every reader in turn, some at a time, beside the pump."""
        while True:
            sockets = list(self.sockets)
            starts = range(0, max(1, len(sockets)), CHECK_LOT)
            held = looked_up_once()
            for start in starts:
                await asyncio.sleep(CHECK_SECONDS / len(starts))
                try:
                    await self._visit(sockets[start : start + CHECK_LOT], held)
                except DATABASE_ERRORS as error:
                    log.warning("live_database", error=type(error).__name__)
            with suppress(*DATABASE_ERRORS):
                metrics.OUTBOX_AGE.set(await self.read(feed.lag))

    async def _visit(self, sockets: Collection[Socket], held: Held) -> None:
        readers = [socket.reader for socket in sockets]
        ended = await self.read(feed.check, readers, held)
        for socket in sockets:
            if socket.reader in ended:
                socket.end(Code.RIGHTS_CHANGED)

    # --- the listener

    async def _listen(self) -> None:
        """Turn pokes into looks; without Redis, try again and leave it to the poll."""
        wait = 0.5
        while True:
            try:
                await self._subscribe()
                wait = 0.5
            except (RedisError, OSError) as error:
                log.warning("live_redis", error=type(error).__name__)
            await asyncio.sleep(random.uniform(wait / 2, wait))  # noqa: S311
            wait = min(wait * 2, 5.0)

    async def _subscribe(self) -> None:
        client = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=2,
            socket_connect_timeout=2,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )
        async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(pokes.SEQUENCED)
            self._wake.set()
            while True:
                # Not ``listen()``: that takes silence longer than the socket's
                # timeout for a broken connection.
                if await pubsub.get_message(timeout=SILENCE_SECONDS):
                    self._wake.set()


async def _in_thread(threads: Executor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, _fresh, work)


def _fresh(work: Callable[[], T]) -> T:
    """Do database work on this thread's own connection, renewed if it is broken."""
    close_old_connections()
    return work()


def _died(task: "asyncio.Task[None]") -> None:
    """End the process: a hub without its pump looks alive and tells nobody."""
    error = None if task.cancelled() else task.exception()
    log.critical("live_task_died", task=task.get_name(), exc_info=error)
    os._exit(70)


hub = Hub()
