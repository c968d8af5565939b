"""Hand-over of the lead on the page of a patrol that is out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor
from agencies.views.records import done
from patrols import actions, hand_overs
from patrols.forms.hand_overs import DeclineForm, OfferForm, SeizeForm
from patrols.models import TAKEN, HandOver, HandOverState, Patrol


def hand_over_of(row: Patrol, actor: Actor) -> dict[str, Any]:
    """Return what the part "lead" of a patrol's page tells of hand-overs."""
    seen = HandOver.objects.visible_to(actor).filter(patrol=row)
    rows = list(seen.select_related("giver", "taker").order_by("offered_at", "id"))
    offer = next((one for one in rows if one.state == HandOverState.OFFERED), None)
    possible = hand_overs.possible(row, offer, actor)
    return {
        "hand_overs": rows,
        "offer": offer,
        "timeline": _timeline(row, rows),
        "lead_steps": possible,
        "offer_form": OfferForm(takers=hand_overs.takers(row))
        if "offer" in possible
        else None,
        "decline_form": DeclineForm(),
        "seize_form": SeizeForm(),
    }


def _timeline(row: Patrol, rows: list[HandOver]) -> list[hand_overs.Stretch]:
    passed = [
        hand_overs.Passed(one.answered_at, one.giver.code, one.taker.code)
        for one in rows
        if one.state in TAKEN and one.answered_at is not None
    ]
    if not passed or row.started_at is None:
        return []
    return hand_overs.stretches(row.started_at, passed, row.ended_at)


@officer_required
@verb_of("patrol")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Offer, answer, take back or take the lead, as the button says."""
    actor = actor_of(request)
    rows = Patrol.objects.visible_to(actor).select_related("lead", "owner")
    row = get_object_or_404(rows, pk=pk)
    name = request.POST.get("step", "")
    if name in _PLAIN:
        step, said = _PLAIN[name]
        step(patrol=row, by=actor)
        messages.success(request, said() % {"code": actor.agency})
    elif name in _WITH_FORM:
        _say(request, name, row, actor)
    else:
        raise BadRequest("step")
    return redirect("patrol", pk=row.pk)


def _say(request: HttpRequest, name: str, row: Patrol, actor: Actor) -> None:
    form_of, step, said = _WITH_FORM[name]
    given = {"takers": hand_overs.takers(row)} if form_of is OfferForm else {}
    form = form_of(request.POST, **given)
    if done(form, lambda: step(patrol=row, by=actor, **form.cleaned_data)):
        messages.success(request, said() % {"code": actor.agency})
    else:
        messages.error(request, form.first_error)


# What the buttons do, and what is said when it is done.
_PLAIN: dict[str, Any] = {
    "accept": (actions.accept_lead, lambda: _("%(code)s leads from now on.")),
    "withdraw": (actions.withdraw_lead, lambda: _("%(code)s keeps the lead.")),
}
_WITH_FORM: dict[str, Any] = {
    "offer": (
        OfferForm,
        actions.offer_lead,
        lambda: _("Offered. %(code)s leads until it is accepted."),
    ),
    "decline": (
        DeclineForm,
        actions.decline_lead,
        lambda: _("%(code)s does not take the lead."),
    ),
    "seize": (
        SeizeForm,
        actions.seize_lead,
        lambda: _("%(code)s leads from now on."),
    ),
}
