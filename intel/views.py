"""The pages of intelligence reports."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.actions import releases
from agencies.errors import NotFound
from agencies.forms import minute
from agencies.geo import place_text
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor, Permission, require
from agencies.serializers import officer_seen
from agencies.views.records import (
    done,
    older_page,
    person,
    release_by_form,
    release_form,
    require_unchanged,
    sharing,
)
from incidents.models import Category
from intel import actions
from intel.forms import ReportFilterForm, ReportForm
from intel.models import IS_OVER, InformationGrade, Report, SourceGrade

EDITED = [
    "title", "body", "source_grade", "information_grade", "topics", "source_note",
    "tear_line_text", "tlp", "level", "version",
]  # fmt: skip
GRADES = {"sources": SourceGrade.choices, "credibilities": InformationGrade.choices}


@officer_required
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """List reports, newest first; all filters stand in the URL."""
    actor = actor_of(request)
    form = ReportFilterForm(request.GET)
    seen = Report.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows: Any = seen.select_related("owner")
    rows = _filtered(rows, form.cleaned_data) if form.is_valid() else rows.none()
    page, older = older_page(rows, request)
    context = {
        "form": form,
        "reports": [(row, topics(row)) for row in page],
        "next_url": older,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        **GRADES,
    }
    return render(request, "intel/reports.html", context)


@officer_required
@require_safe
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show all that one may know of a report."""
    actor = actor_of(request)
    return show(request, _found(actor, pk), actor)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Write a report."""
    actor = actor_of(request)
    require(actor, Permission.REPORT_WRITE)
    form = ReportForm(request.POST or None, actor=actor, is_new=True)
    made: list[Report] = []
    if request.method == "POST" and done(
        form, lambda: made.append(actions.write(by=actor, **form.given))
    ):
        messages.success(request, _("%(ref)s is written.") % {"ref": made[0].ref})
        return redirect("report", pk=made[0].pk)
    return render(request, "intel/report_form.html", {"form": form, **GRADES})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a report."""
    actor = actor_of(request)
    row = _found(actor, pk)
    # Here already: the form holds what only the owner may read.
    require(actor, Permission.REPORT_WRITE, owner_of=row)
    initial = {name: getattr(row, name) for name in EDITED} | {
        "place": place_text(row.place),
        "valid_from": minute(row.valid_from),
        "valid_until": minute(row.valid_until),
    }
    form = ReportForm(request.POST or None, actor=actor, is_new=False, initial=initial)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        actions.edit(report=row, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Saved."))
        return redirect("report", pk=row.pk)
    context = {"form": form, "report": row, **GRADES}
    return render(request, "intel/report_form.html", context)


@officer_required
@verb_of("report")
def end_validity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a report no longer holds."""
    actor = actor_of(request)
    row = _found(actor, pk)
    actions.end_validity(report=row, by=actor)
    messages.success(request, _("The report no longer holds."))
    return redirect("report", pk=row.pk)


@officer_required
@verb_of("report")
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Release it, or its tear line."""
    actor = actor_of(request)
    row = _found(actor, pk)
    form = release_form(row, actor, request.POST)
    if done(form, lambda: release_by_form(request, row, form, actor)):
        return redirect("report", pk=row.pk)
    return show(request, row, actor, release_form=form)


@officer_required
@verb_of("report")
def revoke(request: HttpRequest, pk: UUID, release_id: UUID) -> HttpResponse:
    """End a release."""
    actor = actor_of(request)
    row = _found(actor, pk)
    releases.revoke(record=row, release_id=release_id, by=actor)
    messages.success(request, _("The release is ended."))
    return redirect("report", pk=row.pk)


def show(request: HttpRequest, row: Any, actor: Actor, **forms: Any) -> HttpResponse:
    """Draw the page, with a form that was sent and is not right yet."""
    is_owner = actor.owns(row)
    may_write = is_owner and actor.may(Permission.REPORT_WRITE)
    context = {
        "report": row,
        "topics": topics(row),
        "place": place_text(row.place),
        "author": person(row.author_label),
        "is_owner": is_owner,
        "tear_line": row.tear_line_for(actor),
        "whole": row.whole_for(actor),
        "preview": row.tear_line_values() if is_owner and row.tear_line_text else None,
        **sharing(row, actor),
        "can_edit": may_write,
        "can_end": may_write and row.is_current and not row.is_tear_line,
        **GRADES,
        **forms,
    }
    return render(request, "intel/report.html", context)


def topics(row: Report) -> list[str]:
    """Return a report's topics in words."""
    return [str(Category(topic).label) for topic in row.topics]


def _found(actor: Actor, pk: UUID) -> Any:
    rows = Report.objects.visible_to(actor).select_related("owner")
    author = officer_seen("author_id", actor)
    row = rows.annotate(author_label=author).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _filtered(rows: Any, chosen: dict[str, Any]) -> QuerySet[Any]:
    for name in ("source_grade", "information_grade", "tlp", "owner"):
        if chosen[name]:
            rows = rows.filter(**{name: chosen[name]})
    if chosen["topic"]:
        rows = rows.filter(topics__contains=[chosen["topic"]])
    if chosen["valid"]:
        rows = rows.filter(IS_OVER if chosen["valid"] == "over" else ~IS_OVER)
    result: QuerySet[Any] = rows
    return result
