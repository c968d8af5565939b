"""Wishes before a roster is published, and swaps of duties after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import Refused
from agencies.guards import actor_of, officer_required, verb_of
from agencies.models import Officer
from agencies.policy import Actor, Permission
from agencies.views.records import done, telling
from patrols import actions, swap_rules
from patrols.duties import asks_for, is_sent, to_wish_for
from patrols.forms.swaps import ColleagueForm, NoForm, SwapForm, WishForm
from patrols.models import (
    OPEN_SWAPS,
    Assignment,
    Patrol,
    Roster,
    Swap,
    SwapState,
    Wish,
)

MOST = 100
# How long what is over still stands on the pages of those whom it concerned.
REMEMBERED = timedelta(days=14)


@dataclass(frozen=True)
class Shown:
    """A swap, and what its reader can do with it: names of steps."""

    swap: Swap
    steps: frozenset[str]
    no_form: NoForm


# --- what other pages show -------------------------------------------------------


def asked_by(actor: Actor, span: tuple[datetime, datetime]) -> dict[str, Any]:
    """Return what the officer's own page needs: swaps, and patrols to wish for."""
    me = actor.officer_id
    mine = Swap.objects.visible_to(actor).filter(Q(asker=me) | Q(colleague=me))
    recent = Q(updated_at__gt=timezone.now() - REMEMBERED)
    swaps = mine.filter(recent | Q(state__in=OPEN_SWAPS))
    return {
        "swaps": _shown(swaps, actor),
        "can_wish": is_sent(actor),
        "wishes": _own_wishes(actor, span) if is_sent(actor) else [],
    }


def duties_to_give(actor: Actor) -> dict[UUID, UUID]:
    """Return the officer's own duties that a colleague can be asked to take."""
    sent = _sent_ahead(actor.officer_id, actor)
    return dict(sent.values_list("patrol_id", "pk"))


def _sent_ahead(officer: UUID | None, actor: Actor) -> Any:
    """Return somebody's duties that have not begun."""
    return Assignment.objects.visible_to(actor).filter(
        officer=officer, is_active=True, during__startswith__gt=timezone.now()
    )


def waiting(actor: Actor) -> list[Shown]:
    """Return, for a planner, the swaps of the own agency that wait for one."""
    rows = Swap.objects.visible_to(actor).filter(state=SwapState.ACCEPTED)
    return _shown(rows.order_by("patrol__starts_at", "id"), actor)


def wishes_on(roster: Roster, actor: Actor) -> list[dict[str, Any]]:
    """Return what colleagues wished of a roster's patrols, unmet first."""
    rows = (
        Wish.objects.visible_to(actor)
        .standing()
        .filter(patrol__in=list(roster.summary.get("crews", {})))
    )
    sent = Assignment.objects.visible_to(actor).filter(roster=roster)
    pairs = set(sent.values_list("patrol_id", "officer_id"))
    found = [
        {
            "wish": wish,
            "is_met": ((wish.patrol_id, wish.officer_id) in pairs) == wish.is_wanted,
        }
        for wish in rows.prefetch_related(
            Prefetch("officer", Officer.objects.visible_to(actor)),
            Prefetch("patrol", Patrol.objects.visible_to(actor)),
        )
        if wish.patrol and wish.officer
    ]
    return sorted(found, key=lambda one: (one["is_met"], one["wish"].patrol.starts_at))


def _own_wishes(actor: Actor, span: tuple[datetime, datetime]) -> list[dict[str, Any]]:
    rows = Wish.objects.visible_to(actor).standing().filter(officer=actor.officer_id)
    wished = {row.patrol_id: row for row in rows}
    patrols = to_wish_for(actor).during(*span).select_related("lead")
    # Whoever commands one goes on it already.
    patrols = patrols.exclude(commander=actor.officer_id)
    return [
        {"patrol": patrol, "wish": wished.get(patrol.pk)}
        for patrol in patrols[:MOST]
        if asks_for(patrol, actor.agency or "")
    ]


def _shown(rows: Any, actor: Actor) -> list[Shown]:
    people = Officer.objects.visible_to(actor)
    patrols = Patrol.objects.visible_to(actor).select_related("lead")
    read = rows.prefetch_related(
        Prefetch("asker", people),
        Prefetch("colleague", people),
        Prefetch("patrol", patrols),
        Prefetch("assignment", Assignment.objects.visible_to(actor)),
        Prefetch("wanted", Assignment.objects.visible_to(actor)),
        Prefetch("wanted__patrol", patrols),
    )
    return [Shown(row, _steps(row, actor), NoForm()) for row in read[:MOST]]


def _steps(swap: Swap, actor: Actor) -> frozenset[str]:
    """Return what an actor can do; the actions have the last word."""
    steps = set()
    me = actor.officer_id
    if swap.state == SwapState.ASKED and swap.colleague_id == me:
        steps |= {"accept", "decline"}
    if swap.is_open and swap.asker_id == me:
        steps.add("withdraw")
    is_other = me not in (swap.asker_id, swap.colleague_id)
    may = actor.may(Permission.PATROL_PLAN) and is_other
    if swap.state == SwapState.ACCEPTED and may:
        steps |= {"approve", "refuse"}
    return frozenset(steps)


# --- their own pages -------------------------------------------------------------


