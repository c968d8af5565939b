"""Rosters: ask for one, watch it grow, judge it, publish it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.guards import actor_of, officer_required, verb_of
from agencies.models import Agreement, Asset, Officer
from agencies.policy import Actor, Permission, require
from agencies.views.records import done, telling
from patrols import actions, roster_words
from patrols import roster_shown as shown
from patrols.forms.rosters import RosterForm
from patrols.models import (
    OPEN_STATES,
    AssetUse,
    Assignment,
    Patrol,
    Remedy,
    Roster,
    RosterState,
)
from patrols.views.swaps import waiting, wishes_on

AT_WORK = (RosterState.QUEUED, RosterState.SOLVING)
# Not yet published, and it may be.
WAITING = (*AT_WORK, RosterState.READY)
MOST_SHOWN = 100
# Who goes by a roster, or would: not whom another has replaced.
COUNTED = Q(is_active=True) | Q(roster__state=RosterState.READY)


@officer_required
@require_safe
def rosters(request: HttpRequest) -> HttpResponse:
    """List the agency's rosters, the newest first."""
    actor = actor_of(request)
    require(actor, Permission.PATROL_PLAN)
    rows = list(_seen(actor)[:MOST_SHOWN])
    fallen = Counter(
        Assignment.objects.visible_to(actor)
        .filter(COUNTED, roster__in=rows, patrol__state__in=OPEN_STATES)
        .exclude(hindrance="")
        .values_list("roster_id", flat=True)
    )
    for row in rows:
        row.lacking = row.summary.get("missing", 0) + fallen[row.pk]
    context = {"rows": rows, "swaps": waiting(actor)}
    return render(request, "patrols/rosters.html", context)


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
    known = shown.known_patrols(row, actor)
    context: dict[str, Any] = {
        "roster": row,
        "is_at_work": row.state in AT_WORK,
        "causes": _causes(row, actor, known),
    }
    if row.state == RosterState.FAILED:
        context["failure"] = roster_words.failure(row)
    elif context["is_at_work"]:
        context |= _progress(row)
    else:
        context |= _result(row, actor, known)
    context["swaps"] = waiting(actor)
    return render(request, "patrols/roster.html", context)


@officer_required
@require_safe
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a roster is; once it is done, the page is asked for anew."""
    row = _one(actor_of(request), pk)
    # Badge and buttons say how it stood when the page was drawn.
    if row.state not in AT_WORK or request.GET.get("state", row.state) != row.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"roster": row, **_progress(row)}
    return render(request, "patrols/_roster_progress.html", context)


@officer_required
@verb_of("roster")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop, publish or plan a roster anew, perhaps with a change that was tried."""
    actor = actor_of(request)
    row = _one(actor, pk)
    with telling(request):
        match request.POST.get("step"):
            case "stop":
                actions.stop_roster(roster=row, by=actor)
            case "publish":
                actions.publish_roster(roster=row, by=actor)
                messages.success(request, _("The roster is published."))
            case "replan":
                row = actions.replan(roster=row, by=actor)
            case "take":
                remedy = _remedy(request, actor)
                row = actions.take_remedy(roster=row, remedy=remedy, by=actor)
                text = _("The patrol is changed; the roster is worked out anew.")
                messages.success(request, text)
            case _:
                raise BadRequest("step")
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


def _remedy(request: HttpRequest, actor: Actor) -> Remedy:
    try:
        pk = UUID(request.POST.get("remedy", ""))
    except ValueError:
        raise BadRequest("remedy") from None
    return get_object_or_404(Remedy.objects.visible_to(actor), pk=pk)


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
        "is_explaining": row.progress.get("phase") == "reasons",
    }


