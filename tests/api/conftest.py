"""A world that is really committed, for requests that run at the same time."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.world import World, build

KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "live_dispatch",
    "spatial_ref_sys",
}


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build the small world for good, and empty the tables as their owner after."""
    with django_db_blocker.unblock():
        try:
            yield build()
        finally:
            connections["default"].close()
            owner = connections["owner"]
            tables = set(owner.introspection.table_names()) - KEPT
            names = ", ".join(f'"{name}"' for name in sorted(tables))
            with owner.cursor() as cursor:
                cursor.execute(f"TRUNCATE {names} CASCADE")
            owner.close()
