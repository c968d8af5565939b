"""For which incidents a rule counts: by category, severity and zone."""

from collections.abc import Container, Iterable
from typing import Any

from django.db.models import QuerySet

from agencies.policy import Actor
from incidents.models import Incident, Severity, StandingRelease
from incidents.models.choosing import ChoosesIncidents
from patrols.models import Zone


def fits(rule: ChoosesIncidents, incident: Incident, zones: Container[Any]) -> bool:
    """Whether a rule counts for an incident; ``zones`` are the ids it lies in.

    No categories mean all, no zone means anywhere; the severity is the least.
    """
    ladder = list(Severity)
    return (
        (not rule.categories or incident.category in rule.categories)
        and ladder.index(Severity(incident.severity))
        <= ladder.index(Severity(rule.severity))
        and (rule.zone_id is None or rule.zone_id in zones)
    )


def zones_around(
    incident: Incident, rules: Iterable[ChoosesIncidents], zones: Any
) -> set[Any]:
    """Return which of the zones that rules name, among some, an incident lies in."""
    wanted = {rule.zone_id for rule in rules if rule.zone_id}
    if not wanted:
        return set()
    return set(
        zones.filter(pk__in=wanted, area__covers=incident.place).values_list(
            "pk", flat=True
        )
    )


def standing_of(actor: Actor) -> QuerySet[StandingRelease]:
    """Return the rules by which an agency releases what it reports now.

    The fullest first ("full" sorts before "tearline"): to one grantee that counts.
    """
    rows = StandingRelease.objects.visible_to(actor).in_force()
    return rows.filter(agency=actor.agency_id).order_by("scope", "created_at", "id")


def own_zones(actor: Actor) -> QuerySet[Zone]:
    """Return the zones by which an agency's rules may be bound."""
    return Zone.objects.visible_to(actor).filter(owner=actor.agency_id)
