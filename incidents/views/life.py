"""An incident's life: its steps, units and tasks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.errors import NotFound, Refused
from agencies.guards import actor_of, is_part, officer_required, verb_of
from agencies.policy import Permission
from agencies.views.records import done
from incidents import units
from incidents.actions import confirming, duplicates, life, responses, tasks
from incidents.life_forms import DispatchForm, MergeForm, StepForm, TaskForm
from incidents.models import OPEN_STATES, Task, TaskState
from incidents.views.incident import found, show

# The tasks of an agency that its page lists.
LISTED = 200


def _take(
    request: HttpRequest,
    pk: UUID,
    verb: str,
    act: Callable[..., Any],
    said: str,
    form: StepForm | None = None,
) -> HttpResponse:
    """Take a step by its form; show the page again with what is wrong in it.

    A step that is not possible any more has no form there: that is told by itself.
    """
    actor = actor_of(request)
    row = found(actor, pk)
    form = form or StepForm(request.POST, verb=verb)
    if form.is_valid():
        try:
            act(incident=row, by=actor, **form.cleaned_data)
        except Refused as refusal:
            if refusal.pointer is None:
                raise
            form.refuse(refusal)
        else:
            messages.success(request, said)
            return redirect("incident", pk=row.pk)
    return show(request, row, actor, steps_sent={verb: form})


@officer_required
@verb_of("incident")
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm what was reported."""
    said = _("Confirmed.")
    return _take(request, pk, "confirm", confirming.confirm, said)


@officer_required
@verb_of("incident")
def contain(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it does not grow any more."""
    said = _("It is contained.")
    return _take(request, pk, "contain", life.contain, said)


@officer_required
@verb_of("incident")
def resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that it is over on the ground."""
    return _take(request, pk, "resolve", life.resolve, _("Resolved."))


@officer_required
@verb_of("incident")
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take it up again."""
    return _take(request, pk, "reopen", life.reopen, _("It is open again."))


@officer_required
@verb_of("incident")
def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close it as a duplicate of another."""
    form = MergeForm(request.POST, verb="merge", actor=actor_of(request))
    said = _("Merged: it is closed as a duplicate.")
    return _take(request, pk, "merge", duplicates.merge, said, form)


@officer_required
@verb_of("incident")
def unmerge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Part it from the incident that it was a duplicate of."""
    said = _("It is no duplicate any more.")
    return _take(request, pk, "unmerge", duplicates.unmerge, said)


@officer_required
@require_safe
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose units that could respond; htmx gets the list alone."""
    actor = actor_of(request)
    row = found(actor, pk)
    is_open = row.state in OPEN_STATES
    context = {
        "incident": row,
        "is_owner": actor.owns(row),
        "units": units.propose(row, actor) if is_open else [],
        "can_assign": is_open and actor.may(Permission.INCIDENT_HANDLE),
    }
    page = "_units.html" if is_part(request) else "units.html"
    return render(request, f"incidents/{page}", context)


@officer_required
@verb_of("incident")
def dispatch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a unit that was proposed."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = DispatchForm(request.POST, actor=actor)

    def act() -> None:
        unit, task = form.cleaned_data["unit"], form.cleaned_data["task"]
        responses.assign(incident=row, by=actor, task=task, **unit)

    if done(form, act):
        is_own = actor.owns(row)
        messages.success(request, _("Dispatched.") if is_own else _("Offered."))
    else:
        messages.error(request, form.first_error)
    return redirect("incident", pk=row.pk)


@officer_required
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """List what one's agency has to do, and what it gave others to do."""
    actor = actor_of(request)
    rows = Task.objects.visible_to(actor).open()
    rows = rows.select_related("agency", "incident", "incident__owner")
    own = list(rows.filter(agency=actor.agency_id)[: LISTED + 1])
    given = rows.filter(set_for=actor.agency_id).exclude(agency=actor.agency_id)
    context = {
        "tasks": own[:LISTED],
        "is_more": len(own) > LISTED,
        "given": given[:LISTED],
        "can_end": actor.may(Permission.INCIDENT_HANDLE),
    }
    return render(request, "incidents/tasks.html", context)


@officer_required
@verb_of("incident")
def set_task(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give an agency something to do."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = TaskForm(request.POST, actor=actor, incident=row)

    def act() -> None:
        tasks.set_task(incident=row, by=actor, **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("The task is set."))
        return redirect("incident", pk=row.pk)
    return show(request, row, actor, task_form=form)


@officer_required
@verb_of("incident")
def end_task(request: HttpRequest, pk: UUID, task_id: UUID) -> HttpResponse:
    """Say that a task is done, or need not be."""
    actor = actor_of(request)
    row = found(actor, pk)
    task = Task.objects.visible_to(actor).filter(incident=row, pk=task_id).first()
    if task is None:
        raise NotFound
    if request.POST.get("state") == TaskState.CANCELLED:
        tasks.cancel_task(task=task, by=actor)
    else:
        tasks.finish_task(task=task, by=actor)
    return redirect("incident", pk=row.pk)
