"""Consent on the pages: who was asked, who said what, and one's own answer."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from agencies.forms import minute
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor, Permission, require
from agencies.views.records import done
from patrols import actions, consent_rules, rules
from patrols.forms.consents import CounterForm, DraftsForm, ProposeForm, RefuseForm
from patrols.models import Consent, ConsentState, Patrol, PatrolState, Programme
from patrols.references import places

# More than these are not listed; the count then says so.
MOST = 50
# As far ahead drafts are offered to be proposed.
AHEAD = timedelta(days=14)
# The form that was refused, by its name on the page; nothing if all went well.
Asked = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """What a counter-proposal would change: a time, or a place in words."""

    label: str
    before: Any
    after: Any
    is_time: bool


def consent_of(row: Patrol, possible: set[str], actor: Actor) -> dict[str, Any]:
    """Return what the part "consent" of a patrol's page needs."""
    seen = Consent.objects.visible_to(actor).current().filter(patrol=row)
    rows = seen.select_related("agency").prefetch_related(*places(actor))
    consents = list(rows.order_by("agency__code"))
    is_asked = row.state == PatrolState.PROPOSED
    own = next((c for c in consents if c.agency_id == actor.agency_id), None)
    now = timezone.now()
    may_answer = "answer" in possible and own is not None and own.deadline_at > now
    return {
        "consents": [
            {
                "consent": consent,
                "differences": differences(row, consent),
                "is_open": is_asked and consent.state == ConsentState.ASKED,
                "can_adopt": is_asked
                and "withdraw" in possible
                and consent.state == ConsentState.COUNTERED
                and consent.deadline_at > now,
            }
            for consent in consents
        ],
        "accepted": sum(c.state == ConsentState.ACCEPTED for c in consents),
        "own_consent": own if may_answer else None,
        "answerers": actor.agency
        if own is not None
        and is_asked
        and own.state == ConsentState.ASKED
        and not actor.may(Permission.PATROL_PLAN)
        else "",
        "refuse_form": RefuseForm() if may_answer else None,
        "propose_form": _propose_form(row, actor) if "propose" in possible else None,
    }


def differences(row: Patrol, consent: Consent) -> list[Difference]:
    """Return what a counter-proposal would change, as far as the reader sees it."""
    if consent.state != ConsentState.COUNTERED:
        return []
    unseen = _("not released to you")
    found = [
        Difference(label, before, after, is_time=True)
        for label, before, after in (
            (_("Starts"), row.starts_at, consent.starts_at),
            (_("Ends"), row.ends_at, consent.ends_at),
        )
        if after is not None
    ]
    if consent.zone_id is not None:
        after = consent.zone or unseen
        found.append(Difference(_("Zone"), row.zone or unseen, after, is_time=False))
    if consent.route_id is not None:
        before = (row.route or unseen) if row.route_id else _("none")
        after_route = consent.route or unseen
        found.append(Difference(_("Route"), before, after_route, is_time=False))
    return found


def awaiting(actor: Actor) -> dict[str, Any]:
    """Return the patrols that wait for the officer's agency, the most urgent first."""
    if not actor.may(Permission.PATROL_PLAN):
        return {"awaiting": [], "awaiting_count": ""}
    patrols = Patrol.objects.visible_to(actor).select_related("owner", "lead")
    waiting = Consent.objects.visible_to(actor).waiting_for(actor.agency_id)
    rows = waiting.filter(deadline_at__gt=timezone.now()).select_related("agency")
    read = rows.prefetch_related(Prefetch("patrol", patrols))
    found = [consent for consent in read[: MOST + 1] if consent.patrol]
    count = f"{MOST}+" if len(found) > MOST else str(len(found) or "")
    return {"awaiting": found[:MOST], "awaiting_count": count}


def drafts_of(programme: Programme, actor: Actor) -> dict[str, Any]:
    """Return the form that proposes a programme's drafts, where there are any."""
    if not (actor.owns(programme) and actor.may(Permission.PATROL_PLAN)):
        return {}
    drafts = Patrol.objects.visible_to(actor).filter(
        programme=programme, state=PatrolState.PLANNED, tear_line_of=None
    )
    if not drafts.filter(starts_at__gt=timezone.now()).exists():
        return {}
    initial = {"upto": timezone.localdate() + AHEAD}
    return {"drafts_form": DraftsForm(initial=initial)}


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose other hours or places."""
    actor = actor_of(request)
    patrols = Patrol.objects.visible_to(actor).select_related("owner", "lead")
    row = get_object_or_404(patrols.prefetch_related(*places(actor)), pk=pk)
    require(actor, Permission.PATROL_PLAN)
    rules.require_state(row, PatrolState.PROPOSED)
    shown = {"starts_at": minute(row.starts_at), "ends_at": minute(row.ends_at)}
    form = CounterForm(request.POST or None, actor=actor, initial=shown)

    def act() -> None:
        actions.counter(patrol=row, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Your counter-proposal was sent to the owner."))
        return redirect("patrol", pk=row.pk)
    context = {"form": form, "patrol": row}
    return render(request, "patrols/counter_form.html", context)


@officer_required
@verb_of("programme")
def propose_drafts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose the drafts of a programme up to a day."""
    actor = actor_of(request)
    row = get_object_or_404(Programme.objects.visible_to(actor), pk=pk)
    form = DraftsForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect("programme", pk=row.pk)
    end = datetime.combine(form.cleaned_data["upto"] + timedelta(days=1), time.min)
    upto = timezone.make_aware(end)
    made = actions.propose_drafts(programme=row, upto=upto, by=actor)
    said = ngettext("%(n)s patrol proposed.", "%(n)s patrols proposed.", len(made))
    messages.success(request, said % {"n": len(made)})
    return redirect("programme", pk=row.pk)


def propose(request: HttpRequest, row: Patrol, actor: Actor) -> Asked:
    """Propose a draft as the form says; without a deadline, until the usual one."""
    form = ProposeForm(request.POST)
    if "deadline_at" not in request.POST:
        actions.propose(patrol=row, by=actor)
        return {}

    def act() -> None:
        until = form.cleaned_data["deadline_at"]
        actions.propose(patrol=row, by=actor, deadline_at=until)

    return {} if done(form, act) else {"propose_form": form}


def refuse(request: HttpRequest, row: Patrol, actor: Actor) -> Asked:
    """Refuse a patrol as the form says."""
    form = RefuseForm(request.POST)

    def act() -> None:
        reason = form.cleaned_data["reason"]
        actions.refuse(patrol=row, reason=reason, by=actor)

    return {} if done(form, act) else {"refuse_form": form}


def adopt(request: HttpRequest, row: Patrol, actor: Actor) -> Asked:
    """Take over the counter-proposal of the agency that the form names."""
    agency = request.POST.get("agency", "")[:16].replace("\0", "")
    actions.adopt(patrol=row, agency=agency, by=actor)
    return {}


def _propose_form(row: Patrol, actor: Actor) -> ProposeForm:
    days = row.programme.consent_days if row.programme else consent_rules.DAYS
    usual = consent_rules.deadline(
        starts_at=row.starts_at, ends_at=row.ends_at, now=timezone.now(), days=days
    )
    return ProposeForm(initial={"deadline_at": minute(usual)})
