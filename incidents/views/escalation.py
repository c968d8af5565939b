"""Rules of escalation with a trial on past incidents; escalations; one's own calls."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.guards import actor_of, officer_required
from agencies.models import Officer
from agencies.policy import Actor, Permission, require
from agencies.views.records import done, older_page, require_unchanged
from incidents import rule_words
from incidents.actions import rules as actions
from incidents.called import calls_of, offers_to, seen_incidents, steps_of, tried
from incidents.models import Escalation, EscalationRule
from incidents.on_duty import OFFICER, in_words
from incidents.watch_forms import RuleForm
from patrols.models import Zone

EDITED = [
    "name",
    "position",
    "is_active",
    "categories",
    "severity",
    "repeats",
    "version",
]


@officer_required
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Draw what waits for the officer in person, for the bar of every page."""
    actor = actor_of(request)
    context = {"calls": calls_of(actor), "offers": offers_to(actor)}
    answer = render(request, "incidents/_calls.html", context)
    # A page asks before it sends a form: what one officer wrote, no other sends.
    answer["Karaul-Officer"] = str(actor.officer_id)
    return answer


@officer_required
@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """List what waits, or waited, for one's own agency to acknowledge it."""
    actor = actor_of(request)
    rows = Escalation.objects.visible_to(actor).prefetch_related(seen_incidents(actor))
    page, older = older_page(rows, request)
    context = {
        "calls": calls_of(actor),
        "escalations": [row for row in page if row.incident],
        "next_url": older,
    }
    return render(request, "incidents/escalations.html", context)


@officer_required
@require_safe
def escalation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one escalation: its steps, and who was called."""
    actor = actor_of(request)
    rows = Escalation.objects.visible_to(actor).prefetch_related(seen_incidents(actor))
    row = rows.filter(pk=pk).first()
    if row is None or row.incident is None:
        raise Http404
    steps = steps_of(row, actor)
    context = {"escalation": row, "incident": row.incident, "steps": steps}
    return render(request, "incidents/escalation.html", context)


@officer_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List the agency's rules in their order, tried on its last incidents."""
    actor = actor_of(request)
    found = _rules(actor)
    context = {
        "rules": [_shown(row, actor) for row in found],
        "trials": tried(found, actor),
        "may_keep": actor.may(Permission.WATCH_KEEP),
    }
    return render(request, "incidents/rules.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: HttpRequest) -> HttpResponse:
    """Add a rule, or try it first."""
    actor = actor_of(request)
    require(actor, Permission.WATCH_KEEP)
    form = RuleForm(request.POST or None, actor=actor, is_new=True)

    def act() -> None:
        actions.create_rule(by=actor, **form.given)

    return _edited(request, form, act, actor)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a rule, or try the change first."""
    actor = actor_of(request)
    row = next((one for one in _rules(actor) if one.pk == pk), None)
    if row is None:
        raise Http404
    require(actor, Permission.WATCH_KEEP)
    initial = {name: getattr(row, name) for name in EDITED}
    initial["zone"] = row.zone and row.zone.code
    form = RuleForm(
        request.POST or None, actor=actor, is_new=False, rule=row, initial=initial
    )

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        actions.change_rule(rule=row, by=actor, **form.given)

    return _edited(request, form, act, actor, row)


def _edited(
    request: HttpRequest, form: RuleForm, act: Any, actor: Actor, row: Any = None
) -> HttpResponse:
    """Save the form, or show whom it would have called, as the button says."""
    context: dict[str, Any] = {"form": form, "rule": row}
    if request.method == "POST" and "try" in request.POST and form.is_valid():
        draft = form.draft(actor.agency_id)
        context["trials"] = tried(_with(draft, _rules(actor)), actor)
        context["draft"] = draft
    elif request.method == "POST" and done(form, act):
        messages.success(request, _("Saved. It counts for what comes from now on."))
        return redirect("escalationrule-list")
    return render(request, "incidents/rule_form.html", context)


def _rules(actor: Actor) -> list[EscalationRule]:
    rows = EscalationRule.objects.visible_to(actor).filter(agency=actor.agency_id)
    zones = Zone.objects.visible_to(actor)
    return list(rows.prefetch_related(Prefetch("zone", zones)))


def _with(draft: EscalationRule, known: list[EscalationRule]) -> list[EscalationRule]:
    """Return the rules as they would stand with a draft among them."""
    others = [one for one in known if one.pk != draft.pk]
    return sorted([*others, draft], key=lambda one: (one.position, one is draft))


def _shown(row: EscalationRule, actor: Actor) -> dict[str, Any]:
    """Return a rule in words."""
    names = [step["whom"].removeprefix(OFFICER) for step in row.steps]
    people = Officer.objects.visible_to(actor).filter(username__in=names)
    known = {one.username: str(one) for one in people}
    return {
        "rule": row,
        "zone": row.zone if row.zone_id else None,
        "severities": rule_words.severities(row),
        "categories": rule_words.categories(row),
        "steps": [step | {"whom": in_words(step["whom"], known)} for step in row.steps],
    }
