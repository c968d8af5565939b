"""Who responds to an incident, and how far they have come."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency
from agencies.checks import choice_of
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import USABLE, Agency, Asset, Post
from agencies.policy import Actor, Permission, require
from agencies.sharing import shared_with
from incidents.actions import log, steps
from incidents.models import (
    NEXT_STATES,
    REACHED_AT,
    RESPONSE_OVER,
    UNITS,
    Incident,
    IncidentState,
    Response,
    ResponseState,
)
from incidents.rules import require_open
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
    post: Post | None = None,
    asset: Asset | None = None,
    task: str = "",
) -> Response:
    """Assign a response: an agency that sees the incident, or one of its units.

    A unit is a patrol, a post with its people, or an asset such as a vehicle.

    The owner assigns any agency it released the incident to, and the incident
    then counts as responded to; a partner offers its own. Seen by the owner and
    by the agency that responds, so that no other reader learns who else reads.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE)
    require_open(row)
    units = {"patrol": patrol, "post": post, "asset": asset}
    sent = {name: unit for name, unit in units.items() if unit is not None}
    responder = _responder(row, by, agency, sent)
    reader = by
    if responder.pk != by.agency_id:
        reader = actor_of_agency(responder, row.level)
        if not row.stored_audience.share_of(reader).keys:
            raise Invalid(
                "not_released",
                _("Release the incident to this agency first."),
                pointer="/agency" if agency else f"/{next(iter(sent), '')}",
            )
    same = Response.objects.visible_to(by).filter(agency=responder, **units)
    if same.filter(incident=row).exclude(state__in=RESPONSE_OVER).exists():
        raise Conflict("already_assigned", _("This response is assigned already."))
    made = Response(
        incident=row,
        agency=responder,
        **sent,
        task=task,
        assigned_by=by.label,
        assigned_at=timezone.now(),
        changed_at=timezone.now(),
        changed_by=by.label,
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
def advance(*, response: Response, state: str, by: Actor, remark: str = "") -> Response:
    """Say how far a response has come; the responding agency or the owner.

    What the responding agency remarks with it stands beside the response until it
    remarks something else, and is kept as a line of the log, for it and the owner. Of a
    closed incident a response can still end: done or declined.
    """
    # The incident first, as everywhere: two orders of locking could meet head-on.
    incident = Incident.objects.locked(by, response.incident_id)
    row = Response.objects.locked(by, response.pk)
    require(by, Permission.INCIDENT_HANDLE)
    if row.agency_id != by.agency_id and not by.owns(incident):
        raise Forbidden("not_responder", _("Only the responding agency may do this."))
    said = remark.strip()
    if said and row.agency_id != by.agency_id:
        text = _("A remark is the responding agency's. Write in the log.")
        raise Invalid("not_responder", text, pointer="/remark")
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
    row.changed_at, row.changed_by = timezone.now(), by.label
    row.remark = said or row.remark
    reached = REACHED_AT[wanted]
    setattr(row, reached, row.changed_at)
    row.save(update_fields=["state", "changed_at", "changed_by", "remark", reached])
    record_event(
        Kind.RESPONSE_CHANGED,
        by=by,
        subject=incident,
        audience=row.stored_audience,
        detail={"state": state},
    )
    if said:
        log.write_log(incident=incident, text=said, by=by)
    return row


def _responder(
    row: Incident, by: Actor, agency: Agency | None, sent: dict[str, Any]
) -> Agency:
    """Return who responds, if ``by`` may assign it with the unit that is sent."""
    if len(sent) > 1:
        text = _("One unit: a patrol, a post or an asset.")
        raise Invalid("one_unit", text, pointer=f"/{max(sent, key=UNITS.index)}")
    responder = agency or next(map(_whose, sent.values()), None)
    if responder is None:
        raise Invalid("no_responder", _("Name an agency or a unit."))
    if not by.owns(row) and responder.pk != by.agency_id:
        raise Forbidden("not_owner", _("Only the owning agency may do this."))
    for name, unit in sent.items():
        _require_fit(name, unit, responder)
    return responder


def _whose(unit: Patrol | Post | Asset) -> Agency:
    """Return who sends a unit, if nobody is named."""
    return unit.lead if isinstance(unit, Patrol) else unit.owner


def _require_fit(name: str, unit: Patrol | Post | Asset, responder: Agency) -> None:
    """Refuse a unit that is not the responder's, or of no use any more."""
    if isinstance(unit, Patrol):
        if responder.code not in unit.participants:
            text = _("The agency takes no part in this patrol.")
            raise Invalid("not_its_patrol", text, pointer="/patrol")
        if unit.state in (PatrolState.COMPLETED, PatrolState.CANCELLED):
            raise Invalid("patrol_over", _("This patrol is over."), pointer="/patrol")
        return
    if unit.owner_id != responder.pk:
        text = _("This unit belongs to another agency.")
        raise Invalid("not_its_unit", text, pointer=f"/{name}")
    if isinstance(unit, Asset) and unit.status not in USABLE:
        text = _("This asset is out of use.")
        raise Invalid("unit_out_of_use", text, pointer="/asset")
