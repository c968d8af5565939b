"""What the actions on incidents share."""

from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.actions import releases
from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Audience
from incidents.models import OPEN_STATES, Incident, IncidentState
from live.journal import record as record_event
from live.kinds import Kind

Choice = TypeVar("Choice", bound=models.TextChoices)


def choice_of(choices: type[Choice], value: str, pointer: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise Invalid("invalid_choice", _("Not a choice."), pointer=pointer) from None


def require_open(row: Incident) -> None:
    if row.state not in OPEN_STATES:
        raise Conflict("not_open", _("The incident is no longer open."))


def count_as_responding(row: Incident, by: Actor) -> None:
    """Move on from "reported" when the owner says so.

    A partner's offer alone does not: the change of state would tell the other
    readers of a response that they may not know of.
    """
    if by.owns(row) and row.state == IncidentState.REPORTED:
        move(row, Kind.INCIDENT_CHANGED, by, state=IncidentState.RESPONDING)


def move(
    row: Incident,
    kind: Kind,
    by: Actor,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Change a record's state, and its tear line's with it."""
    before = row.tear_line_values()
    for name, value in values.items():
        setattr(row, name, value)
    row.touch()
    row.save()
    record_event(kind, by=by, subject=row, detail=detail)
    releases.carry_over(row, before=before, kind=kind, by=by)


def require_whole(row: Incident) -> None:
    if row.is_tear_line:
        raise Conflict(
            "is_tear_line", _("Act on the full record; its tear line follows.")
        )


def shared_with(row: Incident, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the incident."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)
