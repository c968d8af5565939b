"""An incident on paper: in full, or in the order of a report that is spoken."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.guards import actor_of, officer_required
from agencies.views.records import person
from incidents.details import Shown
from incidents.formats import FORMATS
from incidents.printing import date_time_group, filled, told
from incidents.views.filling import layout_of
from incidents.views.incident import opened, parts
from incidents.where import where

FULL = "full"


@officer_required
@require_safe
def print_incident(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw what the reader may know of an incident, without navigation."""
    actor = actor_of(request)
    row = opened(actor, pk)
    layout = layout_of(request, FULL)
    placed = where(row, actor)
    systems = [Shown(one.label, one.text) for one in placed["written"]]
    context = {
        "incident": row,
        "layout": layout,
        "formats": FORMATS.values(),
        "lines": told(row, layout, systems) if layout else [],
        "occurred_dtg": date_time_group(row.occurred_at),
        "printed_dtg": date_time_group(timezone.now()),
        "printed_by": person(actor.label),
        **placed,
        **filled(row),
        **({} if layout else parts(row, actor)),
    }
    return render(request, "incidents/print.html", context)
