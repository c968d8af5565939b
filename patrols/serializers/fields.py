"""Fields that name other records, among those that the actor sees."""

from typing import Any

from agencies.policy import Actor
from agencies.shown import reference
from patrols.models import Route, Zone


def places_seen(actor: Actor) -> dict[str, Any]:
    """Return how to read zone and route: null where the reader does not see them."""
    return {
        "zone": reference("zone_id", Zone.objects.visible_to(actor)),
        "route": reference("route_id", Route.objects.visible_to(actor)),
    }
