"""The ``sequencer`` process."""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)
from kombu.exceptions import OperationalError as BrokerError
from redis.backoff import NoBackoff
from redis.retry import Retry

from live import pokes, sequencer

log = structlog.get_logger(__name__)

# How long an event waits at most when Redis is away.
POLL_SECONDS = 0.5
ALIVE_SECONDS = 2.0


class Command(BaseCommand):
    """Order committed events and wake the live processes, for ever."""

    help = "Order committed events and wake the live processes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop; survive the loss of either server.

        The tasks that follow events are started from a thread of their own: a broker
        that hangs must not hold up the order of events.
        """
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        fresh = threading.Event()
        follow = _Followers(stopping, fresh)
        threading.Thread(target=follow.run, name="dispatch", daemon=True).start()
        poke = _Poke()
        alive_at = float("-inf")
        while not stopping.is_set():
            if _survives(_number):
                fresh.set()
            if time.monotonic() - alive_at >= ALIVE_SECONDS:
                _survives(sequencer.alive)
                alive_at = time.monotonic()
            poke.wait()
        log.info("sequencer_stops")


def _number() -> bool:
    """Number everything that waits; return whether there was anything."""
    is_fresh = False
    while sequencer.sequence():
        is_fresh = True
        pokes.sequenced()
    return is_fresh


def _survives(work: Callable[[], object]) -> object:
    """Do database work; when the database is away, say so and wait a little."""
    try:
        close_old_connections()
        return work()
    except (OperationalError, InterfaceError) as error:
        log.warning("sequencer_database", error=type(error).__name__)
        connection.close()
        time.sleep(POLL_SECONDS)
        return None


class _Followers:
    """Starts the tasks that follow events."""

    def __init__(self, stopping: threading.Event, fresh: threading.Event) -> None:
        self.stopping = stopping
        self.fresh = fresh

    def run(self) -> None:
        """Dispatch for ever; a fault that nobody foresaw ends the process."""
        try:
            while not self.stopping.is_set():
                while _survives(self._dispatch):
                    pass
                self.fresh.wait(POLL_SECONDS * 10)
                self.fresh.clear()
        except Exception:
            log.exception("dispatch_died")
            os._exit(70)

    def _dispatch(self) -> bool:
        try:
            return sequencer.dispatch()
        except (redis.RedisError, BrokerError) as error:
            log.warning("dispatch_waits", error=type(error).__name__)
            return False


class _Poke:
    """Waits for a poke, or for the time of the next poll."""

    def __init__(self) -> None:
        self.pubsub: Any = None

    def wait(self) -> None:
        try:
            if self.pubsub is None:
                self.pubsub = _subscribe()
            self.pubsub.get_message(timeout=POLL_SECONDS)
        except redis.RedisError as error:
            log.warning("sequencer_redis", error=type(error).__name__)
            self.pubsub = None
            time.sleep(POLL_SECONDS)


def _subscribe() -> Any:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    pubsub = client.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(pokes.WRITTEN)
    return pubsub
