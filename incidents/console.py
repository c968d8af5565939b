"""What the console asks of incidents: to narrow its lists, to take note of many."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from agencies.checks import uuid_of
from agencies.errors import Invalid, NotFound, Refused
from agencies.policy import Actor, Permission
from incidents.actions import life
from incidents.called import own_open
from incidents.forms import IncidentFilterForm
from incidents.models import (
    OPEN_STATES,
    Acknowledgement,
    Incident,
    IncidentState,
    Severity,
)

# Incidents that are acknowledged in one request.
MOST = 200
GRAVE = {Severity.EXTREME, Severity.SEVERE}


class ConsoleForm(IncidentFilterForm):
    """The filters of the console: what is open, by all that the list knows and more."""

    mine = forms.BooleanField(label=_("of my agency"), required=False)
    unseen = forms.BooleanField(label=_("not acknowledged"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the states of what is open."""
        super().__init__(*args, **kwargs)
        state: Any = self.fields["state"]
        open_states = [(one, IncidentState(one).label) for one in OPEN_STATES]
        state.choices = [("", _("any")), *open_states]


def with_note(rows: Any, actor: Actor) -> Any:
    """Add when the own agency took note, as ``noted_at``, and whom it calls.

    ``call`` is its open escalation. Not whether: PostgreSQL would answer that for all
    rows at once, and read the notes of all years for one page.
    """
    noted = Acknowledgement.objects.visible_to(actor).filter(
        incident=OuterRef("pk"), agency=actor.agency_id
    )
    return rows.annotate(
        noted_at=Subquery(noted.values("at")[:1]),
        call=Subquery(own_open(actor).values("id")[:1]),
    )


def narrowed(rows: Any, chosen: dict[str, Any], actor: Actor) -> Any:
    """Keep what the console's own filters ask for."""
    if chosen["mine"]:
        rows = rows.filter(owner=actor.agency_id)
    return unseen(with_note(rows, actor), actor) if chosen["unseen"] else rows


def unseen(rows: Any, actor: Actor) -> Any:
    """Keep what waits for the actor's agency to take note; rows are ``with_note``.

    Its own incidents wait where its rules call somebody about them.
    """
    if not actor.may(Permission.INCIDENT_ACKNOWLEDGE):
        return rows.none()
    is_asked = ~Q(owner=actor.agency_id) | Q(call__isnull=False)
    return rows.filter(is_asked, noted_at__isnull=True)


def is_unseen(row: Any, actor: Actor) -> bool:
    """Whether one open row is among the :func:`unseen`."""
    may = actor.may(Permission.INCIDENT_ACKNOWLEDGE)
    is_asked = row.owner_id != actor.agency_id or row.call is not None
    return may and row.noted_at is None and is_asked


@dataclass(frozen=True)
class Outcome:
    """What became of one of many: the incident if it is visible, or the refusal."""

    id: str
    incident: Incident | None = None
    refusal: Refused | None = None


def acknowledge_each(ids: Iterable[str], *, by: Actor) -> list[Outcome]:
    """Acknowledge many incidents, each in a savepoint of its own.

    What is not visible is answered like what does not exist, malformed ids too. Locks
    are taken in the order of ids, so that two who do this at once do not wait for each
    other in a circle.
    """
    wanted = sorted(set(ids))
    if len(wanted) > MOST:
        raise Invalid("too_many", _("At most 200 at once."), pointer="/ids")
    keys = {one: uuid_of(one) for one in wanted}
    rows = Incident.objects.visible_to(by).in_bulk(filter(None, keys.values()))
    return [_one(one, rows.get(key), by) for one, key in keys.items()]


def _one(pk: str, row: Incident | None, by: Actor) -> Outcome:
    if row is None:
        return Outcome(pk, refusal=NotFound())
    try:
        life.acknowledge(incident=row, by=by)
    except Refused as refusal:
        return Outcome(pk, row, refusal)
    return Outcome(pk, row)
