"""Databases of a test's own, with real commits, and cursors beside Django's.

A copy takes a fraction of a second, and two copies of one are equal to the byte: the
same ids, the same times. Nothing in them is rolled back, they are dropped. What is
copied is made once and kept until the sources that it is made by change.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
from django.core.management import call_command
from django.db import connections

from tests import world

ROOT = Path(__file__).resolve().parent.parent
# What makes a kept database: the schema and its row policies, and the small world.
MADE_BY = (
    "config/*.py", "agencies/**/*.py", "live/**/*.py", "*/models.py", "*/models/*.py",
    "*/migrations/*.py",
)  # fmt: skip
# Migrated and empty; and with the small world in it.
EMPTY = "test_kept_empty"
SMALL_WORLD = "test_kept_world"


@contextmanager
def cursor_in(name: str, alias: str = "owner") -> Iterator[Any]:
    """Give a cursor in a database, as an alias's role; every statement commits."""
    place = connections[alias].settings_dict
    connection = psycopg2.connect(
        host=place["HOST"],
        port=place["PORT"],
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=name,
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def statement(text: str) -> None:
    """Run one statement about databases, as their owner and in none of them."""
    with cursor_in("postgres") as cursor:
        cursor.execute(text)


def drop(name: str) -> None:
    """Drop a database, whoever is in it.

    PostgreSQL's own cleaner (autovacuum) may be in it, which only a superuser can send
    away; it is gone in a moment.
    """
    until = time.monotonic() + 20
    while True:
        try:
            statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        except psycopg2.errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def in_use() -> str:
    """Return the name of the database that the connections lead to."""
    return str(connections["default"].settings_dict["NAME"])


def lead_to(name: str) -> None:
    """Let every connection lead to another database from now on."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let every connection lead to a database for a while."""
    before = in_use()
    lead_to(name)
    try:
        yield
    finally:
        lead_to(before)


@contextmanager
def keeping(
    name: str, is_good: Callable[[str], bool], make: Callable[[], str]
) -> Iterator[None]:
    """Hold a kept database still, made anew unless it is good.

    ``make`` returns a mark, by which ``is_good`` then knows it. Whoever else wants it
    waits, and finds it made.
    """
    with cursor_in("postgres") as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s",
            [name],
        )
        if not is_good((cursor.fetchone() or [None])[0] or ""):
            cursor.execute(f"COMMENT ON DATABASE {name} IS %s", [make()])
        yield


def copy(source: str, name: str) -> None:
    """Make a database as a copy of another, which is made first if it is a kept one."""
    make = {EMPTY: _make_empty, SMALL_WORLD: _make_world}.get(source)
    drop(name)
    with ExitStack() as still:
        if make:
            still.enter_context(keeping(source, lambda m: m == fingerprint(), make))
        statement(f"CREATE DATABASE {name} TEMPLATE {source}")


@cache
def fingerprint() -> str:
    """Return what the kept databases depend on, in short."""
    files = [ROOT / "requirements.lock", Path(__file__), Path(world.__file__)]
    files += sorted({path for pattern in MADE_BY for path in ROOT.glob(pattern)})
    found = hashlib.sha256()
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _make_empty() -> str:
    drop(EMPTY)
    statement(f"CREATE DATABASE {EMPTY} TEMPLATE template_karaul")
    with using(EMPTY):
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    return fingerprint()


def _make_world() -> str:
    copy(EMPTY, SMALL_WORLD)
    with using(SMALL_WORLD):
        world.build()
    return fingerprint()


@contextmanager
def copied(suffix: str, blocker: Any, *, of: str = "") -> Iterator[str]:
    """Copy a database, the run's own unless named; drop the copy in the end."""
    name = f"{in_use()}_{suffix}"
    with blocker.unblock():
        connections.close_all()
        copy(of or in_use(), name)
        # Nothing here must survive a crash of the machine.
        statement(f"ALTER DATABASE {name} SET synchronous_commit = off")
        try:
            yield name
        finally:
            drop(name)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make some calls at the same time, on a connection each; return the answers."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
