"""Lists of incidents: the page, the dashboard's fragment, the map's layer."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.checks import uuid_of
from agencies.errors import Invalid
from agencies.geo import collection, feature, geojson
from agencies.guards import actor_of, officer_required
from agencies.policy import Actor
from agencies.views.records import older_page
from incidents.called import with_countdown
from incidents.console import (
    GRAVE,
    ConsoleForm,
    is_unseen,
    narrowed,
    unseen,
    with_note,
)
from incidents.forms import IncidentFilterForm
from incidents.models import OPEN_STATES, Incident
from patrols.filters import BoxFilter, BoxFormField
from patrols.views.maps import answer

OPEN_LIMIT = 200
# Rows of others that are asked for by their ids.
ALSO = 100
MAP_LIMIT = 2000
MAP_DAYS = 7


@officer_required
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """List incidents, newest first; all filters stand in the URL."""
    actor = actor_of(request)
    form = IncidentFilterForm(request.GET)
    rows = _seen(actor)
    rows = _filtered(rows, form.cleaned_data) if form.is_valid() else rows.none()
    page, older = older_page(rows, request)
    context = {
        "form": form,
        "incidents": page,
        "next_url": older,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "unknown": _unknown(form),
    }
    return render(request, "incidents/incidents.html", context)


@officer_required
@require_safe
def open_incidents(request: HttpRequest) -> HttpResponse:
    """Draw the open incidents as rows, for the dashboard: the worst first."""
    actor = actor_of(request)
    form = ConsoleForm(request.GET)
    is_filtered = any(request.GET.get(name) for name in form.fields)
    seen = _seen(actor).open().worst_first()
    rows = list(_asked(seen, form, actor)[: OPEN_LIMIT + 1])
    for row in rows:
        row.is_unseen = is_unseen(row, actor)
    shown = {row.pk for row in rows[:OPEN_LIMIT]}
    # Who narrows the list is still told of all that waits.
    waiting = unseen(seen, actor)[:OPEN_LIMIT] if is_filtered else rows[:OPEN_LIMIT]
    waiting = [row for row in waiting if is_filtered or row.is_unseen]
    context = {
        "incidents": rows[:OPEN_LIMIT],
        "others": [row for row in _also(request, actor) if row.pk not in shown],
        "is_more": len(rows) > OPEN_LIMIT,
        "is_filtered": is_filtered,
        "unknown": _unknown(form),
        "unseen": len(waiting),
        "grave": sum(row.severity in GRAVE for row in waiting),
    }
    return render(request, "incidents/_open.html", context)


@officer_required
@require_safe
def incident_map(request: HttpRequest) -> HttpResponse:
    """Return what is open, and what happened lately, as GeoJSON (RFC 7946)."""
    actor = actor_of(request)
    lately = timezone.now() - timedelta(days=MAP_DAYS)
    rows: Any = Incident.objects.visible_to(actor).filter(
        Q(state__in=OPEN_STATES) | Q(occurred_at__gt=lately)
    )
    rows = rows.without_doubles_of(actor.agency_id)
    rows = _asked(rows, ConsoleForm(request.GET), actor)
    try:
        box = BoxFormField(required=False).clean(request.GET.get("bbox", ""))
    except ValidationError as error:
        raise Invalid("bad_bbox", " ".join(error.messages)) from None
    if box is not None:
        rows = BoxFilter("place", "cell").filter(rows, box)
    shown = rows.select_related("owner")[:MAP_LIMIT]
    return answer(collection(_feature(row) for row in shown))


def _also(request: HttpRequest, actor: Actor) -> list[Any]:
    """Return what the list showed and has no more, for rows that are not to move."""
    keys = [key for one in request.GET.getlist("also")[:ALSO] if (key := uuid_of(one))]
    if not keys:
        return []
    rows = list(_noted(Incident.objects.visible_to(actor), actor).filter(pk__in=keys))
    for row in rows:
        row.is_over = row.state not in OPEN_STATES
        row.is_unseen = not row.is_over and is_unseen(row, actor)
    return rows


def _seen(actor: Actor) -> Any:
    """Return what the actor sees, with when the own agency took note."""
    rows = Incident.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    return _noted(rows, actor)


def _noted(rows: Any, actor: Actor) -> Any:
    return with_countdown(with_note(rows.select_related("owner"), actor), actor)


def _asked(rows: Any, form: ConsoleForm, actor: Actor) -> Any:
    """Keep what the console's filters ask for; nothing for what they do not know."""
    if not form.is_valid():
        return rows.none()
    return narrowed(_filtered(rows, form.cleaned_data), form.cleaned_data, actor)


def _unknown(form: IncidentFilterForm) -> list[str]:
    """Return which filters have a value that does not exist: nothing is shown then."""
    return [str(form[name].label) for name in form.errors if name in form.fields]


def _filtered(rows: Any, chosen: dict[str, Any]) -> QuerySet[Any]:
    rows = rows.saying(chosen["text"])
    if chosen["state"] == "open":
        rows = rows.open()
    elif chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    for name in ("severity", "category", "owner"):
        if chosen[name]:
            rows = rows.filter(**{name: chosen[name]})
    if chosen["days"]:
        since = timezone.now() - timedelta(days=chosen["days"])
        rows = rows.filter(occurred_at__gt=since)
    result: QuerySet[Any] = rows
    return result


def _feature(row: Incident) -> dict[str, Any]:
    return feature(
        geojson(row.place),
        id=row.pk,
        ref=row.ref,
        title=row.title,
        owner=row.owner.code,
        category=row.category,
        severity=row.severity,
        state=row.state,
        occurred_at=row.occurred_at,
        over_at=row.resolved_at or row.closed_at,
        url=reverse("incident", args=[row.pk]),
    )
