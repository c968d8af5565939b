"""The shapes that a place had, as far as a reader sees the place."""

from datetime import datetime
from typing import Any

from agencies.policy import Actor
from agencies.records import GuardedQuerySet
from patrols.models import Place

# As many are told, the newest.
MOST = 50


def versions(place: Place, actor: Actor) -> "GuardedQuerySet[Any]":
    """Return the former shapes of a place, newest first."""
    model: Any = place.version_model()
    rows: GuardedQuerySet[Any] = model.objects.visible_to(actor)
    return rows.filter(**{model.guard_parent: place.pk})


def shape_at(place: Place, actor: Actor, at: datetime | None) -> Any:
    """Return the shape that stood at a moment; for None, the one that stands now."""
    if at is None:
        return place.geometry
    later = versions(place, actor).filter(stood_until__gt=at)
    stood = later.order_by("stood_until", "id").first()
    return stood.geometry if stood else place.geometry
