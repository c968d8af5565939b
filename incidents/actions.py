"""The only writer of incidents and all that hangs on them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency, agency_of
from agencies.actions import releases
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Agency
from agencies.policy import Actor, Audience, Permission, require
from incidents.models import (
    NEXT_STATES,
    OPEN_STATES,
    RESPONSE_OVER,
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
from patrols.models import Patrol, PatrolState

Choice = TypeVar("Choice", bound=models.TextChoices)

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

    The owner assigns any agency it released the incident to, and the incident
    then counts as responded to; a partner offers its own. Seen by the owner and
    by the agency that responds, so that no other reader learns who else reads.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE)
    _require_open(row)
    responder = _responder(row, by, agency, patrol)
    reader = by
    if responder.pk != by.agency_id:
        reader = actor_of_agency(responder, row.level)
        if not row.stored_audience.share_of(reader).keys:
            raise Invalid(
                "not_released",
                _("Release the incident to this agency first."),
                pointer="/agency" if agency else "/patrol",
            )
    same = Response.objects.visible_to(by).filter(agency=responder, patrol=patrol)
    if same.filter(incident=row).exclude(state__in=RESPONSE_OVER).exists():
        raise Conflict("already_assigned", _("This response is assigned already."))
    made = Response(
        incident=row,
        agency=responder,
        patrol=patrol,
        task=task,
        assigned_by=by.label,
        assigned_at=timezone.now(),
        changed_at=timezone.now(),
    )
    made.open_to(_shared_with(row, reader))
    made.save(force_insert=True)
    record_event(
        Kind.RESPONSE_ASSIGNED,
        by=by,
        subject=row,
        audience=made.stored_audience,
        detail={"agency": responder.code},
    )
    _count_as_responding(row, by)
    return made


@transaction.atomic
def advance(*, response: Response, state: str, by: Actor) -> Response:
    """Say how far a response has come; the responding agency or the owner.

    Of a closed incident it can still end: done or declined.
    """
    # The incident first, as everywhere: two orders of locking could meet head-on.
    incident = Incident.objects.locked(by, response.incident_id)
    row = Response.objects.locked(by, response.pk)
    require(by, Permission.INCIDENT_HANDLE)
    if row.agency_id != by.agency_id and not by.owns(incident):
        raise Forbidden("not_responder", _("Only the responding agency may do this."))
    wanted = _choice(ResponseState, state, "/state")
    if row.state in RESPONSE_OVER:
        raise Conflict("response_over", _("This response is over."))
    if wanted not in NEXT_STATES[ResponseState(row.state)]:
        raise Conflict("response_not_forward", _("A response moves forward only."))
    if incident.state == IncidentState.CLOSED and wanted not in RESPONSE_OVER:
        raise Conflict("closed", _("The incident is closed: a response can only end."))
    if wanted != ResponseState.DECLINED:
        _count_as_responding(incident, by)
    row.state = wanted
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
    wanted = _choice(LogEntry.Sharing, sharing, "/sharing")
    shared = _shared_with(row, by)
    audience = {
        LogEntry.Sharing.ALL: row.stored_audience,
        LogEntry.Sharing.OWNER: shared,
        LogEntry.Sharing.OWN: (
            shared if by.owns(row) else row.stored_audience.share_of(by)
        ),
    }[wanted]
    entry = LogEntry(
        incident=row,
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        text=text,
        sharing=wanted,
    )
    entry.open_to(audience)
    entry.save(force_insert=True)
    record_event(Kind.INCIDENT_LOGGED, by=by, subject=row, audience=audience)
    return entry


@transaction.atomic
def resolve(*, incident: Incident, by: Actor) -> Incident:
    """Say that the incident is over on the ground; readers of its tear line, too."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    _require_whole(row)
    _require_open(row)
    _move(
        row,
        Kind.INCIDENT_RESOLVED,
        by,
        state=IncidentState.RESOLVED,
        resolved_at=timezone.now(),
    )
    return row


@transaction.atomic
def close(*, incident: Incident, reason: str, by: Actor) -> Incident:
    """Close the incident, and its tear line, for a reason; both stay readable."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    wanted = _choice(CloseReason, reason, "/reason")
    _require_whole(row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    _move(
        row,
        Kind.INCIDENT_CLOSED,
        by,
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


def _choice(choices: type[Choice], value: str, pointer: str) -> Choice:
    try:
        return choices(value)
    except ValueError:
        raise Invalid("invalid_choice", _("Not a choice."), pointer=pointer) from None


def _require_open(row: Incident) -> None:
    if row.state not in OPEN_STATES:
        raise Conflict("not_open", _("The incident is no longer open."))


def _responder(
    row: Incident, by: Actor, agency: Agency | None, patrol: Patrol | None
) -> Agency:
    """Return who responds, if ``by`` may assign it."""
    responder = agency or (patrol.lead if patrol else None)
    if responder is None:
        raise Invalid("no_responder", _("Name an agency or a patrol."))
    if not by.owns(row) and responder.pk != by.agency_id:
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
    if patrol is not None:
        if responder.code not in patrol.participants:
            raise Invalid(
                "not_its_patrol",
                _("The agency takes no part in this patrol."),
                pointer="/patrol",
            )
        if patrol.state in (PatrolState.COMPLETED, PatrolState.CANCELLED):
            raise Invalid("patrol_over", _("This patrol is over."), pointer="/patrol")
    return responder


def _count_as_responding(row: Incident, by: Actor) -> None:
    """Move on from "reported" when the owner says so.

    A partner's offer alone does not: the change of state would tell the other
    readers of a response that they may not know of.
    """
    if by.owns(row) and row.state == IncidentState.REPORTED:
        _move(row, Kind.INCIDENT_CHANGED, by, state=IncidentState.RESPONDING)


def _move(
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


def _require_whole(row: Incident) -> None:
    if row.is_tear_line:
        raise Conflict(
            "is_tear_line", _("Act on the full record; its tear line follows.")
        )


def _shared_with(row: Incident, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the incident."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)
