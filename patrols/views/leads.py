"""Leads on the pages: why this one, what if another, repair, and their proof."""

from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import Refused
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor, Permission, require
from patrols import actions, charts, lead_plans, lead_words, leads, wording
from patrols.eligibility import Bar
from patrols.models import OPEN_STATES, Patrol, PatrolState, Programme
from patrols.views.hand_overs import hand_over_of

# As many plans stand on the page of a programme.
SHOWN = 5


def lead_of(row: Patrol, actor: Actor, asked: str = "") -> dict[str, Any]:
    """Return what the part "lead" of a patrol's page needs.

    Only hand-overs for a patrol of no programme that the reader sees, and for a
    cancelled one, which counts for nobody.
    """
    found = _explained(row, actor)
    context = hand_over_of(row, actor)
    if found is None:
        return context
    ledger, place, history = found
    told = lead_words.explained(ledger, place, row.barred, history)
    return context | {
        "explained": told,
        "instead": lead_words.instead(ledger, place, asked, timezone.now())
        if asked
        else None,
        "may_stand_down": actor.may(Permission.PATROL_PLAN)
        and row.state in OPEN_STATES
        and actor.agency in row.entitlements
        and len(row.entitlements) > 1,
    }


def leads_of(row: Programme, actor: Actor, ledger: list[leads.Entry]) -> dict[str, Any]:
    """Return what the page of a programme tells of its leads, from what one sees."""
    off = leads.furthest_off(ledger, timezone.now())
    return {
        "off_words": wording.decimal(off if off >= 1 else _ceiling(off)),
        "is_off": off >= 1,
        "plans": lead_plans.plans(row, actor, most=SHOWN),
        "unled": [_unled(one) for one in row.unled],
        "is_entitled": actor.agency in row.entitlements
        and actor.may(Permission.PATROL_PLAN),
        "is_asked": actor.agency in row.commanders_asked,
    }


@officer_required
@require_safe
def instead(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer what if another agency led; a fragment."""
    actor = actor_of(request)
    row = _patrol(actor, pk)
    asked = request.GET.get("instead", "")
    context = lead_of(row, actor, asked)
    if "explained" not in context:
        raise Http404
    if asked and context["instead"] is None:
        raise BadRequest("instead")
    return render(request, "patrols/_instead.html", {"patrol": row, **context})


@officer_required
@verb_of("patrol")
def stand_down(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that one's own agency cannot lead this patrol."""
    actor = actor_of(request)
    made = actions.stand_down(patrol=_patrol(actor, pk), by=actor)
    messages.success(request, _("%(code)s leads.") % {"code": made.lead.code})
    return redirect("patrol", pk=pk)


@officer_required
@verb_of("programme")
def commanders(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the rotation look for one's own commanders, or no more."""
    actor = actor_of(request)
    row = _programme(actor, pk)
    is_asked = request.POST.get("is_asked") == "yes"
    actions.ask_for_commanders(programme=row, is_asked=is_asked, by=actor)
    messages.success(request, _("Saved; it holds for patrols opened from now on."))
    return redirect("programme", pk=pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what it costs to bring everybody closer, try one choice, and apply it."""
    actor = actor_of(request)
    row = _programme(actor, pk)
    require(actor, Permission.PATROL_PLAN, owner_of=row)
    if request.method == "POST":
        return _apply(request, row, actor)
    now = timezone.now()
    ledger = leads.seen_entries(row, actor)
    curve = leads.trade_off(ledger, now)
    asked = request.GET.get("within", "")
    context: dict[str, Any] = {
        "programme": row,
        "rows": [
            {
                "reached": str(one.reached),
                "off": wording.decimal(one.reached),
                "price": one.price,
            }
            for one in curve
        ],
        "chart": charts.curve([(one.reached, one.price) for one in curve]),
        "asked": asked,
    }
    if asked:
        found = leads.repaired(ledger, now, _deviation(asked))
        context |= {"changes": found, "digest": leads.digest(found)}
    return render(request, "patrols/repair.html", context)


def _apply(request: HttpRequest, row: Programme, actor: Actor) -> HttpResponse:
    try:
        made = actions.repair_leads(
            programme=row,
            within=_deviation(request.POST.get("within", "")),
            expected=request.POST.get("digest", ""),
            by=actor,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("programme-repair", pk=row.pk)
    text = ngettext("%(n)d lead changed.", "%(n)d leads changed.", len(made))
    messages.success(request, text % {"n": len(made)})
    return redirect("programme", pk=row.pk)


@officer_required
@require_safe
def certificate(request: HttpRequest, pk: UUID, leadplan_id: UUID) -> JsonResponse:
    """Return the certificate of a plan, checked again, as a file."""
    actor = actor_of(request)
    row = _programme(actor, pk)
    found = lead_plans.plan(row, actor, leadplan_id)
    if found is None:
        raise Http404
    answer = JsonResponse(found.told(), json_dumps_params={"indent": 1})
    name = f"{row.code}-{found.made_at:%Y%m%dT%H%M%SZ}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _ceiling(off: Fraction) -> Fraction:
    """Return a bound in hundredths: rounded down, it would not be one."""
    return Fraction(ceil(off * 100), 100)


def _deviation(text: str) -> Fraction | None:
    """Return a deviation from its text; None for the rule of the house."""
    if text == "default":
        return None
    try:
        return leads.deviation(text)
    except ValueError:
        raise BadRequest("within") from None


def _unled(one: dict[str, Any]) -> dict[str, Any]:
    barred = [(code, Bar(bar).label) for code, bar in sorted(one["barred"].items())]
    return {"at": datetime.fromisoformat(one["at"]), "barred": barred}


def _patrol(actor: Actor, pk: UUID) -> Patrol:
    programmes = Programme.objects.visible_to(actor)
    rows = Patrol.objects.visible_to(actor).select_related("lead", "owner")
    return get_object_or_404(
        rows.prefetch_related(Prefetch("programme", programmes)), pk=pk
    )


def _programme(actor: Actor, pk: UUID) -> Programme:
    rows = Programme.objects.visible_to(actor).select_related("owner")
    return get_object_or_404(rows, pk=pk)


def _explained(
    row: Patrol, actor: Actor
) -> tuple[list[leads.Entry], int, leads.History] | None:
    if row.programme is None or row.state == PatrolState.CANCELLED:
        return None
    ledger = leads.seen_entries(row.programme, actor)
    place = leads.place_of(ledger, row.pk)
    return ledger, place, leads.history_of(row.programme, ledger, place, actor)
