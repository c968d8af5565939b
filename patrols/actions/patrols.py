"""Patrols: planned, agreed, under way, completed; or cancelled."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency, agency_of
from agencies.actions import releases
from agencies.context import system
from agencies.errors import Conflict, Invalid
from agencies.models import Officer
from agencies.policy import MAX_LEVEL, Actor, Permission, Role, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import rules
from patrols.models import Patrol, PatrolState


@transaction.atomic
def plan(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Patrol:
    """Plan one patrol outside any programme; its participants are released it.

    ``values`` are the columns lead, participants (agency codes, the lead among
    them), title, zone, route, starts_at, ends_at, tlp and level.
    """
    require(by, Permission.PATROL_PLAN)
    owner = agency_of(by)
    patrol = Patrol(owner=owner, author_id=by.officer_id, **values)
    patrol.participants = sorted(set(patrol.participants))
    rules.require_patrol(patrol, by)
    partners = [f"agency:{c}" for c in patrol.participants if c != owner.code]
    releases.create(
        row=patrol,
        kind=Kind.PATROL_PLANNED,
        by=by,
        # Kept in order, so that a refusal points at the right place.
        release_to=dict.fromkeys([*release_to, *partners]),
    )
    return patrol


@transaction.atomic
def change(*, patrol: Patrol, by: Actor, **values: Any) -> Patrol:
    """Change title, places, hours or marking before the patrol starts."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    rules.require_state(row, *rules.OPEN_STATES)
    before = row.tear_line_values()
    changed = row.take(values)
    if not changed:
        return row
    if row.programme_id is not None and "starts_at" in changed:
        # The programme's rule would open the old start again.
        raise Conflict("by_programme", _("The programme's rule sets the start."))
    rules.require_patrol(row, by)
    releases.save_changed(row=row, changed=changed, kind=Kind.PATROL_CHANGED, by=by)
    _carry_over(row, before, Kind.PATROL_CHANGED, by)
    return row


@transaction.atomic
def agree(*, patrol: Patrol, by: Actor) -> Patrol:
    """Fix a planned patrol: it will go out as planned."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN)
    rules.require_step(row, "agree", by)
    return _move(row, Kind.PATROL_AGREED, by, state=PatrolState.AGREED)


@transaction.atomic
def start(*, patrol: Patrol, by: Actor, at: datetime | None = None) -> Patrol:
    """Say that an agreed patrol has left, now or at a time past."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_step(row, "start", by)
    left_at = at or timezone.now()
    rules.require_past(left_at, pointer="/at")
    return _move(
        row,
        Kind.PATROL_STARTED,
        by,
        state=PatrolState.UNDER_WAY,
        started_at=left_at,
    )


@transaction.atomic
def complete(*, patrol: Patrol, by: Actor, at: datetime | None = None) -> Patrol:
    """Say that a patrol is back, now or at a time past."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_step(row, "complete", by)
    back_at = at or timezone.now()
    rules.require_past(back_at, pointer="/at")
    if row.started_at is not None and back_at < row.started_at:
        raise Invalid(
            "before_start", _("The patrol had not started then."), pointer="/at"
        )
    return _move(
        row, Kind.PATROL_COMPLETED, by, state=PatrolState.COMPLETED, ended_at=back_at
    )


@transaction.atomic
def cancel(*, patrol: Patrol, reason: str, by: Actor) -> Patrol:
    """Call off a patrol that has not left, for a reason that all may read.

    A cancelled patrol counts neither as a lead nor towards any entitlement.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN)
    rules.require_step(row, "cancel", by)
    if not reason.strip():
        raise Invalid("empty", _("Say why."), pointer="/reason")
    return _move(
        row,
        Kind.PATROL_CANCELLED,
        by,
        state=PatrolState.CANCELLED,
        cancel_reason=reason.strip(),
    )


@transaction.atomic
def displace(*, patrol: Patrol, by: Actor) -> Patrol:
    """Call off a locked patrol whose start its programme's rule no longer names.

    For a change of the programme alone, which asks for the permission; it acts in
    the system context, since the patrol may lie above the level of ``by``.
    """
    return _move(
        patrol,
        Kind.PATROL_CANCELLED,
        by,
        detail={"reason": "programme changed"},
        state=PatrolState.CANCELLED,
        is_displaced=True,
        cancel_reason=str(_("The programme's rule has changed.")),
    )


@transaction.atomic
def name_commander(*, patrol: Patrol, officer: Officer, by: Actor) -> Patrol:
    """Name the commander: an officer of the lead agency who may command."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_step(row, "commander", by)
    known = Officer.objects.visible_to(by).filter(
        pk=officer.pk,
        agency=row.lead_id,
        is_active=True,
        roles__contains=[Role.COMMANDER],
    )
    found = known.first()
    if found is None:
        raise Invalid(
            "not_a_commander",
            _("Name a commander of the lead agency."),
            pointer="/commander",
        )
    row.commander = found
    row.touch()
    row.save()
    record_event(
        Kind.PATROL_CHANGED, by=by, subject=row, detail={"fields": ["commander"]}
    )
    return row


def _move(
    row: Patrol,
    kind: Kind,
    by: Actor,
    *,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> Patrol:
    """Take a locked patrol one step on, and its tear line with it."""
    before = row.tear_line_values()
    for name, value in values.items():
        setattr(row, name, value)
    row.touch()
    row.save()
    record_event(kind, by=by, subject=row, detail=detail or {})
    _carry_over(row, before, kind, by)
    return row


def _carry_over(row: Patrol, before: dict[str, Any], kind: Kind, by: Actor) -> None:
    """Let the tear line follow, whoever acts.

    The lead agency takes steps of patrols that another agency owns, whose tear line
    it does not see; nor need an officer of the owner, where that has a marking of
    its own. So it follows on the part of the owner and, for TLP:RED, of the author.
    """
    with system("tear line"):
        agency = actor_of_agency(row.owner, MAX_LEVEL)
        label = by.label if by.owns(row) else agency.label
        owner = replace(agency, label=label, officer_id=row.author_id)
        releases.carry_over(row, before=before, kind=kind, by=owner)
