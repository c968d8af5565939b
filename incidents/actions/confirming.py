"""Confirming what was reported, as its owner or as a partner who sees it."""

from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.policy import Actor, Permission, require
from agencies.sharing import shared_with
from incidents.actions import steps
from incidents.models import (
    RESPONSE_OVER,
    Confirmation,
    Incident,
    IncidentState,
    Response,
)
from incidents.rules import (
    require_open,
    require_second_party,
    require_step,
    require_whole,
)
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def confirm(*, incident: Incident, by: Actor, why: str = "") -> Incident:
    """Confirm what was reported.

    The owner moves the incident on. Where its type wants a second party, that is an
    officer other than who reported it, or a partner whose confirmation the owner takes
    up. A partner's is noted for the owner and that partner alone and moves nothing,
    for the state would tell other readers that somebody else reads; again is harmless.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE)
    if not by.owns(row):
        return _note_confirmation(row, by, why)
    require_whole(row)
    require_step(row, IncidentState.CONFIRMED)
    require_second_party(row, by)
    steps.move(
        incident=row,
        kind=Kind.INCIDENT_CONFIRMED,
        by=by,
        why=why,
        state=IncidentState.CONFIRMED,
    )
    sent = Response.objects.visible_to(by).filter(incident=row)
    if sent.exclude(state__in=RESPONSE_OVER).exists():
        # Sent to look before it was confirmed.
        steps.count_as_responding(incident=row, by=by)
    return row


def _note_confirmation(row: Incident, by: Actor, why: str) -> Incident:
    """Note a partner's confirmation, once for each agency, as an acknowledgement is."""
    require_open(row)
    known = Confirmation.objects.visible_to(by)
    if known.filter(incident=row, agency=by.agency_id).exists():
        return row
    made = Confirmation(
        incident=row,
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        reason=why.strip(),
    )
    made.open_to(shared_with(row, by))
    made.save(force_insert=True)
    record_event(
        Kind.CONFIRMATION_GIVEN, by=by, subject=row, audience=made.stored_audience
    )
    return row
