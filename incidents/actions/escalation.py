"""Escalations: opened, taken step by step, ended. Incidents are locked before them.

What has no officer behind it is done by the platform, for whom ``incidents.tasks``
opens the system context: the functions that say so find nothing outside it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agencies.accounts import actor_of, actor_of_agency, memberships
from agencies.models import Agency, Officer
from agencies.policy import Actor, visible
from incidents.fitting import fitting
from incidents.models import (
    OPEN_STATES,
    Acknowledgement,
    Duty,
    Escalation,
    EscalationEnd,
    EscalationRule,
    Incident,
    MailState,
    Notice,
    Reachability,
)
from incidents.on_duty import called, mail_due
from live.journal import record as record_event
from live.kinds import Kind
from patrols.models import Zone


@transaction.atomic
def open_escalation(
    *, incident_id: UUID, agency: Agency, at: datetime, by: Actor
) -> Escalation | None:
    """Begin to wait for an agency's acknowledgement, if one of its rules fits.

    ``at`` is when the agency could know of the incident: the steps count from there.
    For the platform. Nothing is opened of what is over, what the agency does not see
    or has acknowledged, and what the officer on duty reported.
    """
    row = _locked(incident_id)
    if row is None or _why_over(row, agency) or not _concerns(row, agency):
        return None
    open_ones = Escalation.objects.filter(incident=row, agency=agency).open()
    if open_ones.exists():
        return None
    rule = _rule_for(row, agency, at)
    if rule is None:
        return None
    made = Escalation(
        incident=row,
        agency=agency,
        rule=rule,
        steps=rule.steps,
        repeats=rule.repeats,
        opened_at=at,
    )
    made.aim()
    made.open_to(row.stored_audience.share_of(_reader(row, agency)))
    made.save(force_insert=True)
    record_event(Kind.ESCALATION_OPENED, by=by, subject=made)
    return made


@transaction.atomic
def step_escalation(*, escalation_id: UUID, by: Actor) -> Escalation | None:
    """Take the step that is due, once, however many ask; return the escalation.

    For the platform. The step, the notices and the next time are one commit: who dies
    before it has done nothing, and who comes later finds the step taken.
    """
    row = _locked_escalation(escalation_id)
    now = timezone.now()
    if row is None or row.due_at is None or row.due_at > now:
        return None
    if why := _why_over(row.incident, row.agency):
        _end(row, why, by)
        return row
    people = _people(row)
    for officer in people:
        _notice(row, officer, now).save(force_insert=True)
    detail = {"step": row.step, "called": [one.username for one in people]}
    row.step += 1
    row.aim()
    row.save()
    record_event(Kind.ESCALATION_STEPPED, by=by, subject=row, detail=detail)
    return row


@transaction.atomic
def end_if_over(*, escalation_id: UUID, by: Actor) -> bool:
    """End an escalation whose reason is gone; return whether it was one.

    For the platform. Where the agency no longer sees the incident nobody is told.
    """
    row = _locked_escalation(escalation_id)
    why = row and _why_over(row.incident, row.agency)
    if row is None or not why:
        return False
    _end(row, why, by)
    return True


@transaction.atomic
def end_by_acknowledgement(*, incident: Incident, by: Actor) -> None:
    """End the actor's agency's escalation: a part of acknowledging.

    The incident is locked already.
    """
    rows = Escalation.objects.visible_to(by).filter(incident=incident)
    own = rows.filter(agency=by.agency_id).open()
    for row in own.select_for_update(of=("self",)):
        _end(row, EscalationEnd.ACKNOWLEDGED, by)


# --- whether, and by which rule ----------------------------------------------------


def _locked(incident_id: UUID) -> Incident | None:
    rows = Incident.objects.select_for_update(of=("self",))
    return rows.select_related("owner").filter(pk=incident_id).first()


def _locked_escalation(escalation_id: UUID) -> Escalation | None:
    """Return an open escalation with its incident, both locked, the incident first."""
    rows = Escalation.objects.filter(pk=escalation_id).open()
    incident_id = rows.values_list("incident", flat=True).first()
    incident = incident_id and _locked(incident_id)
    row = rows.select_related("agency").select_for_update(of=("self",)).first()
    if row is None or not incident:
        return None
    row.incident = incident
    return row


def _reader(row: Incident, agency: Agency) -> Actor:
    return actor_of_agency(agency, row.level)


def _why_over(row: Incident, agency: Agency) -> EscalationEnd | None:
    """Return why nobody of an agency needs to be called about it (any more)."""
    reader = _reader(row, agency)
    if not Incident.objects.visible_to(reader).filter(pk=row.pk).exists():
        return EscalationEnd.WITHDRAWN
    noted = Acknowledgement.objects.visible_to(reader).filter(incident=row)
    if noted.filter(agency=agency).exists():
        return EscalationEnd.ACKNOWLEDGED
    return None if row.state in OPEN_STATES else EscalationEnd.CLOSED


def _concerns(row: Incident, agency: Agency) -> bool:
    """Whether an agency is to be called at all: not by its own tear line or watch."""
    if row.owner_id != agency.pk:
        return True
    watch = Duty.objects.filter(agency=agency).running()
    on_watch = {pk for one in watch for pk in (one.officer_id, one.deputy_id)}
    return not row.is_tear_line and row.author_id not in on_watch - {None}


def _rule_for(row: Incident, agency: Agency, at: datetime) -> EscalationRule | None:
    rules = EscalationRule.objects.filter(agency=agency, is_active=True)
    found = fitting(rules.filter(created_at__lte=at), row, Zone.objects.all())
    return next(iter(found), None)


# --- a step, and the end -----------------------------------------------------------


def _people(row: Escalation) -> list[Officer]:
    """Return whom the present step calls, of those who see the incident now."""
    duties = Duty.objects.filter(agency=row.agency).running()
    staff = Officer.objects.filter(agency=row.agency_id, is_active=True)
    whom = row.nth(row.step)["whom"]
    found = called(whom, duties, staff.select_related("agency"))
    return _seeing(row.incident, row.agency, found)


def _seeing(row: Incident, agency: Agency, people: Iterable[Officer]) -> list[Officer]:
    """Keep the officers who may see an incident at this moment."""
    held = memberships(agency.pk)
    return [
        officer
        for officer in people
        if Incident.objects.filter(
            visible(actor_of(officer, lambda *_of: held).keys), pk=row.pk
        ).exists()
    ]


def _notice(row: Escalation, officer: Officer, now: datetime) -> Notice:
    made = Notice(
        escalation=row,
        incident=row.incident,
        agency=row.agency,
        officer=officer,
        step=row.step,
        at=now,
        **_mail(row, officer, now),
    )
    made.open_to(row.stored_audience)
    return made


def _mail(row: Escalation, officer: Officer, now: datetime) -> dict[str, Any]:
    """Return when an e-mail goes, if the step sends one and there is an address."""
    reach = Reachability.objects.filter(officer=officer).exclude(email="").first()
    if reach is None or not row.nth(row.step)["mail"] or not settings.SENDS_MAIL:
        return {}
    due = mail_due(reach, row.incident.severity, now, row.agency.time_zone)
    return {"mail": MailState.WAITING, "mail_due_at": due}


def _end(row: Escalation, why: EscalationEnd, by: Actor) -> None:
    row.ended_at, row.end = timezone.now(), why
    row.aim()
    row.save()
    if why != EscalationEnd.WITHDRAWN:
        record_event(Kind.ESCALATION_ENDED, by=by, subject=row, detail={"why": why})
