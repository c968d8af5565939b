"""The ``sequencer`` process."""

import time
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from kombu.exceptions import OperationalError as BrokerError

from live import pokes, sequencer

log = structlog.get_logger(__name__)

# How long an event waits at most when Redis is away.
POLL_SECONDS = 0.5


class Command(BaseCommand):
    """Order committed events and wake the live processes, for ever."""

    help = "Order committed events and wake the live processes."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until killed; survive the loss of either server."""
        signal = _Signal()
        while True:
            try:
                if self.is_leading():
                    self.drain()
                signal.wait()
            except (OperationalError, InterfaceError) as error:
                log.warning("sequencer_database", error=type(error).__name__)
                connection.close()
                time.sleep(POLL_SECONDS)

    session: object = None

    def is_leading(self) -> bool:
        """Ask for the lock once per database session; it is held until that ends."""
        if self.session is None or self.session is not connection.connection:
            self.session = connection.connection if sequencer.elected() else None
        return self.session is not None

    def drain(self) -> None:
        """Number everything that waits, poke, then start the tasks."""
        while sequencer.sequence():
            pokes.sequenced()
        try:
            sequencer.dispatch()
        except (redis.RedisError, BrokerError) as error:
            log.warning("dispatch_waits", error=type(error).__name__)


class _Signal:
    """Wait for a poke, or for the time of the next poll."""

    def __init__(self) -> None:
        self.pubsub: Any = None

    def wait(self) -> None:
        try:
            if self.pubsub is None:
                client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=None)
                self.pubsub = client.pubsub(ignore_subscribe_messages=True)
                self.pubsub.subscribe(pokes.WRITTEN)
            self.pubsub.get_message(timeout=POLL_SECONDS)
        except redis.RedisError as error:
            log.warning("sequencer_redis", error=type(error).__name__)
            self.pubsub = None
            time.sleep(POLL_SECONDS)
