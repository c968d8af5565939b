"""Agencies and agreements: who takes part, and on what legal basis."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agencies.actions import agreements as actions
from agencies.errors import NotFound
from agencies.forms.accounts import JoinForm, LeaveForm
from agencies.geo import geojson
from agencies.guards import actor_of, officer_required
from agencies.models import Agency, Agreement, Officer, Party, Post, Purpose
from agencies.policy import Actor, Permission


@officer_required
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """List all agencies, each with those of its officers that one sees."""
    actor = actor_of(request)
    officers = Counter(
        Officer.objects.visible_to(actor)
        .filter(is_active=True)
        .values_list("agency_id", flat=True)
    )
    shared = _shared(actor)
    rows = [
        {
            "agency": agency,
            "officers": officers[agency.pk],
            "agreements": shared.get(agency.code, []),
            "is_own": agency.pk == actor.agency_id,
        }
        for agency in Agency.objects.select_related("state")
    ]
    return render(request, "agencies/agencies.html", {"rows": rows})


@officer_required
@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show an agency with what one may know of it."""
    actor = actor_of(request)
    found = Agency.objects.select_related("state").filter(code=code).first()
    if found is None:
        raise NotFound
    officers = Officer.objects.visible_to(actor).filter(agency=found)
    posts = Post.objects.visible_to(actor).filter(owner=found)
    return render(
        request,
        "agencies/agency.html",
        {
            "agency": found,
            "officers": officers.select_related("agency"),
            "posts": posts,
            "agreements": _shared(actor).get(found.code, []),
            "is_own": found.pk == actor.agency_id,
            "may_manage": actor.may(Permission.ACCOUNT_MANAGE)
            and (found.pk == actor.agency_id or actor.agency_id is None),
            "may_keep_webhooks": actor.may(Permission.WEBHOOK_KEEP)
            and found.pk == actor.agency_id,
        },
    )


@officer_required
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """List the agreements to which one's agency is a party."""
    actor = actor_of(request)
    rows = Agreement.objects.visible_to(actor)
    parties = _parties(actor)
    listed = [{"agreement": row, "parties": parties.get(row.pk, [])} for row in rows]
    return render(request, "agencies/agreements.html", {"rows": listed})


@officer_required
@require_safe
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """Show what an agreement permits, and its parties."""
    actor = actor_of(request)
    row = _agreement(actor, code)
    purposes = dict(Purpose.choices)
    return render(
        request,
        "agencies/agreement.html",
        {
            "agreement": row,
            "purposes": [purposes.get(name, name) for name in row.purposes],
            "area": geojson(row.area),
            "parties": _parties(actor).get(row.pk, []),
            "may_manage": actor.may(Permission.AGREEMENT_MANAGE),
            "join_form": JoinForm(),
        },
    )


@officer_required
@require_POST
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Let an agency join; what was released before stays closed to it."""
    actor = actor_of(request)
    row = _agreement(actor, code)
    form = JoinForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        actions.join(agreement=row, by=actor, **given)
        text = _("%(agency)s is a party now.") % {"agency": given["agency"].code}
        messages.success(request, text)
    else:
        messages.error(request, _("Choose an agency and its entitlement."))
    return redirect("agreement", code=row.code)


@officer_required
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """End an agency's membership; what came by the agreement closes at once."""
    actor = actor_of(request)
    row = _agreement(actor, code)
    form = LeaveForm(request.POST)
    if not form.is_valid():
        raise NotFound
    party = form.cleaned_data["agency"]
    actions.leave(agreement=row, agency=party, by=actor)
    text = _("%(agency)s is no longer a party.") % {"agency": party.code}
    messages.success(request, text)
    return redirect("agreement", code=row.code)


def _agreement(actor: Actor, code: str) -> Agreement:
    row: Agreement | None = (
        Agreement.objects.visible_to(actor).filter(code=code).first()
    )
    if row is None:
        raise NotFound
    return row


def _parties(actor: Actor) -> dict[Any, list[Party]]:
    """Return the parties of every visible agreement, the present ones first."""
    found: dict[Any, list[Party]] = {}
    rows = Party.objects.visible_to(actor).select_related("agency", "agreement")
    for party in rows.order_by("left_at", "agency__code"):
        found.setdefault(party.agreement_id, []).append(party)
    return found


def _shared(actor: Actor) -> dict[str, list[Agreement]]:
    """Return, by agency code, the visible agreements it is a present party of."""
    found: dict[str, list[Agreement]] = {}
    rows = Party.objects.visible_to(actor).present()
    for party in rows.select_related("agency", "agreement").order_by("agreement__code"):
        found.setdefault(party.agency.code, []).append(party.agreement)
    return found
