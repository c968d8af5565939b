"""What a page shows of an incident's life: steps, tasks, duplicates."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.policy import Actor, Permission
from agencies.serializers import person_seen
from agencies.views.logs import signed
from agencies.views.records import person
from incidents.life_forms import MergeForm, StepForm, TaskForm
from incidents.life_serializers import colleague
from incidents.models import (
    OPEN_STATES,
    REACHED_AT,
    REOPENED_FROM,
    STEPS,
    Confirmation,
    Incident,
    IncidentState,
    Response,
    Task,
    Transition,
)
from incidents.rules import is_second_party, is_unconfirmed

# Duplicates are reported within such a time of each other, as a rule.
NEAR = timedelta(days=2)
OFFERED = 12


@dataclass(frozen=True, slots=True)
class Step:
    """A step that the reader may take: its button, what it asks, its form."""

    verb: str
    word: str
    question: str
    submit: str
    action: str
    form: StepForm


def duplicates_of(row: Incident, actor: Actor) -> list[Incident]:
    """Return what was merged into an incident, as far as the actor sees it.

    To the owner also the tear lines of these.
    """
    merged = Q(merged_into=row)
    if actor.owns(row):
        merged |= Q(tear_line_of__merged_into=row)
    return list(Incident.objects.visible_to(actor).filter(merged))


def life_parts(
    row: Any, around: list[Incident], actor: Actor, forms: dict[str, Any]
) -> dict[str, Any]:
    """Return what is shown; ``around`` are the incidents whose parts the page has.

    ``forms`` are those that were sent and are not right yet, by their step.
    """
    given = list(signed(Confirmation, around, actor))
    has_confirmed = any(one.agency_id == actor.agency_id for one in given)
    steps = _steps(row, actor, forms, has_confirmed=has_confirmed)
    return {
        "transitions": _transitions(row, actor),
        "confirmations": [(one, person(one.who)) for one in given],
        "is_unconfirmed": is_unconfirmed(row),
        "merged_into": _original(row, actor),
        "duplicates": [one for one in around if one.merged_into_id == row.pk],
        "steps": steps,
        "merge_near": _near(row, actor) if "merge" in {s.verb for s in steps} else [],
        "tasks": _tasks(row, around, actor),
        "can_set_task": actor.may(Permission.INCIDENT_HANDLE)
        and row.state != IncidentState.CLOSED,
        "task_form": TaskForm(actor=actor, incident=row),
    }


def reached(made: Response) -> list[tuple[str, Any]]:
    """Return which states a response has reached, and when, in order."""
    return [
        (str(state.label), getattr(made, name))
        for state, name in REACHED_AT.items()
        if getattr(made, name) and not (name == "ended_at" and state != made.state)
    ]


def _transitions(row: Incident, actor: Actor) -> list[tuple[Transition, str]]:
    rows = Transition.objects.visible_to(actor).filter(incident=row)
    found: Any = rows.select_related("agency").annotate(who=colleague("by", actor))
    return [(one, person(one.who)) for one in found]


def _original(row: Incident, actor: Actor) -> Incident | None:
    """Return the incident that a duplicate was merged into, to who sees both."""
    if row.merged_into_id is None:
        return None
    return Incident.objects.visible_to(actor).filter(pk=row.merged_into_id).first()


def _tasks(row: Incident, around: list[Incident], actor: Actor) -> list[dict[str, Any]]:
    rows: Any = Task.objects.visible_to(actor).filter(incident__in=around)
    found = rows.select_related("agency", "incident").annotate(
        who=person_seen("set_by", actor, colleagues="set_for")
    )
    may, is_owner = actor.may(Permission.INCIDENT_HANDLE), actor.owns(row)
    return [
        {
            "task": one,
            "by": person(one.who),
            "can_finish": may
            and one.is_open
            and (is_owner or one.agency_id == actor.agency_id),
            "can_cancel": may
            and one.is_open
            and (is_owner or one.set_for_id == actor.agency_id),
        }
        for one in found
    ]


def _near(row: Incident, actor: Actor) -> list[Incident]:
    """Return own incidents of about that time, which this may be a duplicate of."""
    own = Incident.objects.visible_to(actor).filter(
        owner=row.owner_id,
        tear_line_of=None,
        merged_into=None,
        occurred_at__range=(row.occurred_at - NEAR, row.occurred_at + NEAR),
    )
    return list(own.exclude(pk=row.pk)[:OFFERED])


def _steps(
    row: Any, actor: Actor, forms: dict[str, Any], *, has_confirmed: bool
) -> list[Step]:
    """Return the steps that the actor may take; closing asks by a form of its own."""
    if not actor.may(Permission.INCIDENT_HANDLE):
        return []
    if not actor.owns(row):
        can = row.state in OPEN_STATES and not has_confirmed
        return [_step("confirm", row, actor, forms, vouching())] if can else []
    if row.is_tear_line:
        return []
    words = wording()
    return [
        _step(verb, row, actor, forms, words[verb])
        for verb in words
        if _may_take(verb, row, actor)
    ]


def _may_take(verb: str, row: Incident, actor: Actor) -> bool:
    """Whether the owner's officer is offered a step; the actions decide again."""
    ahead = STEPS[IncidentState(row.state)]
    is_merged = row.merged_into_id is not None
    if verb == "confirm":
        return IncidentState.CONFIRMED in ahead and is_second_party(row, actor)
    if verb == "contain":
        return IncidentState.CONTAINED in ahead and not is_unconfirmed(row)
    if verb == "resolve":
        return IncidentState.RESOLVED in ahead and not is_unconfirmed(row)
    if verb == "reopen":
        return row.state in REOPENED_FROM and not is_merged
    if verb == "merge":
        return IncidentState.CLOSED in ahead
    return is_merged


def _step(
    verb: str,
    row: Any,
    actor: Actor,
    forms: dict[str, Any],
    words: tuple[str, str, str],
) -> Step:
    form = forms.get(verb)
    if form is None and verb == "merge":
        form = MergeForm(verb=verb, actor=actor)
    at = reverse(f"incident-{verb}", args=[row.pk])
    return Step(verb, *words, at, form or StepForm(verb=verb))


def wording() -> dict[str, tuple[str, str, str]]:
    """Return, for each step of the owner's, its button, its question, its answer."""
    told = _("Everybody who sees this incident is told, and reads why.")
    return {
        "confirm": (
            _("Confirm…"),
            _("Is it as it was reported?") + " " + told,
            _("Yes, confirm it"),
        ),
        "contain": (
            _("Contained…"),
            _("Does it not grow any more?") + " " + told,
            _("Yes, it is contained"),
        ),
        "resolve": (
            _("Resolve…"),
            _("Is it over on the ground? Nobody can be assigned any more.")
            + " "
            + told,
            _("Yes, it is resolved"),
        ),
        "reopen": (
            _("Open again…"),
            _("It counts as open again.") + " " + told,
            _("Open it again"),
        ),
        "merge": (
            _("Duplicate…"),
            _(
                "The incident is closed as a duplicate. What hangs on it stays, and is"
                " shown with the other to those who see both. It can be undone."
            ),
            _("Merge"),
        ),
        "unmerge": (
            _("Unmerge…"),
            _("The incident goes on by itself, where it was before.") + " " + told,
            _("Part it from the other"),
        ),
    }


def vouching() -> tuple[str, str, str]:
    """Return the same for a partner's confirmation."""
    question = _("Is it as it was reported? The owner is told, and nobody else.")
    return _("Confirm…"), question, _("Yes, confirm it")