def _result(row: Roster, actor: Actor, known: shown.Patrols) -> dict[str, Any]:
    """Return what came of it: sums, gaps and why, who goes by patrol and by officer."""
    own = list(_taken(Assignment, actor).filter(roster=row))
    crews: dict[str, list[Assignment]] = defaultdict(list)
    for one in sorted(own, key=lambda one: not one.is_commander):
        crews[str(one.patrol_id)].append(one)
    least = row.summary.get("shortage")
    counted = [one for one in own if one.is_active or row.state == RosterState.READY]
    hindered = _hindered(counted, known)
    fallen = shown.fallen(
        actor, [one["patrol"] for one in hindered], _mending(row, actor), known
    )
    return {
        "terms": roster_words.terms(row.summary["terms"]),
        "saving": round(100 * row.summary["gap"]),
        "shortage": least and roster_words.shortage(least["missing"]),
        "is_least": least is not None and shown.is_least(least, row.summary["terms"]),
        "fallen_count": len(fallen),
        "fallen": [
            {
                "patrol": known[pk],
                "words": roster_words.gap("H1", code, count),
            }
            for (pk, code), count in sorted(
                fallen.items(), key=lambda pair: (known[pair[0][0]].starts_at, pair[0])
            )
        ],
        "gaps": [
            {
                "patrol": one.patrol,
                "words": roster_words.gap(one.rule, one.detail, one.count),
                "funnel": roster_words.funnel(one.funnel),
            }
            for one in shown.lacks(row, known, actor)
        ],
        "conflicts": [_conflict(one) for one in shown.conflicts(row, known, actor)],
        "patrols": [
            {"outing": one, "own": crews[str(one.patrol.pk)]}
            for one in shown.outings(row, known, fallen)
        ],
        "people": _by_officer(own, known),
        "hindered": hindered
        + _hindered(_taken(AssetUse, actor).filter(roster=row), known),
        "mending": next(iter(_mending(row, actor)), None),
        "wishes": wishes_on(row, actor),
    }


def _mending(row: Roster, actor: Actor) -> list[Roster]:
    """Return what was asked for to mend a roster, and may be published yet."""
    return list(_seen(actor).filter(mends=row, state__in=WAITING))


def _conflict(one: shown.Conflict) -> dict[str, Any]:
    return {
        "requirements": [
            {
                "patrol": part.patrol,
                "words": roster_words.requirement(part.rule, part.detail, part.count),
            }
            for part in one.requirements
        ],
        "rules": [roster_words.RULES[rule] for rule in one.rules],
        "helped_by": one.helped_by,
        # Fewer of them would be none at all.
        "last_of": sorted(
            {p.detail for p in one.requirements if p.rule == "H1" and p.count == 1}
        ),
        "remedies": [
            {
                "row": remedy,
                "words": roster_words.remedy(
                    remedy.code, remedy.detail, str(remedy.officer or "")
                ),
                "is_done_here": shown.is_done_here(remedy),
            }
            for remedy in one.remedies
            if remedy.officer or shown.is_done_here(remedy)
        ],
    }


def _taken(model: Any, actor: Actor) -> Any:
    """Return own people, or own assets, as the actor knows them."""
    name, rows = (
        ("asset", Asset.objects.visible_to(actor))
        if model is AssetUse
        else ("officer", Officer.objects.visible_to(actor))
    )
    return model.objects.visible_to(actor).prefetch_related(Prefetch(name, rows))


def _hindered(rows: Iterable[Any], known: shown.Patrols) -> list[dict[str, Any]]:
    """Return who and what cannot go any more, by name."""
    return [
        {
            "patrol": known[str(one.patrol_id)],
            "who": one.asset if isinstance(one, AssetUse) else one.officer,
            "why": roster_words.reason(one.hindrance),
        }
        for one in rows
        if one.hindrance
        and str(one.patrol_id) in known
        and known[str(one.patrol_id)].state in OPEN_STATES
    ]


def _causes(row: Roster, actor: Actor, known: shown.Patrols) -> list[dict[str, Any]]:
    """Return why it was asked for by itself: own people by name, of partners which."""
    own = [
        one
        for model in (Assignment, AssetUse)
        for one in _hindered(_taken(model, actor).filter(mended_by=row), known)
    ]
    others = [
        {"patrol": one.patrol, "agency": one.agency}
        for one in shown.causes(row, known)
        if one.agency != actor.agency
    ]
    return sorted(own + others, key=lambda one: one["patrol"].starts_at)


def _by_officer(own: list[Assignment], patrols: shown.Patrols) -> list[dict[str, Any]]:
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
