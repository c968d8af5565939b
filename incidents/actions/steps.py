"""What every step of an incident's life has in common; parts of other actions."""

from typing import Any

from django.db import transaction

from agencies.actions import releases
from agencies.policy import Actor
from incidents.models import Incident, IncidentState
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def count_as_responding(*, incident: Incident, by: Actor) -> None:
    """Move on from "reported" when the owner says so.

    A partner's offer alone does not: the change of state would tell the other
    readers of a response that they may not know of.
    """
    if by.owns(incident) and incident.state == IncidentState.REPORTED:
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
    **values: Any,
) -> None:
    """Change a record's state, and its tear line's with it."""
    before = incident.tear_line_values()
    for name, value in values.items():
        setattr(incident, name, value)
    incident.touch()
    incident.save()
    record_event(kind, by=by, subject=incident, detail=detail)
    releases.carry_over(incident, before=before, kind=kind, by=by)
