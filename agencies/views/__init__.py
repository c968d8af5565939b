"""The pages of ``agencies``, a module per subject, and what every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from agencies.models import Officer
from agencies.policy import Actor, Role


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the actor, the officer and the map's disclaimer.

    Reads nothing from the database: error pages are drawn with it too.
    """
    actor = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    return {
        "actor": actor if isinstance(actor, Actor) else None,
        "officer": user if isinstance(user, Officer) else None,
        "own_roles": [Role(role).label for role in getattr(user, "roles", [])],
        "map_disclaimer": settings.MAP_DISCLAIMER,
    }
