"""An incident's life: reported, changed, seen, resolved, closed, opened again."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.checks import choice_of
from agencies.errors import Conflict, Invalid
from agencies.geo import geojson
from agencies.policy import Actor, Permission, require
from agencies.sharing import shared_with
from incidents.actions import steps
from incidents.actions.escalation import end_by_acknowledgement
from incidents.actions.standing import release_by_rule
from incidents.filling import settled
from incidents.models import Acknowledgement, CloseReason, Incident, IncidentState
from incidents.rules import (
    lacks_second_party,
    require_confirmed,
    require_reopenable,
    require_step,
    require_whole,
    require_why,
    state_of_reopened,
)
from live.journal import record as record_event
from live.kinds import Kind
from patrols.cells import cell_of
from patrols.models import Patrol
from patrols.whereabouts import Whereabouts

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Clocks of partners differ a little.
TOLERANCE = timedelta(minutes=10)


@transaction.atomic
def report(
    *,
    by: Actor,
    release_to: Iterable[str] = (),
    patrol: Patrol | None = None,
    by_rule: bool = True,
    **values: Any,
) -> Incident:
    """Report an incident and release it in the same transaction.

    With ``by_rule``, also to whom the agency's standing releases name; only who may
    release may hold it back from them.

    ``values`` are the columns category, severity, title, narrative, language,
    place (WGS 84 point), how it was given (place_text, place_system,
    place_uncertainty), occurred_at, tlp and level; type and details, which have to
    fit each other (``incidents.filling``).
    """
    require(by, Permission.INCIDENT_REPORT)
    grantees = list(release_to)
    if grantees or not by_rule:
        require(by, Permission.INCIDENT_RELEASE)
    incident = Incident(
        owner=agency_of(by),
        author_id=by.officer_id,
        patrol=patrol,
        cell=cell_of(values["place"]),
        **settled(values),
    )
    incident.require_marking(by)
    _check_time(incident)
    releases.create(
        row=incident, kind=Kind.INCIDENT_REPORTED, by=by, release_to=grantees
    )
    if by_rule:
        release_by_rule(incident=incident, by=by, without=grantees)
    return incident


@transaction.atomic
def edit(*, incident: Incident, by: Actor, **values: Any) -> Incident:
    """Change what is reported; only the owner may, until it is closed.

    Releases that a stricter marking no longer admits end. What wants a second party by
    its new type or marking, and had none, is reported again.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    if row.state == IncidentState.CLOSED:
        raise Conflict("closed", _("The incident is closed."))
    before = row.tear_line_values()
    changed = row.take(settled(_placed(values, row), row))
    if not changed:
        return row
    row.cell = cell_of(row.place)
    _check_time(row)
    if releases.MARKING & set(changed):
        row.require_marking(by)
    releases.save_changed(
        row=row, changed=changed, kind=Kind.INCIDENT_CHANGED, by=by, before=before
    )
    is_other = {"type", "tlp"} & set(changed) and not row.is_tear_line
    if is_other and row.state != IncidentState.REPORTED and lacks_second_party(row, by):
        steps.move(
            incident=row,
            kind=Kind.INCIDENT_CHANGED,
            by=by,
            state=IncidentState.REPORTED,
            resolved_at=None,
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
    end_by_acknowledgement(incident=row, by=by)
    return made


@transaction.atomic
def contain(*, incident: Incident, by: Actor, why: str = "") -> Incident:
    """Say that it does not grow any more; there is still work to be done."""
    return _go_on(
        incident, Kind.INCIDENT_CONTAINED, by, why, state=IncidentState.CONTAINED
    )


@transaction.atomic
def resolve(*, incident: Incident, by: Actor, why: str = "") -> Incident:
    """Say that the incident is over on the ground; readers of its tear line, too."""
    return _go_on(
        incident,
        Kind.INCIDENT_RESOLVED,
        by,
        why,
        state=IncidentState.RESOLVED,
        resolved_at=timezone.now(),
    )


@transaction.atomic
def close(*, incident: Incident, reason: str, by: Actor, why: str = "") -> Incident:
    """Close the incident, and its tear line, for a reason; both stay readable.

    What nobody has confirmed yet, where the type wants it, was not handled either.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    wanted = choice_of(CloseReason, reason, "/reason")
    require_whole(row)
    require_step(row, IncidentState.CLOSED)
    if wanted == CloseReason.HANDLED:
        require_confirmed(row)
    steps.move(
        incident=row,
        kind=Kind.INCIDENT_CLOSED,
        by=by,
        detail={"reason": reason},
        why=why,
        state=IncidentState.CLOSED,
        closed_at=timezone.now(),
        close_reason=wanted,
    )
    return row


@transaction.atomic
def reopen(*, incident: Incident, why: str, by: Actor) -> Incident:
    """Take up an incident that was contained, resolved or closed, and say why.

    One that was never confirmed, and whose type wants it, is reported again.
    """
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    require_whole(row)
    require_reopenable(row)
    steps.move(
        incident=row,
        kind=Kind.INCIDENT_REOPENED,
        by=by,
        why=require_why(why),
        state=state_of_reopened(row, by),
        resolved_at=None,
        closed_at=None,
        close_reason="",
    )
    return row


def _placed(values: dict[str, Any], row: Incident) -> dict[str, Any]:
    """Return values whose place, if it is another, is given as they say.

    The same point sent back, in the six decimals of an answer, changes nothing.
    """
    if "place" not in values:
        return values
    if "place_text" not in values and geojson(values["place"]) == geojson(row.place):
        return {name: value for name, value in values.items() if name != "place"}
    return Whereabouts(values["place"]).columns() | values


def _check_time(incident: Incident) -> None:
    if incident.occurred_at > timezone.now() + TOLERANCE:
        raise Invalid(
            "in_the_future", _("The time lies ahead."), pointer="/occurred_at"
        )
    if incident.occurred_at < EARLIEST:
        raise Invalid(
            "too_long_ago", _("The time lies before 1990."), pointer="/occurred_at"
        )


def _go_on(
    incident: Incident,
    kind: Kind,
    by: Actor,
    why: str,
    *,
    state: IncidentState,
    **more: Any,
) -> Incident:
    """Move an incident on that is confirmed as far as its type wants it."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_HANDLE, owner_of=row)
    require_whole(row)
    require_step(row, state)
    require_confirmed(row)
    steps.move(incident=row, kind=kind, by=by, why=why, state=state, **more)
    return row
