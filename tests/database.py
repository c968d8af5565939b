"""Databases of a test's own, with real commits, and cursors beside Django's.

A copy takes a fraction of a second, and two copies of one are equal to the byte: the
same ids, the same times. Nothing in them is rolled back, they are dropped.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections


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
    """Drop a database, whoever is in it."""
    statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


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
def copied(suffix: str, blocker: Any, *, of: str = "") -> Iterator[str]:
    """Copy a database, the run's own unless named; drop the copy in the end."""
    source = of or in_use()
    name = f"{source}_{suffix}"
    with blocker.unblock():
        for alias in connections:
            connections[alias].close()
        drop(name)
        statement(f"CREATE DATABASE {name} TEMPLATE {source}")
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
