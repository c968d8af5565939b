"""What records point to, read as far as an actor sees it; otherwise it is None."""

from typing import Any

from django.db.models import Prefetch

from agencies.policy import Actor
from patrols.models import Patrol, Route, Zone


def places(actor: Actor) -> list["Prefetch[Any]"]:
    """Return how to read zone and route along: their codes and names."""
    names = ("code", "name")
    return [
        Prefetch("zone", Zone.objects.visible_to(actor).only(*names)),
        Prefetch("route", Route.objects.visible_to(actor).only(*names)),
    ]


def zone_of(patrol: Patrol) -> Zone | None:
    """Return the zone of a patrol that was read with its places, if it is seen."""
    return getattr(patrol, "zone", None)
