"""What is done about an incident: each verb a POST, then back to its page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agencies.actions import releases
from agencies.errors import NotFound
from agencies.guards import actor_of, is_part, officer_required, verb_of
from agencies.views.records import done, release_by_form, release_form
from incidents.actions import life, log, responses
from incidents.forms import AdvanceForm, AssignForm, CloseForm, LogForm
from incidents.models import Response
from incidents.views.incident import found, show


@officer_required
@verb_of("incident")
def acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell the owner that one's agency has seen it."""
    actor = actor_of(request)
    row = found(actor, pk)
    life.acknowledge(incident=row, by=actor)
    messages.success(request, _("Acknowledged: the owner sees it."))
    return redirect("incident", pk=row.pk)


@officer_required
@verb_of("incident")
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Assign an agency or a patrol."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = AssignForm(request.POST, actor=actor, incident=row)

    def act() -> None:
        responses.assign(incident=row, by=actor, **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("Assigned."))
        return redirect("incident", pk=row.pk)
    return show(request, row, actor, assign_form=form)


@officer_required
@verb_of("incident")
def advance(request: HttpRequest, pk: UUID, response_id: UUID) -> HttpResponse:
    """Say how far a response has come."""
    actor = actor_of(request)
    row = found(actor, pk)
    made = Response.objects.visible_to(actor).filter(incident=row, pk=response_id)
    response = made.first()
    if response is None:
        raise NotFound
    form = AdvanceForm(request.POST)
    if form.is_valid():
        responses.advance(response=response, by=actor, **form.cleaned_data)
    else:
        messages.error(request, form.first_error)
    return redirect("incident", pk=row.pk)


@officer_required
@verb_of("incident")
def write_log(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a line to the log; htmx gets the log alone."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = LogForm(request.POST, request.FILES, is_owner=actor.owns(row))

    def act() -> None:
        log.write_log(incident=row, by=actor, **form.given)

    if not done(form, act):
        return show(request, row, actor, log_form=form)
    if is_part(request):
        return show(request, row, actor)
    return redirect("incident", pk=row.pk)


@officer_required
@verb_of("incident")
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close it for a reason."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = CloseForm(request.POST)

    def act() -> None:
        life.close(incident=row, by=actor, **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("Closed."))
        return redirect("incident", pk=row.pk)
    return show(request, row, actor, close_form=form)


@officer_required
@verb_of("incident")
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Release it, or its tear line."""
    actor = actor_of(request)
    row = found(actor, pk)
    form = release_form(row, actor, request.POST)
    if done(form, lambda: release_by_form(request, row, form, actor)):
        return redirect("incident", pk=row.pk)
    return show(request, row, actor, release_form=form)


@officer_required
@verb_of("incident")
def revoke(request: HttpRequest, pk: UUID, release_id: UUID) -> HttpResponse:
    """End a release."""
    actor = actor_of(request)
    row = found(actor, pk)
    releases.revoke(record=row, release_id=release_id, by=actor)
    messages.success(request, _("The release is ended."))
    return redirect("incident", pk=row.pk)
