"""For which incidents a rule counts: by category, severity and zone."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.checks import choice_of
from agencies.errors import Invalid
from agencies.policy import Actor
from incidents.models import Category, Incident, Severity, StandingRelease
from incidents.models.choosing import ChoosesIncidents
from patrols.models import Zone

Rule = TypeVar("Rule", bound=ChoosesIncidents)


def fitting(rules: Iterable[Rule], incident: Incident, zones: Any) -> list[Rule]:
    """Return the rules that count for an incident, in their order.

    No categories mean all, no zone means anywhere; the severity is the least. Of zones
    those count that are among ``zones``.
    """
    known, ladder = list(rules), list(Severity)
    wanted = {rule.zone_id for rule in known if rule.zone_id}
    inside = zones.filter(pk__in=wanted, area__covers=incident.place)
    around = {None, *(inside.values_list("pk", flat=True) if wanted else ())}
    gravity = ladder.index(Severity(incident.severity))
    return [
        rule
        for rule in known
        if (not rule.categories or incident.category in rule.categories)
        and gravity <= ladder.index(Severity(rule.severity))
        and rule.zone_id in around
    ]


def standing_of(actor: Actor) -> QuerySet[StandingRelease]:
    """Return the rules by which an agency releases what it reports now.

    The fullest first ("full" sorts before "tearline"): to one grantee that counts.
    """
    rows = StandingRelease.objects.visible_to(actor).in_force()
    return rows.filter(agency=actor.agency_id).order_by("scope", "created_at", "id")


def own_zones(actor: Actor) -> QuerySet[Zone]:
    """Return the zones by which an agency's rules may be bound."""
    return Zone.objects.visible_to(actor).filter(owner=actor.agency_id)


def require_sound(rule: ChoosesIncidents, by: Actor, *, is_zone_new: bool) -> None:
    """Refuse categories and a severity that there are not, and others' zones."""
    for category in rule.categories:
        choice_of(Category, category, "/categories")
    choice_of(Severity, rule.severity, "/severity")
    if not is_zone_new or rule.zone_id is None:
        return
    if not own_zones(by).filter(pk=rule.zone_id).exists():
        text = _("This is no zone of your agency.")
        raise Invalid("not_your_zone", text, pointer="/zone")
