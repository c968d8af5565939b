"""The watch: who is on duty, who comes next, and the change of shift."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.forms import minute
from agencies.guards import actor_of, officer_required, verb_of
from agencies.models import Officer, Post
from agencies.policy import Actor, Permission, require
from agencies.serializers import person_seen
from agencies.views.records import done, person, require_unchanged, telling
from incidents.actions import hand_overs, reach, watch
from incidents.called import calls_of, offers_to, seen_incidents
from incidents.models import (
    Duty,
    DutyHandOver,
    HandOverItem,
    HandOverState,
    ItemKind,
    Reachability,
)
from incidents.watch_forms import DutyForm, OfferForm, ReachForm, WhyForm

# How far back the page of the watch goes.
BACK = timedelta(days=3)
# Who accepts a duty that begins later than this is told that it begins at once.
EARLY = timedelta(hours=1)
MOST = 100
REACH = ["email", "quiet_from", "quiet_until"]


@officer_required
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show who is on duty now, who comes next, who was, and what one is called to."""
    actor = actor_of(request)
    rows = _seen(actor)
    lately = Q(ended_at__gt=timezone.now() - BACK)
    context = {
        "running": list(rows.running().order_by("post", "started_at")),
        "ahead": list(rows.ahead().order_by("starts_at")[:MOST]),
        "over": list(rows.filter(lately).order_by("-ended_at")[:MOST]),
        "calls": calls_of(actor),
        "offers": offers_to(actor),
        "may_keep": actor.may(Permission.WATCH_KEEP),
    }
    return render(request, "incidents/watch.html", context)


