"""Files at an incident: their part of its page, their own page, and the files."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import NotFound, Refused
from agencies.guards import actor_of, is_part, officer_required, verb_of
from agencies.policy import Actor, Permission
from agencies.serializers import person_seen
from agencies.views.logs import after_reading, line_named
from agencies.views.records import person
from incidents.actions import attachments, log
from incidents.file_forms import AttachForm
from incidents.models import Attachment, CustodyLine, LogEntry
from incidents.serving import serve
from incidents.store import Copy
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
    form, status = AttachForm(request.POST, request.FILES), 400
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("caption", "sharing")}
        try:
            attachments.attach(incident=row, files=form.uploads, by=actor, **given)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Added."))
            return redirect("incident", pk=row.pk)
    answer = show(request, row, actor, attach_form=form)
    answer.status_code = status
    return answer


def _drawn(request: HttpRequest, row: Any, actor: Actor) -> HttpResponse:
    tear_line = row.tear_line_for(actor)
    context = {
        "incident": row,
        **file_parts([row, tear_line] if tear_line else [row], actor),
    }
    return render(request, "incidents/_attachments.html", context)


@officer_required
@require_safe
def attachment(request: HttpRequest, pk: UUID, attachment_id: UUID) -> HttpResponse:
    """Show one file: what it is, what it looks like, who had it in hand."""
    actor = actor_of(request)
    row = found(actor, pk)
    made = seen(row, attachment_id, actor)
    lines = CustodyLine.objects.visible_to(actor).filter(attachment=made)
    custody = lines.select_related("agency").annotate(
        who=person_seen("by", actor, colleagues="agency")
    )
    is_own = made.agency_id == actor.agency_id
    context = {
        "incident": row,
        "file": made,
        "who": person(made.who),
        "copies": made.copies_for(actor),
        "custody": [(line, person(line.who)) for line in custody],
        "is_owner": actor.owns(row),
        "can_withdraw": is_own
        and made.withdrawn_at is None
        and actor.may(Permission.INCIDENT_REPORT),
    }
    return render(request, "incidents/attachment.html", context)


@officer_required
@require_safe
def file(
    request: HttpRequest, pk: UUID, attachment_id: UUID, copy: str
) -> HttpResponse:
    """Give a copy out; it is noted who had it."""
    if copy not in Copy.values:
        raise NotFound
    actor = actor_of(request)
    row = found(actor, pk)
    made = seen(row, attachment_id, actor)
    attachments.view(attachment=made, copy=copy, by=actor)
    # Streamed: a response all the same, as guards go.
    answer: Any = serve(request, made, copy)
    return answer  # type: ignore[no-any-return]


@officer_required
@verb_of("incident")
def withdraw(request: HttpRequest, pk: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a file back from others."""
    actor = actor_of(request)
    row = found(actor, pk)
    made = seen(row, attachment_id, actor)
    attachments.withdraw_file(attachment=made, by=actor)
    messages.success(request, _("Taken back: your own agency alone sees it now."))
    return redirect("incident", pk=row.pk)


@officer_required
@verb_of("incident")
def read_log(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note how far one has read; htmx gets nothing back."""
    actor = actor_of(request)
    row = found(actor, pk)
    entry = line_named(request, LogEntry, actor)
    log.read_log(incident=row, entry=entry, by=actor)
    return after_reading(request, "incident", row)


def seen(row: Any, attachment_id: UUID, actor: Actor) -> Any:
    """Return a file of an incident that one sees, with who brought it."""
    rows = Attachment.objects.visible_to(actor).filter(incident=row, pk=attachment_id)
    who = person_seen("by", actor, colleagues="agency")
    made = rows.select_related("incident", "agency").annotate(who=who).first()
    if made is None:
        raise NotFound
    return made
