"""Patrols: planned, under way, completed; or cancelled. Consent has its own module."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.errors import Invalid
from agencies.models import Officer
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import commanding, hand_overs, rules
from patrols.actions import asking, steps
from patrols.actions.crewing import follow_patrol
from patrols.demand_rules import touched
from patrols.models import OPEN_STATES, Patrol, PatrolState


@transaction.atomic
def plan(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Patrol:
    """Plan one patrol outside any programme; its participants are released it.

    ``values`` are the columns agreement, purpose, lead, participants (agency codes,
    the lead among them), title, zone, route, starts_at, ends_at, demand, tlp and
    level. Only an agency alone and at home needs no agreement.
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
    """Change title, places, hours, legal basis or marking before the patrol starts.

    Agencies whose consent it touches are asked again.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    rules.require_state(row, *OPEN_STATES)
    before, asked = row.tear_line_values(), row.demand
    leads = [row.lead.code]
    changed = row.take(values)
    if not changed:
        return row
    rules.require_patrol(row, by, changed=changed)
    changed = commanding.let_go(row, changed, by)
    releases.save_changed(row=row, changed=changed, kind=Kind.PATROL_CHANGED, by=by)
    steps.carry_over(patrol=row, before=before, kind=Kind.PATROL_CHANGED, by=by)
    if commanding.FOLLOWED & set(changed):
        follow_patrol(patrol=row, by=by)
    leads.append(row.lead.code)
    own = touched(asked, row.demand, row.participants)
    return asking.ask_again(patrol=row, changed=changed, leads=leads, own=own, by=by)


@transaction.atomic
def start(*, patrol: Patrol, by: Actor, at: datetime | None = None) -> Patrol:
    """Say that an agreed patrol has left, now or at a time past.

    Refused while its commander is away, or out with another patrol: name another one.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_step(row, "start", by)
    left_at = at or timezone.now()
    rules.require_left_at(row, left_at)
    commanding.require_present(row, left_at, by)
    return steps.move(
        patrol=row,
        kind=Kind.PATROL_STARTED,
        by=by,
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
    passed = hand_overs.taken(Patrol.objects.visible_to(by).filter(pk=row.pk))
    if any(back_at < one.at for one in passed.get(row.pk, ())):
        text = _("Its lead was handed over after that.")
        raise Invalid("before_hand_over", text, pointer="/at")
    return steps.move(
        patrol=row,
        kind=Kind.PATROL_COMPLETED,
        by=by,
        state=PatrolState.COMPLETED,
        ended_at=back_at,
    )


@transaction.atomic
def cancel(*, patrol: Patrol, reason: str, by: Actor) -> Patrol:
    """Call off a patrol that has not left, for a reason that all may read.

    A cancelled patrol counts neither as a lead nor towards any entitlement.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN)
    rules.require_step(row, "cancel", by)
    why = rules.require_reason(reason)
    asking.end_asking(patrol=row, by=by)
    return steps.move(
        patrol=row,
        kind=Kind.PATROL_CANCELLED,
        by=by,
        state=PatrolState.CANCELLED,
        cancel_reason=why,
    )


@transaction.atomic
def displace(*, patrol: Patrol, by: Actor) -> Patrol:
    """Call off a locked patrol whose start its programme's rule no longer names.

    For a change of the programme alone, which asks for the permission; it acts in
    the system context, since the patrol may lie above the level of ``by``.
    """
    asking.end_asking(patrol=patrol, by=by)
    return steps.move(
        patrol=patrol,
        kind=Kind.PATROL_CANCELLED,
        by=by,
        detail={"reason": "programme changed"},
        state=PatrolState.CANCELLED,
        is_displaced=True,
        cancel_reason=str(_("The programme's rule has changed.")),
    )


@transaction.atomic
def name_commander(*, patrol: Patrol, officer: Officer, by: Actor) -> Patrol:
    """Name the commander: an officer of the lead agency who may, cleared for it.

    Refused are who is away then (``commander_absent``) and who goes on another patrol
    (``commander_booked``), which is named if ``by`` sees it.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_step(row, "commander", by)
    found = commanding.known(row, by).filter(pk=officer.pk).first()
    if found is None:
        raise Invalid(
            "not_a_commander",
            _("Name a commander of the lead agency."),
            pointer="/commander",
        )
    commanding.require_able(row, found, by)
    row.commander = found
    row.touch()
    row.save()
    record_event(
        Kind.PATROL_CHANGED, by=by, subject=row, detail={"fields": ["commander"]}
    )
    return asking.ask_again(
        patrol=row, changed=["commander"], leads=[row.lead.code], by=by
    )
