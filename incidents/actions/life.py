"""An incident's life: reported, changed, seen, resolved, closed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Permission, require
from incidents.actions import steps
from incidents.checks import choice_of, require_open, require_whole
from incidents.models import Acknowledgement, CloseReason, Incident, IncidentState
from incidents.sharing import shared_with
from live.journal import record as record_event
from live.kinds import Kind
from patrols.cells import cell_of
from patrols.models import Patrol

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks of partners differ a little.
TOLERANCE = timedelta(minutes=10)


@transaction.atomic
def report(
    *,
    by: Actor,
    release_to: Iterable[str] = (),
    patrol: Patrol | None = None,
    **values: Any,
) -> Incident:
    """Report an incident and release it in the same transaction.

    ``values`` are the columns category, severity, title, narrative, language,
    place (WGS 84 point), occurred_at, tlp and level.
    """
    require(by, Permission.INCIDENT_REPORT)
    grantees = list(release_to)
    if grantees:
        require(by, Permission.INCIDENT_RELEASE)
    incident = Incident(
        owner=agency_of(by),
        author_id=by.officer_id,
        patrol=patrol,
        cell=cell_of(values["place"]),
        **values,
    )
    incident.require_marking(by)
    _check_time(incident)
    releases.create(
        row=incident, kind=Kind.INCIDENT_REPORTED, by=by, release_to=grantees
    )
    return incident


@transaction.atomic
def edit(*, incident: Incident, by: Actor, **values: Any) -> Incident:
    """Change what is reported; only the owner may, until it is closed.

    Releases that a stricter marking no longer admits end.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    before = row.tear_line_values()
    changed = row.take(values)
    if not changed:
        return row
    row.cell = cell_of(row.place)
    _check_time(row)
    if releases.MARKING & set(changed):
        row.require_marking(by)
    releases.save_changed(
        row=row, changed=changed, kind=Kind.INCIDENT_CHANGED, by=by, before=before
    )
    return row


@transaction.atomic
def acknowledge(*, incident: Incident, by: Actor) -> Acknowledgement:
    """Note that the actor's agency has seen the incident; again is harmless.

    The owner learns it; other readers do not, for it would tell them who else
    was released the incident. The incident's lock keeps it to one per agency,
    not a constraint: that would tell an officer of a colleague's TLP:RED release.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_ACKNOWLEDGE)
    known = Acknowledgement.objects.visible_to(by).filter(
        incident=row, agency=by.agency_id
    )
    if found := known.first():
        return found
    made = Acknowledgement(
        incident=row, agency=agency_of(by), by=by.label, at=timezone.now()
    )
    made.open_to(shared_with(row, by))
    made.save(force_insert=True)
    record_event(
        Kind.INCIDENT_ACKNOWLEDGED, by=by, subject=row, audience=made.stored_audience
    )
    return made


@transaction.atomic
def resolve(*, incident: Incident, by: Actor) -> Incident:
    """Say that the incident is over on the ground; readers of its tear line, too."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    require_whole(row)
    require_open(row)
    steps.move(
        incident=row,
        kind=Kind.INCIDENT_RESOLVED,
        by=by,
        state=IncidentState.RESOLVED,
        resolved_at=timezone.now(),
    )
    return row


@transaction.atomic
def close(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """Close the incident, and its tear line, for a reason; both stay readable."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    wanted = choice_of(CloseReason, reason, "/reason")
    require_whole(row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    steps.move(
        incident=row,
        kind=Kind.INCIDENT_CLOSED,
        by=by,
        detail={"reason": reason},
        state=IncidentState.CLOSED,
        closed_at=timezone.now(),
        close_reason=wanted,
    )
    return row


def _check_time(incident: Incident) -> None:
    if incident.occurred_at > timezone.now() + TOLERANCE:
        raise Invalid(
            "in_the_future", _("The time lies ahead."), pointer="/occurred_at"
        )
    if incident.occurred_at < EARLIEST:
        raise Invalid(
            "too_long_ago", _("The time lies before 1990."), pointer="/occurred_at"
        )
