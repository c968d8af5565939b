"""Tasks: what an agency is to do about an incident, and until when."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency, agency_of
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.fields import LATEST
from agencies.models import Agency
from agencies.policy import Actor, Permission, require
from agencies.sharing import shared_with
from incidents.models import Incident, IncidentState, Task, TaskState
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def set_task(
    *,
    incident: Incident,
    what: str,
    due_at: datetime,
    by: Actor,
    agency: Agency | None = None,
) -> Task:
    """Give an agency something to do, until a time; by default one's own.

    The owner sets tasks for any agency it released the incident to, a partner for
    itself. Seen by the owner and that agency, so that no other learns who reads.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    own = agency_of(by)
    doer = agency or own
    if not by.owns(row) and doer.pk != own.pk:
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
    _require_sound(what, due_at)
    reader = by if doer.pk == own.pk else actor_of_agency(doer, row.level)
    if not row.stored_audience.share_of(reader).keys:
        text = _("Release the incident to this agency first.")
        raise Invalid("not_released", text, pointer="/agency")
    made = Task(
        incident=row,
        agency=doer,
        what=what.strip(),
        due_at=due_at,
        set_by=by.label,
        set_for=own,
        set_at=timezone.now(),
    )
    made.open_to(shared_with(row, reader))
    made.save(force_insert=True)
    _tell(Kind.TASK_SET, made, row, by)
    return made


@transaction.atomic
def finish_task(*, task: Task, by: Actor) -> Task:
    """Say that it is done; the agency that was to do it, or the owner."""
    row, incident = _to_end(task, by)
    if by.agency_id != row.agency_id and not by.owns(incident):
        raise Forbidden("not_responder", _("Only the responding agency may do this."))
    return _end(row, incident, TaskState.DONE, Kind.TASK_DONE, by)


@transaction.atomic
def cancel_task(*, task: Task, by: Actor) -> Task:
    """Say that it need not be done; the owner, or the agency that set it itself."""
    row, incident = _to_end(task, by)
    if by.agency_id != row.set_for_id and not by.owns(incident):
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
    return _end(row, incident, TaskState.CANCELLED, Kind.TASK_CANCELLED, by)


def _require_sound(what: str, due_at: datetime) -> None:
    if not what.strip():
        raise Invalid("empty", _("Write something."), pointer="/what")
    if due_at <= timezone.now():
        raise Invalid("in_the_past", _("The time has passed."), pointer="/due_at")
    if due_at > LATEST:
        raise Invalid("bad_day", _("Not a day of our time."), pointer="/due_at")


def _to_end(task: Task, by: Actor) -> tuple[Task, Incident]:
    """Return a task that is open, locked after its incident, as everywhere."""
    incident = Incident.objects.locked(by, task.incident_id)
    row = Task.objects.locked(by, task.pk)
    require(by, Permission.INCIDENT_HANDLE)
    if not row.is_open:
        raise Conflict("task_over", _("This task is over."))
    return row, incident


def _end(row: Task, incident: Incident, state: str, kind: Kind, by: Actor) -> Task:
    row.state = state
    row.ended_by, row.ended_for, row.ended_at = by.label, agency_of(by), timezone.now()
    row.save(update_fields=["state", "ended_by", "ended_for", "ended_at"])
    _tell(kind, row, incident, by)
    return row


def _tell(kind: Kind, row: Task, incident: Incident, by: Actor) -> None:
    record_event(
        kind,
        by=by,
        subject=incident,
        audience=row.stored_audience,
        detail={"task": str(row.pk)},
    )