@officer_required
@require_safe
def duty(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one duty: how it went, and its hand-over with the list."""
    actor = actor_of(request)
    return _show(request, _found(actor, pk), actor)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a duty."""
    actor = actor_of(request)
    require(actor, Permission.WATCH_KEEP)
    initial = _follows(actor)
    form = DutyForm(request.POST or None, actor=actor, is_new=True, initial=initial)

    def act() -> None:
        watch.plan_duty(by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Planned."))
        return redirect("watch")
    return render(request, "incidents/duty_form.html", {"form": form})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a duty; of one that runs, its deputy and its end."""
    actor = actor_of(request)
    row = _found(actor, pk)
    require(actor, Permission.WATCH_KEEP)
    initial = {
        "officer": row.officer and row.officer.username,
        "deputy": row.deputy and row.deputy.username,
        "starts_at": minute(row.starts_at),
        "ends_at": minute(row.ends_at),
        "version": row.version,
    }
    form = DutyForm(request.POST or None, actor=actor, is_new=False, initial=initial)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        watch.change_duty(duty=row, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Saved."))
        return redirect("duty", pk=row.pk)
    return render(request, "incidents/duty_form.html", {"form": form, "duty": row})


@officer_required
@verb_of("duty")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start, end, cancel or hand over a duty, as the button says."""
    actor = actor_of(request)
    row = _found(actor, pk)
    step = request.POST.get("step")
    if step == "offer":
        return _offer(request, row, actor)
    form = WhyForm(request.POST)
    with telling(request):
        if step == "start":
            watch.start_duty(duty=row, by=actor)
            messages.success(request, _("You are on duty."))
        elif step == "cancel":
            watch.cancel_duty(duty=row, by=actor)
            messages.success(request, _("Cancelled."))
        elif step == "end":
            if not done(form, lambda: _end(row, form, actor)):
                return _show(request, row, actor, why_form=form)
            messages.success(request, _("Ended. Nobody is on this duty now."))
        else:
            raise BadRequest("step")
    return redirect("duty", pk=row.pk)


@officer_required
@verb_of("duty")
def answer(request: HttpRequest, pk: UUID, duty_hand_over_id: UUID) -> HttpResponse:
    """Accept, refuse or take back a hand-over, as the button says."""
    actor = actor_of(request)
    row = _found(actor, pk)
    given = DutyHandOver.objects.visible_to(actor).filter(duty=row)
    offered = get_object_or_404(given, pk=duty_hand_over_id)
    step = request.POST.get("step")
    form = WhyForm(request.POST)
    with telling(request):
        if step == "accept":
            hand_overs.accept_hand_over(hand_over=offered, by=actor)
            messages.success(request, _("You are on duty."))
            return redirect("duty", pk=offered.to_id)
        if step == "withdraw":
            hand_overs.take_back_hand_over(hand_over=offered, by=actor)
        elif step == "refuse":
            if not done(form, lambda: _refuse(offered, form, actor)):
                return _show(request, row, actor, why_form=form)
        else:
            raise BadRequest("step")
    return redirect("duty", pk=row.pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Keep one's own e-mail address and quiet hours."""
    actor = actor_of(request)
    known = Reachability.objects.visible_to(actor).filter(officer=actor.officer_id)
    row = known.first()
    initial = {name: getattr(row, name) for name in REACH} if row else {}
    form = ReachForm(request.POST or None, initial=initial)

    def act() -> None:
        reach.set_reachability(by=actor, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Saved."))
        return redirect("watch")
    return render(request, "incidents/reach.html", {"form": form})


# --- what is read ------------------------------------------------------------------


def _seen(actor: Actor) -> Any:
    people = Officer.objects.visible_to(actor)
    return Duty.objects.visible_to(actor).prefetch_related(
        Prefetch("officer", people),
        Prefetch("deputy", people),
        Prefetch("post", Post.objects.visible_to(actor)),
    )


def _found(actor: Actor, pk: UUID) -> Duty:
    found: Duty | None = _seen(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _follows(actor: Actor) -> dict[str, Any]:
    """Begin a new duty where the last that is planned ends."""
    rows = Duty.objects.visible_to(actor).filter(post=None, cancelled_at=None)
    last = rows.filter(ended_at=None).order_by("-ends_at").first()
    if last is None:
        return {}
    length = last.ends_at - last.starts_at
    starts_at = max(last.ends_at, timezone.now())
    return {"starts_at": minute(starts_at), "ends_at": minute(starts_at + length)}


def _show(request: HttpRequest, row: Duty, actor: Actor, **forms: Any) -> HttpResponse:
    """Draw a duty's page, with forms that were sent and are not right yet."""
    is_mine = row.officer_id == actor.officer_id
    given = DutyHandOver.objects.visible_to(actor).filter(duty=row)
    shown = [_listed(one, actor) for one in _named(given, actor)]
    offered = next((one for one in shown if one["row"].answered_at is None), None)
    keeps = actor.may(Permission.WATCH_KEEP)
    can_offer = is_mine and row.is_running and offered is None
    context = {
        "duty": row,
        "hand_overs": shown,
        "can_start": is_mine and row.is_ahead,
        "can_cancel": keeps and row.is_ahead,
        "can_edit": keeps and (row.is_ahead or row.is_running),
        "can_end": (is_mine or keeps) and row.is_running and offered is None,
        "is_late": row.is_running and row.ends_at < timezone.now(),
        "offer_form": _offer_form(row, actor) if can_offer else None,
        "why_form": WhyForm(),
        **forms,
    }
    return render(request, "incidents/duty.html", context)


def _named(rows: Any, actor: Actor) -> Any:
    return rows.annotate(
        giver=person_seen("offered_by", actor, colleagues="agency"),
        answerer=person_seen("answered_by", actor, colleagues="agency"),
    ).prefetch_related(Prefetch("to", _seen(actor)))


def _listed(row: Any, actor: Actor) -> dict[str, Any]:
    """Return a hand-over with the part of its list that the reader may see."""
    items = HandOverItem.objects.visible_to(actor).filter(hand_over=row)
    read = items.worst_first().prefetch_related(seen_incidents(actor))
    groups: dict[str, list[HandOverItem]] = {kind: [] for kind in ItemKind.values}
    for item in read:
        groups[item.kind].append(item)
    is_offered = row.state == HandOverState.OFFERED
    is_mine = row.to.officer_id == actor.officer_id
    is_givers = row.duty.officer_id == actor.officer_id
    return {
        "row": row,
        "giver": person(row.giver),
        "answerer": person(row.answerer),
        "groups": [(ItemKind(kind).label, found) for kind, found in groups.items()],
        "is_empty": not any(groups.values()),
        "can_answer": is_offered and is_mine,
        "is_early": row.to.starts_at > timezone.now() + EARLY,
        "can_withdraw": is_offered and (is_givers or actor.may(Permission.WATCH_KEEP)),
    }


def _offer_form(row: Duty, actor: Actor, data: Any = None) -> OfferForm:
    """Return the form that hands over, to the duties that may follow."""
    next_ones = _seen(actor).ahead().filter(agency=row.agency_id, post=row.post_id)
    others = next_ones.exclude(officer=row.officer_id)
    return OfferForm(data, duties=others.order_by("starts_at"))


# --- what is done ------------------------------------------------------------------


def _offer(request: HttpRequest, row: Duty, actor: Actor) -> HttpResponse:
    form = _offer_form(row, actor, request.POST)

    def act() -> None:
        hand_overs.offer_hand_over(duty=row, by=actor, **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("Offered. You are on duty until it is accepted."))
        return redirect("duty", pk=row.pk)
    return _show(request, row, actor, offer_form=form)


def _end(row: Duty, form: WhyForm, actor: Actor) -> None:
    watch.end_duty(duty=row, reason=form.cleaned_data["reason"], by=actor)


def _refuse(row: DutyHandOver, form: WhyForm, actor: Actor) -> None:
    reason = form.cleaned_data["reason"]
    hand_overs.refuse_hand_over(hand_over=row, reason=reason, by=actor)
