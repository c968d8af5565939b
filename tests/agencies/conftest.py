"""A browser of each officer in the small world."""

from typing import Any

from django.test import Client

from agencies.context import system
from tests.world import World


def browser(world: World, name: str, **options: Any) -> Client:
    """Return an officer's browser, or the platform administrator's."""
    client = Client(**options)
    user = world.admin_officer if name == "admin" else world.officers[name]
    with system("test"):
        client.force_login(user)
    return client
