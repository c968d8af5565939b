"""A database with years in it: 20,000 incidents, of which KG-BS sees 30 of 100."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from agencies.policy import Actor
from benchmarks import database, queries
from benchmarks.queries import Asked
from benchmarks.system import System
from tests.database import drop
from tests.world import standing

ROWS = 20_000


@pytest.fixture(scope="session")
def years(django_db_setup: None, django_db_blocker: Any) -> Iterator[System]:
    """Return a system over a copy of the kept database; no process runs yet."""
    run = os.environ.get("KARAUL_TEST_DB", "main")
    with django_db_blocker.unblock():
        name = database.copy(ROWS, f"years_{run}_{secrets.token_hex(2)}")
        try:
            with System(name) as stack:
                with stack.database():
                    stack.world = standing()
                yield stack
        finally:
            drop(name)


@pytest.fixture(scope="session")
def asked(years: System) -> Asked:
    """Return who asks: a system of KG-BS, and one of its officers."""
    token = years.bearer("KG-BS")
    session = years.sessions("owner", 1)[0]
    return Asked(token, session, settings.SESSION_COOKIE_NAME)


@pytest.fixture(scope="session")
def actor(years: System, asked: Asked) -> Actor:
    """Return the system of KG-BS as an actor."""
    found = years.actor_of(asked.token)
    assert isinstance(found, Actor)
    return found


@pytest.fixture(scope="session")
def said(
    years: System, asked: Asked, actor: Actor, django_db_blocker: Any
) -> dict[str, list[str]]:
    """Return what each endpoint asks of the database."""
    with django_db_blocker.unblock(), years.database():
        return queries.said(actor, asked)


@pytest.fixture
def reading(years: System, django_db_blocker: Any) -> Iterator[System]:
    """Read that database in this process."""
    with django_db_blocker.unblock(), years.database():
        yield years
