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

_is_system: ContextVar[bool] = ContextVar("is_system", default=False)
_keys: ContextVar[tuple[str, ...]] = ContextVar("keys", default=())


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Read and write as ``actor`` for one transaction."""
    with _transaction(actor.keys, is_system=False):
        yield


@contextmanager
def reading_as(keys: tuple[str, ...]) -> Iterator[None]:
    """Read with these keys: a live read shared by colleagues.

    In a transaction it is a part that does not fail alone: no savepoint is needed.
    """
    with _transaction(keys, is_system=False, savepoint=False):
        yield


@contextmanager
def system(reason: str) -> Iterator[Actor]:
    """Act for the platform itself; ``tests/test_conventions.py`` lists who may.

    It assumes the system database role until the block ends.
    """
    with _transaction((), is_system=True):
        yield Actor(label=f"system:{reason}")


@contextmanager
def _transaction(
    keys: tuple[str, ...], *, is_system: bool, savepoint: bool = True
) -> Iterator[None]:
    """Open a transaction, or a savepoint, with a role and keys of its own.

    When it ends the outer ones hold again: by PostgreSQL if it rolls back or was
    the whole transaction, by us if it was part of one.
    """
    is_part = connection.in_atomic_block
    was_system, before = _is_system.get(), _keys.get()
    tokens = _is_system.set(is_system), _keys.set(keys)
    try:
        with transaction.atomic(savepoint=savepoint):
            _assume(keys, is_system=is_system)
            yield
            if is_part and not connection.needs_rollback:
                _assume(before, is_system=was_system)
    finally:
        _is_system.reset(tokens[0])
        _keys.reset(tokens[1])


def _assume(keys: tuple[str, ...], *, is_system: bool) -> None:
    role = settings.DATABASE_SYSTEM_ROLE if is_system else "none"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.keys',"
            " coalesce(nullif(%s::text[], '{}')::text, ''), true)",
            [role, list(keys)],
        )
