"""What every step of an incident's life has in common; parts of other actions."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.policy import Actor
from incidents.models import Incident, IncidentState, Transition
from incidents.rules import is_unconfirmed
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def count_as_responding(*, incident: Incident, by: Actor) -> None:
    """Move on to "responding" when the owner says so.

    A partner's offer alone does not: the change of state would tell the other
    readers of a response that they may not know of. What waits for a second party
    stays reported, and a tear line where its record stands: it follows.
    """
    is_before = incident.state in (IncidentState.REPORTED, IncidentState.CONFIRMED)
    is_whole = by.owns(incident) and not incident.is_tear_line
    if is_whole and is_before and not is_unconfirmed(incident):
        move(
            incident=incident,
            kind=Kind.INCIDENT_CHANGED,
            by=by,
            state=IncidentState.RESPONDING,
        )


@transaction.atomic
def move(
    *,
    incident: Incident,
    kind: Kind,
    by: Actor,
    detail: dict[str, Any] | None = None,
    why: str = "",
    **values: Any,
) -> None:
    """Take a record to another state, and its tear line with it; keep the step."""
    before, state = incident.tear_line_values(), incident.state
    for name, value in values.items():
        setattr(incident, name, value)
    incident.touch()
    incident.save()
    step = Transition(
        incident=incident,
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        from_state=state,
        to_state=incident.state,
        close_reason=incident.close_reason,
        reason=why.strip(),
    )
    step.open_to(incident.stored_audience)
    step.save(force_insert=True)
    record_event(kind, by=by, subject=incident, detail=detail)
    releases.carry_over(incident, before=before, kind=kind, by=by)
