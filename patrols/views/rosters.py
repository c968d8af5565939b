"""Rosters: ask for one, watch it grow, judge it, publish it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import Refused
from agencies.guards import actor_of, officer_required, verb_of
from agencies.models import Agreement, Officer
from agencies.policy import Actor, Permission, require
from agencies.views.records import done
from patrols import actions, roster_words
from patrols.forms.rosters import RosterForm
from patrols.models import Assignment, Gap, Patrol, Roster, RosterState

AT_WORK = (RosterState.QUEUED, RosterState.SOLVING)
MOST_SHOWN = 100


@officer_required
@require_safe
def rosters(request: HttpRequest) -> HttpResponse:
    """List the agency's rosters, the newest first."""
    actor = actor_of(request)
    require(actor, Permission.PATROL_PLAN)
    rows = _seen(actor)[:MOST_SHOWN]
    return render(request, "patrols/rosters.html", {"rows": rows})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a roster."""
    actor = actor_of(request)
    require(actor, Permission.PATROL_PLAN)
    form = RosterForm(request.POST or None, actor=actor)
    made: list[Roster] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(actions.request_roster(by=actor, **form.cleaned_data)),
    ):
        return redirect("roster", pk=made[0].pk)
    return render(request, "patrols/roster_form.html", {"form": form})


@officer_required
@require_safe
def roster(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a roster: how far it is, what it lacks and why, and who goes."""
    actor = actor_of(request)
    row = _one(actor, pk)
    context: dict[str, Any] = {"roster": row, "is_at_work": row.state in AT_WORK}
    if row.state == RosterState.FAILED:
        context["failure"] = roster_words.failure(row)
    elif context["is_at_work"]:
        context |= _progress(row)
    else:
        context |= _result(row, actor)
    return render(request, "patrols/roster.html", context)


@officer_required
@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a roster is; once it is done, the page is asked for anew."""
    row = _one(actor_of(request), pk)
    if row.state not in AT_WORK:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"roster": row, **_progress(row)}
    return render(request, "patrols/_roster_progress.html", context)


@officer_required
@verb_of("roster")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop, publish or plan a roster anew, as the button says."""
    actor = actor_of(request)
    row = _one(actor, pk)
    try:
        match request.POST.get("step"):
            case "stop":
                actions.stop_roster(roster=row, by=actor)
            case "publish":
                actions.publish_roster(roster=row, by=actor)
                messages.success(request, _("The roster is published."))
            case "replan":
                row = actions.replan(roster=row, by=actor)
            case _:
                raise BadRequest("step")
    except Refused as refusal:
        if refusal.status != 409:
            raise
        # Shown where the planner goes on from; the actions have changed nothing.
        messages.error(request, str(refusal))
    return redirect("roster", pk=row.pk)


@officer_required
@require_http_methods(["POST"])
def lock(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lock an assignment of a draft, or unlock it."""
    actor = actor_of(request)
    row = get_object_or_404(Assignment.objects.visible_to(actor), pk=pk)
    is_locked = request.POST.get("lock") == "yes"
    actions.lock_assignment(assignment=row, is_locked=is_locked, by=actor)
    if Roster.objects.visible_to(actor).filter(pk=row.roster_id).exists():
        return redirect("roster", pk=row.roster_id)
    return redirect("patrol", pk=row.patrol_id)


def _seen(actor: Actor) -> Any:
    agreements = Agreement.objects.visible_to(actor).only("code", "name")
    rows = Roster.objects.visible_to(actor)
    return rows.prefetch_related(Prefetch("agreement", agreements))


def _one(actor: Actor, pk: UUID) -> Roster:
    row: Roster = get_object_or_404(_seen(actor), pk=pk)
    require(actor, Permission.PATROL_PLAN)
    return row


def _progress(row: Roster) -> dict[str, Any]:
    begun = row.started_at if row.state == RosterState.SOLVING else None
    spent = (timezone.now() - begun).total_seconds() if begun else 0
    return {
        "spent": min(int(spent), row.seconds),
        "saving": round(100 * row.progress.get("gap", 0)),
    }


def _result(row: Roster, actor: Actor) -> dict[str, Any]:
    """Return what came of it: sums, gaps, and who goes by patrol and by officer."""
    summary = row.summary
    known = Patrol.objects.visible_to(actor).select_related("lead")
    patrols = {str(pk): one for pk, one in known.in_bulk(summary["crews"]).items()}
    officers = Officer.objects.visible_to(actor)
    sent = Assignment.objects.visible_to(actor).filter(roster=row)
    own = list(sent.prefetch_related(Prefetch("officer", officers)))
    crews: dict[str, list[Assignment]] = defaultdict(list)
    for one in sorted(own, key=lambda one: not one.is_commander):
        crews[str(one.patrol_id)].append(one)
    return {
        "terms": roster_words.terms(summary["terms"]),
        "saving": round(100 * summary["gap"]),
        "gaps": list(_gaps(row, patrols, actor)),
        "patrols": [
            {
                "patrol": patrol,
                "places": [
                    {"code": code, "asked": asked, "sent": _sent(summary, pk, code)}
                    for code, asked in sorted(summary["asked"][pk].items())
                ],
                "own": crews[pk],
            }
            for pk, patrol in sorted(patrols.items(), key=lambda p: p[1].starts_at)
        ],
        "people": _by_officer(own, patrols),
    }


def _sent(summary: dict[str, Any], pk: str, code: str) -> int:
    return int(summary["crews"][pk].get(code, 0))


def _gaps(
    row: Roster, patrols: dict[str, Patrol], actor: Actor
) -> Iterable[roster_words.Lack]:
    own = Gap.objects.visible_to(actor).filter(roster=row, agency=actor.agency_id)
    funnels = {(str(gap.patrol_id), gap.rule): gap.funnel for gap in own}
    for gap in row.summary["gaps"]:
        patrol = patrols.get(gap["patrol"])
        if patrol is None:
            continue
        is_own = gap["detail"] == actor.agency
        funnel = funnels.get((gap["patrol"], gap["rule"]), []) if is_own else []
        words = roster_words.gap(gap["rule"], gap["detail"], gap["count"])
        yield roster_words.Lack(patrol, words, roster_words.funnel(funnel))


def _by_officer(
    own: list[Assignment], patrols: dict[str, Patrol]
) -> list[dict[str, Any]]:
    """Return colleagues by name, each with their patrols in order."""
    found: dict[Officer, list[tuple[Patrol, Assignment]]] = defaultdict(list)
    for one in own:
        patrol = patrols.get(str(one.patrol_id))
        if patrol is not None and one.officer is not None:
            found[one.officer].append((patrol, one))
    return [
        {
            "officer": officer,
            "duties": sorted(duties, key=lambda pair: pair[0].starts_at),
            "hours": round(
                sum((p.ends_at - p.starts_at).total_seconds() for p, _one in duties)
                / 3600
            ),
        }
        for officer, duties in sorted(found.items(), key=lambda pair: pair[0].name)
    ]
