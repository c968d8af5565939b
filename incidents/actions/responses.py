"""Who responds to an incident, and how far they have come."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Agency
from agencies.policy import Actor, Permission, require
from incidents.actions import steps
from incidents.checks import choice_of, require_open
from incidents.models import (
    NEXT_STATES,
    RESPONSE_OVER,
    Incident,
    IncidentState,
    Response,
    ResponseState,
)
from incidents.sharing import shared_with
from live.journal import record as record_event
from live.kinds import Kind
from patrols.models import Patrol, PatrolState


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
    require_open(row)
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
    made.open_to(shared_with(row, reader))
    made.save(force_insert=True)
    record_event(
        Kind.RESPONSE_ASSIGNED,
        by=by,
        subject=row,
        audience=made.stored_audience,
        detail={"agency": responder.code},
    )
    steps.count_as_responding(incident=row, by=by)
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
    wanted = choice_of(ResponseState, state, "/state")
    if row.state in RESPONSE_OVER:
        raise Conflict("response_over", _("This response is over."))
    if wanted not in NEXT_STATES[ResponseState(row.state)]:
        raise Conflict("response_not_forward", _("A response moves forward only."))
    if incident.state == IncidentState.CLOSED and wanted not in RESPONSE_OVER:
        raise Conflict("closed", _("The incident is closed: a response can only end."))
    if wanted != ResponseState.DECLINED:
        steps.count_as_responding(incident=incident, by=by)
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
