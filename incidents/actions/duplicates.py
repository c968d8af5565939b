"""Duplicates: two reports of one thing become one incident that goes on."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Permission, require
from incidents.actions import steps
from incidents.models import CloseReason, Incident, IncidentState
from incidents.rules import closed_from, require_step, require_whole, require_why
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def merge(*, incident: Incident, into: Incident, by: Actor, why: str = "") -> Incident:
    """Close an incident as a duplicate of another of the same owner.

    All that hangs on it stays its own, and is shown with the other. A duplicate is
    merged into an incident that is none itself: no chains, no circles. That one does
    not change; only who sees both learns of it.
    """
    # In one order, so that two who merge the same pair crosswise do not wait for ever.
    rows = {
        pk: Incident.objects.locked(by, pk) for pk in sorted({incident.pk, into.pk})
    }
    row, original = rows[incident.pk], rows[into.pk]
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    require(by, Permission.INCIDENT_HANDLE, owner_of=original)
    _require_apart(row, original)
    require_step(row, IncidentState.CLOSED)
    values: dict[str, Any] = {
        "state": IncidentState.CLOSED,
        "closed_at": timezone.now(),
        "close_reason": CloseReason.DUPLICATE,
        "merged_into": original,
    }
    detail = {"reason": CloseReason.DUPLICATE.value, "into": str(original.pk)}
    try:
        with transaction.atomic():
            steps.move(
                incident=row,
                kind=Kind.INCIDENT_CLOSED,
                by=by,
                detail=detail,
                why=why,
                **values,
            )
    except IntegrityError as error:
        if "incident_no_chain" not in str(error):
            raise
        text = _("Another incident was merged into this one: unmerge that first.")
        raise Conflict("has_duplicates", text) from None
    _tell(Kind.INCIDENT_MERGED, row, original, by)
    return row


@transaction.atomic
def unmerge(*, incident: Incident, why: str, by: Actor) -> Incident:
    """Part a duplicate from the incident it was merged into, and say why.

    It is again in the state in which it was merged.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    require_whole(row)
    if row.merged_into_id is None:
        raise Conflict("not_merged", _("It is not merged into another incident."))
    said = require_why(why)
    original = Incident.objects.visible_to(by).filter(pk=row.merged_into_id).first()
    values: dict[str, Any] = {
        "state": closed_from(row, by),
        "closed_at": None,
        "close_reason": "",
        "merged_into": None,
    }
    steps.move(incident=row, kind=Kind.INCIDENT_REOPENED, by=by, why=said, **values)
    if original is not None:
        _tell(Kind.INCIDENT_UNMERGED, row, original, by)
    return row


def _require_apart(row: Incident, original: Incident) -> None:
    """Refuse what cannot be merged: one with itself, tear lines, a chain."""
    if row.pk == original.pk:
        raise Invalid("itself", _("This is the same incident."), pointer="/into")
    require_whole(row)
    if original.is_tear_line:
        text = _("Merge it into the full record; its tear line follows.")
        raise Conflict("is_tear_line", text, pointer="/into")
    if original.merged_into_id is not None:
        text = _("This one is a duplicate itself: choose the incident that goes on.")
        raise Conflict("is_duplicate", text, pointer="/into")


def _tell(kind: Kind, row: Incident, original: Incident, by: Actor) -> None:
    """Tell, of the incident that goes on, only those who see both."""
    both = original.stored_audience.within(row.stored_audience, frozenset())
    record_event(kind, by=by, subject=original, audience=both)
