"""Content-free signals over Redis; losing one delays, never loses."""

import time
from functools import cache

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

WRITTEN = "karaul:written"
SEQUENCED = "karaul:sequenced"
# After a failure nobody tries for so long: an action must not wait for a dead Redis.
SILENCE_SECONDS = 2.0

log = structlog.get_logger(__name__)
_silent_until = 0.0


@cache
def client() -> "redis.Redis":
    """Return this process's connection for sending; it never waits long."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )


def _send(channel: str) -> None:
    global _silent_until  # noqa: PLW0603
    if time.monotonic() < _silent_until:
        return
    try:
        client().publish(channel, b"")
    except redis.RedisError as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("poke_lost", channel=channel, error=type(error).__name__)


def written() -> None:
    """Tell the sequencer that something was committed."""
    _send(WRITTEN)


def sequenced() -> None:
    """Tell the live processes that events have their order."""
    _send(SEQUENCED)
