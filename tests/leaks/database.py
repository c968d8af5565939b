"""Databases of a test's own, with real commits, copied from the run's migrated one.

A copy takes a fraction of a second, and two copies of one are equal to the byte: the
same ids, the same times. Nothing in them is rolled back, they are dropped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from tests.conftest import _admin_statement as statement


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
        statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        statement(f"CREATE DATABASE {name} TEMPLATE {source}")
        # Nothing here must survive a crash of the machine.
        statement(f"ALTER DATABASE {name} SET synchronous_commit = off")
        try:
            yield name
        finally:
            statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
