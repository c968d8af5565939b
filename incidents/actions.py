"""The only writer of incidents and all that hangs on them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency
from agencies.actions import releases
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Agency
from agencies.policy import (
    TLP,
    Actor,
    Audience,
    Permission,
    require,
)
from incidents.models import (
    OPEN_STATES,
    Acknowledgement,
    CloseReason,
    Incident,
    IncidentState,
    LogEntry,
    Response,
    ResponseState,
)
from live.journal import record as record_event
from live.kinds import Kind
from patrols.cells import cell_of
from patrols.models import Patrol


@transaction.atomic
def report(
    *, by: Actor, release_to: Iterable[str] = (), patrol: Patrol | None = None,
    **values: Any,
) -> Incident:
    """Report an incident and release it in the same transaction.

    ``values`` are the columns category, severity, title, narrative, language,
    place (WGS 84 point), occurred_at, tlp and level.
    """
    require(by, Permission.INCIDENT_REPORT)
    incident = Incident(
        owner=Agency.objects.get(pk=by.agency_id),
        author_id=by.officer_id,
        patrol=patrol,
        cell=cell_of(values["place"]),
        **values,
    )
    _check(incident, by)
    releases.create(
        row=incident, kind=Kind.INCIDENT_REPORTED, by=by, release_to=release_to
    )
    return incident


@transaction.atomic
def edit(*, incident: Incident, by: Actor, **values: Any) -> Incident:
    """Change what is reported; only the owner may, until it is closed."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    is_remarked = {"tlp", "level"} & {k for k in values if getattr(row, k) != values[k]}
    for name, value in values.items():
        setattr(row, name, value)
    row.cell = cell_of(row.place)
    _check(row, by)
    row.touch()
    row.save()
    if is_remarked:
        releases.withdraw(row, by=by)
    record_event(
        Kind.INCIDENT_CHANGED, by=by, subject=row, detail={"fields": sorted(values)}
    )
    return row


@transaction.atomic
def acknowledge(*, incident: Incident, by: Actor) -> Acknowledgement:
    """Note that the actor's agency has seen the incident; again is harmless.

    The owner learns it; other readers do not, for it would tell them who else
    was released the incident.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_ACKNOWLEDGE)
    known = Acknowledgement.objects.visible_to(by).filter(
        incident=row, agency=by.agency_id
    )
    if found := known.first():
        return found
    made = Acknowledgement(
        incident=row, agency_id=by.agency_id, by=by.label, at=timezone.now()
    )
    made.open_to(_shared_with(row, by))
    made.save(force_insert=True)
    record_event(
        Kind.INCIDENT_ACKNOWLEDGED, by=by, subject=row, audience=made.stored_audience
    )
    return made


@transaction.atomic
def assign(
    *,
    incident: Incident,
    by: Actor,
    agency: Agency | None = None,
    patrol: Patrol | None = None,
    task: str = "",
) -> Response:
    """Assign a response: an agency that sees the incident, or one of its patrols.

    The owner assigns any agency it released the incident to; a partner offers
    its own. Seen by the owner and by the agency that responds.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE)
    _require_open(row)
    responder = agency or (patrol.lead if patrol else None)
    if responder is None:
        raise Invalid("no_responder", _("Name an agency or a patrol."))
    if not by.owns(row) and responder.pk != by.agency_id:
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
    reader = actor_of_agency(responder, row.level)
    if responder.pk != row.owner_id and not row.stored_audience.share_of(reader).keys:
        raise Invalid(
            "not_released",
            _("Release the incident to this agency first."),
            pointer="/agency",
        )
    audience = _shared_with(row, reader)
    now = timezone.now()
    made = Response(
        incident=row,
        agency=responder,
        patrol=patrol,
        task=task,
        assigned_by=by.label,
        assigned_at=now,
        changed_at=now,
    )
    made.open_to(audience)
    made.save(force_insert=True)
    if row.state == IncidentState.REPORTED:
        row.state = IncidentState.RESPONDING
        row.touch()
        row.save()
        record_event(Kind.INCIDENT_CHANGED, by=by, subject=row)
    record_event(
        Kind.RESPONSE_ASSIGNED,
        by=by,
        subject=row,
        audience=audience,
        detail={"agency": responder.code},
    )
    return made


@transaction.atomic
def advance(*, response: Response, state: str, by: Actor) -> Response:
    """Say how far a response has come; the responding agency or the owner."""
    row = Response.objects.locked(by, response.pk)
    incident = Incident.objects.locked(by, row.incident_id)
    require(by, Permission.INCIDENT_HANDLE)
    if row.agency_id != by.agency_id and not by.owns(incident):
        raise Forbidden("not_responder", _("Only the responding agency may do this."))
    if row.state in (ResponseState.DONE, ResponseState.DECLINED):
        raise Conflict("response_over", _("This response is over."))
    row.state = ResponseState(state)
    row.changed_at = timezone.now()
    row.save(update_fields=["state", "changed_at"])
    record_event(
        Kind.RESPONSE_CHANGED,
        by=by,
        subject=incident,
        audience=row.stored_audience,
        detail={"state": state},
    )
    return row


@transaction.atomic
def write_log(
    *, incident: Incident, text: str, by: Actor, sharing: str = LogEntry.Sharing.OWNER
) -> LogEntry:
    """Add a line to the incident's log, for all its readers or for fewer."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_REPORT)
    if not text.strip():
        raise Invalid("empty", _("Write something."), pointer="/text")
    shared = _shared_with(row, by)
    audience = {
        LogEntry.Sharing.ALL: row.stored_audience,
        LogEntry.Sharing.OWNER: shared,
        LogEntry.Sharing.OWN: (
            shared if by.owns(row) else row.stored_audience.share_of(by)
        ),
    }[LogEntry.Sharing(sharing)]
    entry = LogEntry(
        incident=row,
        agency_id=by.agency_id,
        by=by.label,
        at=timezone.now(),
        text=text,
        sharing=sharing,
    )
    entry.open_to(audience)
    entry.save(force_insert=True)
    record_event(Kind.INCIDENT_LOGGED, by=by, subject=row, audience=audience)
    return entry


@transaction.atomic
def resolve(*, incident: Incident, by: Actor) -> Incident:
    """Say that the incident is over on the ground."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    _require_open(row)
    row.state = IncidentState.RESOLVED
    row.resolved_at = timezone.now()
    row.touch()
    row.save()
    record_event(Kind.INCIDENT_RESOLVED, by=by, subject=row)
    return row


@transaction.atomic
def close(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """Close the incident for a reason; it stays readable."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    row.state = IncidentState.CLOSED
    row.close_reason = CloseReason(reason)
    row.closed_at = timezone.now()
    row.touch()
    row.save()
    record_event(
        Kind.INCIDENT_CLOSED, by=by, subject=row, detail={"reason": reason}
    )
    return row


def _check(incident: Incident, by: Actor) -> None:
    if incident.level > by.clearance:
        raise Invalid(
            "level_too_high",
            _("The level is above your clearance."),
            pointer="/level",
        )
    if incident.tlp == TLP.RED and incident.author_id is None:
        raise Invalid(
            "red_needs_author", _("TLP:RED needs a named officer."), pointer="/tlp"
        )
    if incident.occurred_at > timezone.now() + timedelta(minutes=10):
        raise Invalid(
            "in_the_future", _("The time lies ahead."), pointer="/occurred_at"
        )


def _require_open(row: Incident) -> None:
    if row.state not in OPEN_STATES:
        raise Conflict("not_open", _("The incident is no longer open."))


def _shared_with(row: Incident, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the incident."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)
