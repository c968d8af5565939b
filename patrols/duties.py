"""Which patrols are an officer's own duty: the one place that says so."""

from django.db.models import Q

from agencies.policy import Actor
from patrols.models import Assignment, Patrol, PatrolQuerySet, PatrolState


def duties_of(actor: Actor) -> PatrolQuerySet:
    """Return the patrols that an officer commands or is sent on, soonest first.

    Only those that the officer sees; what was called off is nobody's duty any more.
    """
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    sent = Assignment.objects.visible_to(actor).filter(
        officer=actor.officer_id or None, is_active=True
    )
    own = rows.filter(
        Q(commander=actor.officer_id or None) | Q(pk__in=sent.values("patrol"))
    )
    return own.exclude(state=PatrolState.CANCELLED).order_by("starts_at", "id")
