"""Where patrols were in the last hours, minute by minute, to be played again."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber, TruncMinute

from agencies.geo import rounded
from agencies.policy import Actor
from patrols.models import Fix, Patrol

# The first fix of each minute; of very many, the newest.
MOST_POINTS = 20_000


def ways(actor: Actor, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """Return each visible patrol with its points since a moment, oldest first.

    ``times`` are whole seconds since 1970, ``places`` longitude and latitude; the
    second value says whether older points were left out.
    """
    fixes = (
        Fix.objects.visible_to(actor)
        .filter(at__gte=since)
        .annotate(
            turn=Window(
                RowNumber(),
                partition_by=[F("patrol_id"), TruncMinute("at")],
                order_by=F("at").asc(),
            )
        )
        .filter(turn=1)
        .order_by("-at", "-id")
        .values_list("patrol_id", "at", "place")
    )
    newest = list(fixes[: MOST_POINTS + 1])
    points: dict[UUID, list[Any]] = defaultdict(list)
    for patrol_id, at, place in reversed(newest[:MOST_POINTS]):
        points[patrol_id].append((int(at.timestamp()), rounded(place.coords)))
    seen = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = seen.filter(pk__in=list(points)).select_related("owner", "lead")
    found = [_way(row, points[row.pk]) for row in rows.order_by("starts_at", "id")]
    return found, len(newest) > MOST_POINTS


def _way(row: Patrol, points: list[Any]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ref": row.ref,
        "title": row.title,
        "owner": row.owner.code,
        "lead": row.lead.code,
        "times": [at for at, _place in points],
        "places": [place for _at, place in points],
    }
