"""Who has opened an incident: noted as it is given out."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agencies.policy import Actor
from agencies.sharing import shared_with
from incidents.models import Incident, Sighting

# What somebody opens again within so long is not written anew.
ONE_LOOK = timedelta(minutes=10)


@transaction.atomic
def note_sighting(*, incident_id: UUID, by: Actor) -> Sighting | None:
    """Note that somebody of another agency than the owner's is given an incident.

    Returns nothing for the owner's own people. What cannot be noted is not shown: it
    is written in the request's transaction, and fails with it. Many may open an
    incident at once, but none while it is taken from readers: the line would outlive
    that. Nobody is told: the owner finds it there.
    """
    seen = Sighting.objects.visible_to(by).filter(incident=incident_id, by=by.label)
    seen, now = seen.order_by("-last_at"), timezone.now()
    sighting = seen.first()
    if sighting and sighting.last_at > now - ONE_LOOK:
        return sighting
    row = Incident.objects.select_related("owner").held_still(by, incident_id)
    if by.owns(row):
        return None
    sighting = seen.first() or Sighting(
        incident=row, agency_id=by.agency_id, by=by.label, first_at=now
    )
    sighting.last_at = now
    sighting.open_to(shared_with(row, by))
    sighting.save()
    return sighting
