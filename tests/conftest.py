"""The test database, the small world, and ways to act in it.

The database is made as its owner and used as the application's role, so that
row-level security is on in every test.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests.database import copied, drop, lead_to, statement, using
from tests.stack import stack  # noqa: F401 - a fixture
from tests.world import World, build

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested from the sources, without collecting and hashing files first.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Copy the template, migrate as the owner, connect as the application."""
    run = os.environ.get("KARAUL_TEST_DB", "main")
    name = f"test_{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'solo')}"
    drop(name)
    statement(f"CREATE DATABASE {name} TEMPLATE template_karaul")
    lead_to(name)
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    drop(name)


@pytest.fixture
def world(db: None) -> World:
    """Two sharing agencies, a late joiner and an outsider; see ``tests.world``."""
    return build()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The small world in a database of its own, committed: for several connections."""
    with copied("committed", django_db_blocker) as name, using(name):
        yield build()
