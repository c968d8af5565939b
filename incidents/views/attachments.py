"""The files of an incident on its page, and how far its log was read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agencies.guards import actor_of, is_part, officer_required, verb_of
from agencies.policy import Actor
from agencies.views.logs import after_reading, line_named
from agencies.views.records import done
from incidents.actions import attachments, log
from incidents.file_forms import AttachForm
from incidents.models import LogEntry
from incidents.views.incident import found, show
from incidents.views.log import file_parts


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add files; htmx gets the part of the page that shows them."""
    if request.method != "POST" and not is_part(request):
        # As of a verb: what opens this address again asks for the record.
        return redirect("incident", pk=pk)
    actor = actor_of(request)
    row = found(actor, pk)
    if request.method != "POST":
        return _drawn(request, row, actor)
    form = AttachForm(request.POST, request.FILES, is_owner=actor.owns(row))

    def act() -> None:
        given = {name: form.cleaned_data[name] for name in ("caption", "sharing")}
        attachments.attach(incident=row, files=form.uploads, by=actor, **given)

    if not done(form, act):
        return show(request, row, actor, attach_form=form)
    messages.success(request, _("Added."))
    return redirect("incident", pk=row.pk)


def _drawn(request: HttpRequest, row: Any, actor: Actor) -> HttpResponse:
    tear_line = row.tear_line_for(actor)
    context = {
        "incident": row,
        **file_parts([row, tear_line] if tear_line else [row], actor),
    }
    return render(request, "incidents/_attachments.html", context)


@officer_required
@verb_of("incident")
def read_log(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note how far one has read; htmx gets nothing back."""
    actor = actor_of(request)
    row = found(actor, pk)
    entry = line_named(request, LogEntry, actor)
    log.read_log(incident=row, entry=entry, by=actor)
    return after_reading(request, "incident", row)
