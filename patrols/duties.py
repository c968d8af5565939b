"""Which patrols are an officer's own duty, or might become it: the one place."""

from django.db.models import Q
from django.utils import timezone

from agencies.policy import TLP, Actor, Role
from patrols.demand import demand_of
from patrols.models import (
    Assignment,
    Patrol,
    PatrolQuerySet,
    PatrolState,
)

# Whoever has one of these roles can be sent.
SENT = [Role.CREW, Role.COMMANDER]
# From this level (CEFR) on somebody can work in a language.
SPOKEN = {"B1", "B2", "C1", "C2"}


def is_sent(actor: Actor) -> bool:
    """Whether rosters may send an actor on patrols."""
    return actor.officer_id is not None and not actor.roles.isdisjoint(SENT)


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


def to_wish_for(actor: Actor) -> PatrolQuerySet:
    """Return the patrols to come whose crew is not published yet, soonest first.

    Those that ask nobody of the actor's agency are among them: see ``asks_for``.
    """
    rows = Patrol.objects.visible_to(actor).for_rosters()
    return rows.filter(
        starts_at__gt=timezone.now(),
        participants__contains=[actor.agency or ""],
        crew={},
    ).order_by("starts_at", "id")


def asks_for(patrol: Patrol, code: str) -> bool:
    """Whether a roster sends an agency's people on a patrol (as ``for_rosters``)."""
    if patrol.programme_id is None or patrol.is_tear_line or patrol.tlp == TLP.RED:
        return False
    return bool(demand_of(patrol.demand, patrol.participants).places.get(code))
