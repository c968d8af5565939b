"""Content-free signals over Redis; losing one delays, never loses."""

from functools import cache

import redis
import structlog
from django.conf import settings

WRITTEN = "karaul:written"
SEQUENCED = "karaul:sequenced"

log = structlog.get_logger(__name__)


@cache
def client() -> "redis.Redis":
    """Return this process's connection for sending; it never waits long."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    )


def _send(channel: str) -> None:
    try:
        client().publish(channel, b"")
    except redis.RedisError as error:
        log.warning("poke_lost", channel=channel, error=type(error).__name__)


def written() -> None:
    """Tell the sequencer that something was committed."""
    _send(WRITTEN)


def sequenced() -> None:
    """Tell the live processes that events have their order."""
    _send(SEQUENCED)
