"""The board of patrols, and who is out now."""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.guards import actor_of, officer_required
from agencies.models import Officer
from agencies.policy import Actor, Permission
from patrols.forms.patrols import BoardForm
from patrols.models import Patrol, PatrolQuerySet
from patrols.views.consents import awaiting
from patrols.views.maps import out_now

FEW = 20
PAGE = 50
PARTS = ("under_way", "ahead", "past")


@officer_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show who is out, who goes next, and who was out; ``show`` keeps one part."""
    actor = actor_of(request)
    form = BoardForm(request.GET, actor=actor)
    filters = form.cleaned_data if form.is_valid() else {}
    show = request.GET.get("show", "")
    page = _page(request) if show in PARTS else 1
    size = PAGE if show in PARTS else FEW
    first = (page - 1) * size
    parts = {}
    for name in [show] if show in PARTS else PARTS:
        rows = filtered(_part(name, actor), filters)
        found = list(shown(rows, actor)[first : first + size + 1])
        parts[name] = {"rows": found[:size], "has_more": len(found) > size}
    context = {
        "form": form,
        "parts": parts,
        "show": show if show in PARTS else "",
        "page": page,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_plan": actor.may(Permission.PATROL_PLAN),
        **awaiting(actor),
    }
    return render(request, "patrols/board.html", context)


@officer_required
@require_safe
def under_way(request: HttpRequest) -> HttpResponse:
    """Show who is out now, for the dashboard."""
    actor = actor_of(request)
    rows = shown(_part("under_way", actor), actor)
    return render(request, "patrols/_under_way.html", {"patrols": rows[:100]})


def _page(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    is_number = given.isascii() and given.isdecimal() and len(given) <= 4
    if not is_number or not 1 <= int(given) <= 1000:
        raise BadRequest("page")
    return int(given)


def _part(name: str, actor: Actor) -> PatrolQuerySet:
    now = timezone.now()
    if name == "under_way":
        return out_now(actor).order_by("-started_at", "-id")
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    return rows.ahead(now) if name == "ahead" else rows.past(now)


def filtered(rows: PatrolQuerySet, filters: dict[str, Any]) -> PatrolQuerySet:
    """Keep what the filters of the board ask for."""
    if since := filters.get("since"):
        rows = rows.filter(ends_at__gte=_midnight(since))
    if until := filters.get("until"):
        rows = rows.filter(starts_at__lt=_midnight(until) + timedelta(days=1))
    if lead := filters.get("lead"):
        rows = rows.filter(lead=lead)
    if agency := filters.get("agency"):
        rows = rows.filter(participants__contains=[agency.code])
    if zone := filters.get("zone"):
        rows = rows.filter(zone=zone)
    if text := filters.get("q"):
        rows = rows.filter(Q(title__icontains=text) | Q(ref__icontains=text))
    return rows


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def shown(rows: PatrolQuerySet, actor: Actor) -> PatrolQuerySet:
    """Read along what a row shows; a commander whom one does not know is none."""
    known = Officer.objects.visible_to(actor).only("name", "rank", "call_sign")
    return rows.select_related("owner", "lead").prefetch_related(
        Prefetch("commander", known)
    )
