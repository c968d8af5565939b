"""How far patrols cover the border by day and by hour, with the holes."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.guards import actor_of, officer_required
from agencies.views.tables import table
from patrols.coverage import Cover, Part, Span
from patrols.forms.calendar import PeriodForm
from patrols.section_cover import midnights, parts_of, unnamed
from patrols.views.calendar import about, moment, period

# A hole is told by its hours; a day with more of them by their number.
MOST_HOLES = 4


@officer_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show each section's days: covered, partly covered, or bare."""
    actor = actor_of(request)
    form = PeriodForm(request.GET)
    days = _days(form)
    rows = [
        {
            "section": section,
            "cells": [
                {"day": day, "part": part, "holes": _holes(part)}
                for day, part in zip(days, parts, strict=True)
            ],
            "bare": sum(
                part.cover == Cover.NONE and not part.is_rest for part in parts
            ),
        }
        for section, parts in parts_of(actor, midnights(days))
    ]
    context = {
        "part": "coverage",
        "name": _("Coverage"),
        "form": form,
        **about(form, days),
        "days": days,
        "rows": rows,
        "unnamed": unnamed(actor),
    }
    return render(request, "patrols/coverage.html", context)


@officer_required
@require_safe
def page_as_table(request: HttpRequest) -> HttpResponse:
    """Answer the coverage of a period as a table in CSV, a row for each day."""
    days = _days(PeriodForm(request.GET))
    columns = ["section", "name", "day", "hours", "covered", "cover", "holes"]
    rows = [
        [
            section.code,
            section.name,
            f"{day:%Y-%m-%d}",
            f"{part.span.hours:g}",
            f"{part.hours:.2f}",
            part.cover.value,
            " ".join(f"{moment(h.starts_at)}/{moment(h.ends_at)}" for h in part.holes),
        ]
        for section, parts in parts_of(actor_of(request), midnights(days))
        for day, part in zip(days, parts, strict=True)
    ]
    return table(f"coverage-{days[0]:%Y-%m-%d}-{days[-1]:%Y-%m-%d}", columns, rows)


def _days(form: PeriodForm) -> list[date]:
    """Return the days of the week, or of the month without its neighbours'."""
    days = period(form)
    if form.shown == "month":
        return [day for day in days if day.month == form.day.month]
    return days


def _holes(part: Part) -> list[str]:
    """Return a day's holes by the reader's clock; none where all of it is one."""
    if part.cover != Cover.PART:
        return []
    return [
        f"{_clock(hole)}–{_clock(hole, is_end=True)}"
        for hole in part.holes[:MOST_HOLES]
    ]


def _clock(hole: Span, *, is_end: bool = False) -> str:
    at = timezone.localtime(hole.ends_at if is_end else hole.starts_at)
    text = formats.time_format(at)
    return "24:00" if is_end and text == "00:00" else text