@officer_required
@require_safe
def swaps(request: HttpRequest) -> HttpResponse:
    """List swaps: one's own, and for planners those of all colleagues."""
    actor = actor_of(request)
    rows = Swap.objects.visible_to(actor).shown_to(actor)
    found = _shown(rows, actor)
    context = {
        "open": [one for one in found if one.swap.is_open],
        "over": [one for one in found if not one.swap.is_open],
    }
    return render(request, "patrols/swaps.html", context)


@officer_required
@require_safe
def swap(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one swap: who gives and takes what, how it stands, what one can do."""
    actor = actor_of(request)
    rows = Swap.objects.visible_to(actor).shown_to(actor)
    if not (found := _shown(rows.filter(pk=pk), actor)):
        raise Http404
    (one,) = found
    return render(request, "patrols/swap.html", {"one": one, "swap": one.swap})


@officer_required
@verb_of("swap")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept, decline, take back, approve or refuse a swap, as the button says."""
    actor = actor_of(request)
    row = get_object_or_404(Swap.objects.visible_to(actor).shown_to(actor), pk=pk)
    step = request.POST.get("step")
    reason = request.POST.get("reason", "")[:200].replace("\0", "")
    with telling(request):
        if step == "accept":
            actions.accept_swap(swap=row, by=actor)
            messages.success(request, _("Accepted. A planner of your agency decides."))
        elif step == "decline":
            actions.decline_swap(swap=row, reason=reason, by=actor)
        elif step == "withdraw":
            actions.take_back_swap(swap=row, by=actor)
        elif step == "approve":
            actions.approve_swap(swap=row, by=actor)
            messages.success(request, _("Approved. The duties have changed hands."))
        elif step == "refuse":
            actions.refuse_swap(swap=row, reason=reason, by=actor)
        else:
            raise BadRequest("step")
    return redirect("swap", pk=row.pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask about one's own duty: first whom, then for what in exchange."""
    actor = actor_of(request)
    own = Assignment.objects.visible_to(actor).filter(
        officer=actor.officer_id, is_active=True
    )
    row = get_object_or_404(own, pk=pk)
    patrol = get_object_or_404(
        Patrol.objects.visible_to(actor).select_related("lead"), pk=row.patrol_id
    )
    people = swap_rules.colleagues_of(actor, [patrol])
    context: dict[str, Any] = {"assignment": row, "patrol": patrol, "people": people}
    asked = request.GET.get("colleague", "")
    chosen = next((one for one in people if one.username == asked), None)
    if chosen is None:
        context["form"] = ColleagueForm(request.GET if asked else None, people=people)
        return render(request, "patrols/swap_form.html", context)
    duties = {str(one.pk): one for one in _duties_of(chosen, patrol, actor)}
    named = [(pk, _named(one.patrol)) for pk, one in duties.items()]
    form = SwapForm(request.POST or None, duties=named)
    made: list[Swap] = []

    def send() -> None:
        made.append(
            actions.ask_swap(
                assignment=row,
                colleague=chosen,
                wanted=duties.get(form.cleaned_data["wanted"]),
                note=form.cleaned_data["note"],
                by=actor,
            )
        )

    if request.method == "POST" and done(form, send):
        messages.success(request, _("Your colleague is asked."))
        return redirect("swap", pk=made[0].pk)
    context |= {"form": form, "colleague": chosen}
    return render(request, "patrols/swap_form.html", context)


def _duties_of(officer: Officer, but: Patrol, actor: Actor) -> list[Assignment]:
    """Return a colleague's duties ahead, on other patrols."""
    sent = _sent_ahead(officer.pk, actor)
    known = Prefetch("patrol", Patrol.objects.visible_to(actor))
    rows = sent.exclude(patrol=but).prefetch_related(known)[:MOST]
    return [row for row in rows if row.patrol]


def _named(patrol: Patrol) -> str:
    day = timezone.localtime(patrol.starts_at)
    shown = formats.date_format(day, "D"), formats.date_format(day, "DATETIME_FORMAT")
    return f"{' '.join(shown)} · {patrol.title} ({patrol.ref})"


@officer_required
@verb_of("patrol")
def wish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what one wishes of a patrol, or take it back."""
    actor = actor_of(request)
    row = get_object_or_404(Patrol.objects.visible_to(actor), pk=pk)
    form = WishForm(request.POST)
    if not form.is_valid():
        raise BadRequest("wish")
    said = form.cleaned_data["wish"]
    try:
        if said == WishForm.NOTHING:
            done_words = _("Your wish is taken back.")
            own = Wish.objects.visible_to(actor).standing()
            standing = get_object_or_404(own, patrol=row, officer=actor.officer_id)
            actions.take_back_wish(wish=standing, by=actor)
        else:
            done_words = (
                _("Noted: you would like to go.")
                if said == WishForm.LIKE
                else _("Noted: you would rather not go.")
            )
            actions.wish(
                patrol=row,
                is_wanted=said == WishForm.LIKE,
                reason=form.cleaned_data["reason"],
                by=actor,
            )
    except Refused as refusal:
        if refusal.status != 409:
            raise
        messages.error(request, str(refusal))
    else:
        at = formats.localize(timezone.localtime(row.starts_at))
        messages.success(request, f"{row.title}, {at}: {done_words}")
    return redirect(f"{reverse('duties')}#wish-of-{row.pk}")
