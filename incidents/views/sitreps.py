"""Situation reports: ask for one, follow it, read it, take it along, prove it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor
from agencies.views.records import done, older_page
from incidents.actions.sitreps import request_sitrep, retry_sitrep
from incidents.models import Sitrep, SitrepPaper, SitrepState
from incidents.sitrep import paper_of
from incidents.sitrep_form import SitrepForm, VerifyForm
from incidents.sitrep_proof import hash_of_file, proved
from incidents.sitrep_words import FAILURES, shown


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def sitreps(request: HttpRequest) -> HttpResponse:
    """List the officer's own reports, the newest first; ask for one."""
    actor = actor_of(request)
    form = SitrepForm(request.POST or None, actor=actor)
    made: list[Sitrep] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(request_sitrep(by=actor, **form.cleaned_data)),
    ):
        return redirect("sitrep", pk=made[0].pk)
    rows, older = older_page(_own(actor), request)
    context = {"form": form, "rows": rows, "next_url": older}
    return render(request, "incidents/sitreps.html", context)


@officer_required
@require_safe
def sitrep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a report: how far it is, or what it says."""
    actor = actor_of(request)
    row = get_object_or_404(_own(actor), pk=pk)
    context: dict[str, Any] = {"sitrep": row}
    if row.state == SitrepState.FAILED:
        context["failure"] = FAILURES.get(row.failure, FAILURES["error"])
    elif row.state == SitrepState.READY:
        paper = paper_of(row, actor)
        context["paper"] = paper
        context["said"] = shown(paper.content) if paper else None
    return render(request, "incidents/sitrep.html", context)


@officer_required
@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a report is; once it is there, the page is asked for anew."""
    row = get_object_or_404(_own(actor_of(request)), pk=pk)
    if not row.is_at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "incidents/_sitrep_progress.html", {"sitrep": row})


@officer_required
@verb_of("sitrep")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask again for a report that failed, or for another of the same day."""
    actor = actor_of(request)
    row = get_object_or_404(_own(actor), pk=pk)
    match request.POST.get("step"):
        case "retry":
            retry_sitrep(sitrep=row, by=actor)
        case "again":
            row = request_sitrep(
                day_on=row.day_on, scope=row.scope, agreement=row.agreement, by=actor
            )
        case _:
            raise BadRequest("step")
    messages.success(request, _("The report is asked for."))
    return redirect("sitrep", pk=row.pk)


@officer_required
@require_safe
def pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a report as a file, as long as its author sees all that it names."""
    actor = actor_of(request)
    row = get_object_or_404(_own(actor), pk=pk)
    paper = paper_of(row, actor) if row.state == SitrepState.READY else None
    if paper is None:
        return redirect("sitrep", pk=pk)
    return file_of(row, paper)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Say whether a report is genuine, to those who may see that it was made."""
    form = VerifyForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        given = hash_of_file(file.chunks()) if file else form.cleaned_data["code"]
        context |= {"is_asked": True, "found": proved(given, actor_of(request))}
    return render(request, "incidents/sitrep_verify.html", context)


def file_of(row: Sitrep, paper: SitrepPaper) -> HttpResponse:
    """Answer a report's file."""
    return HttpResponse(
        bytes(paper.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{row.file_name}"'},
    )


def _own(actor: Actor) -> Any:
    rows = Sitrep.objects.visible_to(actor).own(actor)
    return rows.select_related("agreement", "agency")
