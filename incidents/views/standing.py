"""Standing releases: the agency's rules, their earlier versions, a trial of each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.forms.grantees import grantee_names
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor, Permission, require
from agencies.serializers import person_seen
from agencies.views.records import done, person
from incidents import rule_words
from incidents.actions import standing as actions
from incidents.fitting import own_zones
from incidents.models import StandingRelease
from incidents.standing_forms import StandingForm
from incidents.standing_trial import tried

SHOWN = 200
EDITED = ["name", "grantee", "scope", "categories", "severity", "hours"]


@officer_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List what is released by rule, and the versions that ended."""
    actor = actor_of(request)
    who = person_seen("created_by", actor, colleagues="agency")
    rows = list(_known(actor).annotate(who=who).order_by("name", "-version")[:SHOWN])
    names = grantee_names(actor)
    shown = [_shown(row, names) for row in rows]
    context = {
        "rules": [one for one in shown if one["rule"].ended_at is None],
        "ended": [one for one in shown if one["rule"].ended_at is not None],
        "may_keep": actor.may(Permission.INCIDENT_RELEASE),
    }
    return render(request, "incidents/standing.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set a rule, or try it first."""
    actor = actor_of(request)
    require(actor, Permission.INCIDENT_RELEASE)
    form = StandingForm(request.POST or None, actor=actor)

    def act() -> None:
        actions.set_standing(by=actor, **form.cleaned_data)

    return _edited(request, form, act, actor)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set the next version of a rule, or try it first."""
    actor = actor_of(request)
    row: StandingRelease = get_object_or_404(_known(actor), pk=pk)
    require(actor, Permission.INCIDENT_RELEASE)
    initial: dict[str, Any] = {name: getattr(row, name) for name in EDITED}
    initial["zone"] = row.zone and row.zone.code
    form = StandingForm(request.POST or None, actor=actor, initial=initial)

    def act() -> None:
        values = dict(form.cleaned_data)
        if "zone" not in form.changed_data:
            # One that this officer does not see stays.
            del values["zone"]
        actions.change_standing(standing=row, by=actor, **values)

    return _edited(request, form, act, actor, row)


@officer_required
@verb_of("standingrelease")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Release nothing more by a rule."""
    actor = actor_of(request)
    row: StandingRelease = get_object_or_404(_known(actor), pk=pk)
    actions.end_standing(standing=row, by=actor)
    messages.success(request, _("Ended. What was released stays released."))
    return redirect("standingrelease-list")


def _edited(
    request: HttpRequest, form: StandingForm, act: Any, actor: Actor, row: Any = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "rule": row}
    if request.method == "POST" and "try" in request.POST:
        if form.is_valid():
            context["trial"] = tried(form.draft(actor.agency_id), actor)
    elif request.method == "POST" and done(form, act):
        messages.success(request, _("Saved. It counts from the next report on."))
        return redirect("standingrelease-list")
    return render(request, "incidents/standing_form.html", context)


def _known(actor: Actor) -> Any:
    rows = StandingRelease.objects.visible_to(actor).filter(agency=actor.agency_id)
    return rows.prefetch_related(Prefetch("zone", own_zones(actor)))


def _shown(row: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "rule": row,
        "by": person(row.who),
        "grantee": rule_words.grantee(row, names),
        "severities": rule_words.severities(row),
        "categories": rule_words.categories(row),
    }
