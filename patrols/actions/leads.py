"""Leads that change after they were given, and the plans that prove them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.context import system
from agencies.errors import Conflict, Forbidden
from agencies.models import Agency
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import lead_plans, leads, rotation_check, rules
from patrols.actions.asking import ask_again
from patrols.actions.steps import carry_over
from patrols.eligibility import Bar
from patrols.models import OPEN_STATES, LeadPlan, Patrol, PlanReason, Programme

log = structlog.get_logger(__name__)


@transaction.atomic
def repair_leads(
    *,
    programme: Programme,
    by: Actor,
    within: Fraction | None = None,
    expected: str = "",
) -> list[leads.Change]:
    """Change as few leads as bring everybody within a deviation; return the changes.

    Without ``within``, nothing changes while nobody is off by more than a lead and a
    half; else all come within one and a quarter. Counted are the patrols that the
    planner sees, as in the preview; ``expected`` is the digest of what that showed,
    and anything else is refused.
    """
    row = Programme.objects.locked(by, programme.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    now = timezone.now()
    found = leads.repaired(leads.seen_entries(row, by), now, within)
    if expected and leads.digest(found) != expected:
        raise Conflict(
            "plan_changed", _("The patrols have changed meanwhile; look again.")
        )
    agencies = _agencies({one.new for one in found})
    for one in found:
        patrol = Patrol.objects.locked(by, one.id)
        _give_lead(patrol, agencies[one.new], by)
    if found:
        gave = [one.id for one in found]
        reason = PlanReason.REPAIRED
        keep_plan(programme=row, reason=reason, gave=gave, by=by, since=now)
    return found


@transaction.atomic
def stand_down(*, patrol: Patrol, by: Actor) -> Patrol:
    """Say that one's own agency cannot lead a patrol of a programme.

    It then has no share of this patrol, so it gains and loses nothing. If it led, the
    lead goes to whoever is the fairest among the others; no other lead changes.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN)
    _require_to_lead(row)
    code = by.agency or ""
    if row.programme_id is None or code not in row.entitlements:
        raise Forbidden("not_entitled", _("Your agency is not among those who lead."))
    rest = {name: n for name, n in row.entitlements.items() if name != code}
    if not rest:
        raise Conflict("nobody_may_lead", _("No other agency could lead it."))
    row.entitlements = rest
    row.barred = row.barred | {code: Bar.STOOD_DOWN}
    if row.lead.code != code:
        row.touch()
        row.save()
        record_event(
            Kind.PATROL_CHANGED, by=by, subject=row, detail={"fields": ["barred"]}
        )
    else:
        _give_lead(row, _fairest(row), by)
    _keep_plan_of(row, PlanReason.STOOD_DOWN, by)
    return row


@transaction.atomic
def pass_lead(*, patrol: Patrol, lead: Agency, by: Actor) -> Patrol:
    """Let another of those who may lead one's own patrol lead it.

    Who led keeps its share, and so is owed a lead; no other lead changes.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    _require_to_lead(row)
    if lead.code not in row.entitlements or lead.code == row.lead.code:
        text = _("%(code)s is not another agency that may lead it.")
        raise Conflict("may_not_lead", text % {"code": lead.code})
    _give_lead(row, lead, by)
    _keep_plan_of(row, PlanReason.REPAIRED, by)
    return row


@transaction.atomic
def ask_for_commanders(*, programme: Programme, is_asked: bool, by: Actor) -> Programme:
    """Let the rotation pass one's own agency over where no commander of it is free.

    Partners learn from it that none is: so each agency decides for itself. It holds
    for patrols opened from now on.
    """
    row = Programme.objects.locked(by, programme.pk)
    require(by, Permission.PATROL_PLAN)
    code = by.agency or ""
    if code not in row.entitlements:
        raise Forbidden("not_entitled", _("Your agency is not among those who lead."))
    asked = sorted({*row.commanders_asked, code} - (set() if is_asked else {code}))
    if asked == row.commanders_asked:
        return row
    row.commanders_asked = asked
    row.touch()
    row.save()
    record_event(
        Kind.PROGRAMME_CHANGED,
        by=by,
        subject=row,
        detail={"fields": ["commanders_asked"]},
    )
    return row


@transaction.atomic
def keep_plan(
    *,
    programme: Programme,
    reason: PlanReason,
    gave: Iterable[UUID],
    by: Actor,
    since: datetime,
) -> None:
    """Prove the leads of a programme from a moment on, and keep the proof.

    ``gave`` are the patrols that were just given a lead.

    The certificate is checked by code that shares nothing with the rotation. If that
    finds anything, all is undone: nobody is told a lead that cannot be proved.
    """
    # All patrols count, also those above the level of whoever acts.
    with system("rotation"):
        ledger = leads.entries(Patrol.objects.all(), programme)
        made = lead_plans.proof(ledger, since)
        if findings := rotation_check.findings(made):
            log.critical(
                "lead_plan_refused", programme=str(programme.pk), findings=findings
            )
            raise Conflict("lead_plan_refused", _("The leads could not be proved."))
        plan = LeadPlan(
            programme=programme,
            made_by=by.label,
            reason=reason,
            counted=[one.id for one in ledger],
            gave=list(gave),
            certificate=made,
        )
        plan.open_to(programme.stored_audience)
        plan.save(force_insert=True)


def _require_to_lead(row: Patrol) -> None:
    """Refuse a patrol that cannot go out any more: its lead is booked as it stands.

    Else whoever let its hours pass could leave the lead to another afterwards.
    """
    rules.require_state(row, *OPEN_STATES)
    if row.ends_at <= timezone.now():
        raise Conflict("over", _("The hours of this patrol have passed."))


def _give_lead(patrol: Patrol, lead: Agency, by: Actor) -> None:
    """Give a locked patrol another lead; who is touched by it consents anew."""
    before, old = patrol.tear_line_values(), patrol.lead.code
    patrol.lead = lead
    fields = ["lead"]
    if patrol.commander_id is not None:
        # An officer of the agency that led.
        patrol.commander = None
        fields.append("commander")
    patrol.touch()
    patrol.save()
    kind = Kind.PATROL_CHANGED
    record_event(kind, by=by, subject=patrol, detail={"fields": fields})
    carry_over(patrol=patrol, before=before, kind=kind, by=by)
    ask_again(patrol=patrol, changed=fields, leads=[old, lead.code], by=by)


def _fairest(row: Patrol) -> Agency:
    """Return who of those who may lead a locked patrol is the fairest to do so."""
    from patrols.rotation.repair import Published  # noqa: PLC0415 - loads OR-Tools

    with system("rotation"):
        programme = _programme_of(row)
        ledger = leads.entries(Patrol.objects.all(), programme)
    place = next(n for n, one in enumerate(ledger) if one.id == row.pk)
    slots = [one.slot for one in ledger]
    slots[place] = replace(slots[place], weights=row.entitlements, lead=None)
    published = [one.slot.name for one in ledger]
    code = Published(slots, published).kept().leads[place]
    return _agencies({code})[code]


def _keep_plan_of(row: Patrol, reason: PlanReason, by: Actor) -> None:
    """Keep the plan of a programme of which one patrol was given another lead."""
    with system("rotation"):
        programme = _programme_of(row)
    now = timezone.now()
    keep_plan(programme=programme, reason=reason, gave=[row.pk], by=by, since=now)


def _programme_of(row: Patrol) -> Programme:
    return Programme.objects.select_related("owner").get(patrol=row)


def _agencies(codes: set[str]) -> dict[str, Agency]:
    return {agency.code: agency for agency in Agency.objects.filter(code__in=codes)}
