"""What a standing release would have released, of what was reported lately."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agencies.grantees import refusal
from agencies.models import Release
from agencies.policy import TLP, Actor
from incidents.fitting import fitting, own_zones
from incidents.models import Incident, StandingRelease

LOOKED_BACK = timedelta(days=30)
MOST = 200


@dataclass(frozen=True, slots=True)
class Tried:
    """An incident that a rule fits."""

    incident: Incident
    # Whether the grantee was released it in fact, and why it would not be now.
    is_released: bool
    refused: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule fits, of how many that were looked at."""

    looked_at: int
    fitting: list[Tried]


def tried(rule: StandingRelease, actor: Actor) -> Trial:
    """Try a rule on the agency's own incidents of thirty days that the actor sees."""
    own = Incident.objects.visible_to(actor).filter(
        owner=actor.agency_id,
        tear_line_of=None,
        created_at__gt=timezone.now() - LOOKED_BACK,
    )
    rows = list(own.order_by("-created_at", "-id")[:MOST])
    zones = own_zones(actor)
    found = [one for one in rows if fitting([rule], one, zones)]
    known = Release.objects.visible_to(actor).filter(
        record_id__in=[one.pk for one in found], grantee=rule.grantee
    )
    released = set(known.values_list("record_id", flat=True))
    return Trial(
        len(rows),
        [Tried(one, one.pk in released, _refused(one, rule)) for one in found],
    )


def _refused(row: Incident, rule: StandingRelease) -> str:
    if row.tlp == TLP.RED:
        return TLP.RED.label
    found: Any = refusal(row.tlp, rule.grantee.partition(":")[0])
    return found[1] if found else ""
