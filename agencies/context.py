"""In whose name the database is read: the actor's keys, or a named system context.

Both are local to a transaction, so that a pooled connection never keeps the last
actor. Outside both, every guarded table looks empty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import connection, transaction

from agencies.policy import Actor

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor | None:
    """Return who acts in this context, if anybody does."""
    return _actor.get()


def _setting(name: str, value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(%s, true), set_config(%s, %s, true)",
            [name, name, value],
        )
        row = cursor.fetchone()
    return row[0] or "" if row else ""


def _array(keys: tuple[str, ...]) -> str:
    return "{" + ",".join(f'"{key}"' for key in keys) + "}" if keys else ""


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Read and write as ``actor`` for one transaction."""
    token = _actor.set(actor)
    try:
        with transaction.atomic():
            before = _setting("app.keys", _array(actor.keys))
            yield
            if not connection.needs_rollback:
                _setting("app.keys", before)
    finally:
        _actor.reset(token)


@contextmanager
def reading_as(keys: tuple[str, ...]) -> Iterator[None]:
    """Read with these keys for one transaction: a live read shared by colleagues."""
    with transaction.atomic():
        before = _setting("app.keys", _array(keys))
        yield
        if not connection.needs_rollback:
            _setting("app.keys", before)


@contextmanager
def system(reason: str) -> Iterator[Actor]:
    """Act for the platform itself; ``tests/test_conventions.py`` lists who may.

    It assumes the system database role until the block ends.
    """
    actor = Actor(label=f"system:{reason}")
    token = _actor.set(actor)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            before = connection.ops.quote_name(cursor.fetchone()[0])
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_SYSTEM_ROLE}")
            yield actor
            if not connection.needs_rollback:
                cursor.execute(f"SET LOCAL ROLE {before}")
    finally:
        _actor.reset(token)
