"""The test database, the small world, and ways to act in it.

The database is made as its owner and used as the application's role, so that
row-level security is on in every test.
"""

import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests.stack import stack  # noqa: F401 - a fixture
from tests.world import World, build

settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages are tested from the sources, without collecting and hashing files first.
settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}


def _admin_statement(statement: str) -> None:
    """Run one statement outside any transaction, as the owner, in ``karaul``."""
    owner = connections["owner"].settings_dict
    connection = psycopg2.connect(
        host=owner["HOST"],
        port=owner["PORT"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname="postgres",
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_blocker: pytest.FixtureRequest,
) -> Iterator[None]:
    """Copy the template, migrate as the owner, connect as the application."""
    run = os.environ.get("KARAUL_TEST_DB", "main")
    name = f"test_{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'solo')}"
    _admin_statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _admin_statement(f"CREATE DATABASE {name} TEMPLATE template_karaul")
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    with django_db_blocker.unblock():
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    _admin_statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def world(db: None) -> World:
    """Two sharing agencies, a late joiner and an outsider; see ``tests.world``."""
    return build()
