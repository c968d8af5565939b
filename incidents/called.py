"""What a reader is shown of escalations, and what waits for an officer in person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from agencies.models import Officer
from agencies.policy import Actor, Permission
from incidents.fitting import fitting
from incidents.models import (
    OPEN_STATES,
    Duty,
    DutyHandOver,
    Escalation,
    EscalationRule,
    HandOverState,
    Incident,
    Notice,
    Severity,
)
from incidents.on_duty import called, colleagues, in_words
from patrols.models import Zone

# On how many past incidents a rule is tried.
TRIED = 20
MOST = 100


@dataclass(frozen=True)
class Step:
    """A step of an escalation: when, whom, and who was called by it."""

    number: int
    whom: Any
    due_at: Any
    is_taken: bool
    notices: list[Notice]


@dataclass(frozen=True)
class Trial:
    """What a past incident would have led to, if nobody had acknowledged it."""

    incident: Incident
    rule: EscalationRule | None
    calls: list[dict[str, Any]]


def own_open(actor: Actor) -> Any:
    """Return an incident's open escalation of the own agency, for a subquery."""
    rows = Escalation.objects.visible_to(actor).open()
    return rows.filter(incident=OuterRef("pk"), agency=actor.agency_id)


def with_countdown(rows: Any, actor: Actor) -> Any:
    """Add when the own agency's next step is due, and whom it calls, to incidents."""
    waiting = own_open(actor)
    return rows.annotate(
        escalates_at=Subquery(waiting.values("due_at")[:1]),
        escalates_to=Subquery(waiting.values("next_whom")[:1]),
    )


def escalation_of(incident: Incident, actor: Actor) -> dict[str, Any]:
    """Return what an incident's page shows: one's own agency's escalation, if any."""
    own = Escalation.objects.visible_to(actor).filter(incident=incident)
    found = own.filter(agency=actor.agency_id).first()
    is_open = found is not None and found.ended_at is None
    may = actor.may(Permission.INCIDENT_ACKNOWLEDGE)
    return {
        "escalation": found,
        "escalation_steps": steps_of(found, actor) if found else [],
        # The page has a button of its own for others' incidents.
        "can_stop_escalation": is_open and may and actor.owns(incident),
        "is_escalation_needed": is_open and incident.state in OPEN_STATES,
    }


def steps_of(row: Escalation, actor: Actor) -> list[Step]:
    """Return the steps of an escalation: those taken, and those to come."""
    people = Officer.objects.visible_to(actor)
    names = {one.username: str(one) for one in people.filter(username__in=_named(row))}
    given = Notice.objects.visible_to(actor).filter(escalation=row).order_by("at", "id")
    notices = list(given.prefetch_related(Prefetch("officer", people)))
    return [
        Step(
            number=n + 1,
            whom=in_words(row.nth(n)["whom"], names),
            due_at=row.due(n),
            is_taken=n < row.step,
            notices=[one for one in notices if one.step == n],
        )
        for n in range(row.length)
        if n < row.step or row.ended_at is None
    ]


def calls_of(actor: Actor) -> list[Notice]:
    """Return by what still waits an officer was called: worst, then oldest first."""
    rows = Notice.objects.visible_to(actor).filter(
        officer=actor.officer_id, escalation__ended_at=None
    )
    latest: dict[Any, Notice] = {}
    for one in rows.prefetch_related(seen_incidents(actor))[:MOST]:
        if one.incident and one.incident.state in OPEN_STATES:
            latest.setdefault(one.incident_id, one)
    ladder = list(Severity)
    return sorted(
        latest.values(),
        key=lambda one: (ladder.index(Severity(one.incident.severity)), one.at),
    )


def offers_to(actor: Actor) -> list[DutyHandOver]:
    """Return the hand-overs of duty that wait for an officer's own answer."""
    rows = DutyHandOver.objects.visible_to(actor).filter(
        state=HandOverState.OFFERED, to__officer=actor.officer_id
    )
    people = Prefetch("officer", Officer.objects.visible_to(actor))
    duties = Duty.objects.visible_to(actor).prefetch_related(people)
    return list(rows.prefetch_related(Prefetch("duty", duties)))


def seen_incidents(actor: Actor) -> "Prefetch[Any]":
    """Return how to read the incidents along, as far as the actor sees them."""
    seen = Incident.objects.visible_to(actor).select_related("owner")
    return Prefetch("incident", seen)


def tried(rules: Iterable[EscalationRule], actor: Actor) -> list[Trial]:
    """Return who would have been called for the last incidents, as the watch was then.

    ``rules`` are in their order. Incidents are those that the actor sees.
    """
    found = [rule for rule in rules if rule.is_active]
    own = Incident.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = list(own.select_related("owner").order_by("-created_at", "-id")[:TRIED])
    staff = colleagues(actor)
    zones = Zone.objects.visible_to(actor)
    duties = _duties(rows, found, actor)
    known: dict[Any, list[Officer]] = {}
    trials = []
    for row in rows:
        rule = next(iter(fitting(found, row, zones)), None)
        calls, at = [], row.created_at
        for step in rule.steps if rule else ():
            at += timedelta(minutes=step["after"])
            watch = [one for one in duties if one.was_running(at)]
            key = (step["whom"], frozenset(one.pk for one in watch))
            if key not in known:
                known[key] = called(step["whom"], watch, staff)
            calls.append(
                {
                    "at": at,
                    "whom": in_words(step["whom"]),
                    "people": known[key],
                    "mail": step["mail"],
                }
            )
        trials.append(Trial(row, rule, calls))
    return trials


def _named(row: Escalation) -> list[str]:
    return [step["whom"].partition(":")[2] for step in row.steps]


def _duties(
    rows: list[Incident], rules: list[EscalationRule], actor: Actor
) -> list[Duty]:
    """Return the duties that ran since the first of some incidents."""
    if not rows or not rules:
        return []
    since = min(row.created_at for row in rows)
    own: QuerySet[Duty] = Duty.objects.visible_to(actor).exclude(ended_at__lt=since)
    return list(own.filter(started_at__isnull=False).order_by("started_at"))
