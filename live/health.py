"""Whether the processes live, and whether they can do their work.

``/livez`` touches nothing. ``/readyz`` asks what everything depends on, as nobody in
particular: it reads unguarded tables only, and its answer names parts of the platform,
never what is in it.
"""

from collections.abc import Callable
from functools import cache

import redis
import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.guards import public
from live import pokes
from live.models import Dispatch

# A sequencer that said nothing for so long does not work.
SEQUENCER_SECONDS = 15.0

log = structlog.get_logger(__name__)


@public
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer, so that one knows that somebody does."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say of each thing this process depends on whether it works; 503 if one does not.

    Redis alone being away delays and loses nothing; it is still reported, for
    somebody should look.
    """
    checks = {name: _works(name, check) for name, check in CHECKS.items()}
    is_ready = all(checks.values())
    body = {"status": "ready" if is_ready else "not_ready", "checks": checks}
    return JsonResponse(body, status=200 if is_ready else 503)


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, redis.RedisError) as error:
        log.warning("not_ready", check=name, error=type(error).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    return _migrated() or _look_again()


@cache
def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    return not executor.migration_plan(leaves)


def _look_again() -> bool:
    """A "no" is not remembered: the migrations may be under way."""
    _migrated.cache_clear()
    return False


def _redis() -> bool:
    return bool(pokes.client().ping())


def _sequencer() -> bool:
    alive_at = Dispatch.objects.filter(pk=1).values_list("alive_at", flat=True).first()
    if alive_at is None:
        return False
    return (timezone.now() - alive_at).total_seconds() < SEQUENCER_SECONDS


CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "sequencer": _sequencer,
}
