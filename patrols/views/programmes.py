"""Programmes: the rule in words, the next dates, and the ledger of leads."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.guards import actor_of, is_part, officer_required
from agencies.models import Agreement
from agencies.policy import Actor, Permission, require
from agencies.views.records import done, require_unchanged
from agencies.views.sharing import sharing
from patrols import actions, foresight, leads, wording
from patrols.forms.programmes import ProgrammeForm, initial_of
from patrols.models import BorderSection, Programme
from patrols.next_dates import next_dates
from patrols.references import places
from patrols.rotation import standings
from patrols.views.consents import drafts_of
from patrols.views.leads import leads_of


@officer_required
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """List the programmes that the officer sees."""
    actor = actor_of(request)
    rows = [
        {"programme": row, "rule": wording.rule_in_words(row)}
        for row in _visible(actor).order_by("-is_active", "code", "id")[:500]
    ]
    context = {"rows": rows, "may_plan": actor.may(Permission.PATROL_PLAN)}
    return render(request, "patrols/programmes.html", context)


@officer_required
@require_safe
def programme(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a programme with its next dates and its ledger."""
    actor = actor_of(request)
    row = get_object_or_404(_visible(actor), pk=pk)
    ledger = leads.seen_entries(row, actor)
    after = list(standings([one.slot for one in ledger]))
    may_plan = actor.owns(row) and actor.may(Permission.PATROL_PLAN)
    context = {
        "programme": row,
        "rule": wording.rule_in_words(row),
        "sections": BorderSection.objects.filter(code__in=row.section_codes),
        "next": next_dates(row, actor, ledger) if row.is_active else [],
        "turns": wording.turns(after[-1], row.entitlements) if after else [],
        "counted": len(ledger),
        "may_plan": may_plan,
        **drafts_of(row, actor),
        **leads_of(row, actor, ledger),
        **sharing(row, actor),
    }
    return render(request, "patrols/programme.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Found a programme; asked for a "preview", show its first dates alone."""
    actor = actor_of(request)
    require(actor, Permission.PATROL_PLAN)
    form = ProgrammeForm(request.POST or None, actor=actor)
    context: dict[str, Any] = {"form": form}
    made: list[Programme] = []
    if "preview" in request.POST:
        return _previewed(request, Programme(owner=agency_of(actor)), form, actor)
    if request.method == "POST" and done(
        form, lambda: made.append(actions.create_programme(by=actor, **form.values))
    ):
        return redirect("programme", pk=made[0].pk)
    return render(request, "patrols/programme_form.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a programme; asked for a "preview", show its next dates alone."""
    actor = actor_of(request)
    row = get_object_or_404(_visible(actor), pk=pk)
    require(actor, Permission.PATROL_PLAN, owner_of=row)
    form = ProgrammeForm(
        request.POST or None, actor=actor, programme=row, initial=initial_of(row)
    )
    context: dict[str, Any] = {"form": form, "programme": row}

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        # Beside what the officer sees of it: an unseen zone stays as it is.
        values = form.values.items()
        changed = {name: value for name, value in values if getattr(row, name) != value}
        actions.change_programme(programme=row, by=actor, **changed)

    if "preview" in request.POST:
        return _previewed(request, row, form, actor)
    if request.method == "POST" and done(form, act):
        return redirect("programme", pk=row.pk)
    return render(request, "patrols/programme_form.html", context)


def _visible(actor: Actor) -> Any:
    """Return the programmes that one sees, with their surroundings as far as seen."""
    agreements = Agreement.objects.visible_to(actor).only("code", "name")
    return (
        Programme.objects.visible_to(actor)
        .select_related("owner")
        .prefetch_related(Prefetch("agreement", agreements), *places(actor))
    )


def _previewed(
    request: HttpRequest, row: Programme, form: ProgrammeForm, actor: Actor
) -> HttpResponse:
    """Answer with what the form would lead to: for htmx the fragment alone."""
    context = {"form": form, "programme": row if row.code else None}
    context |= _preview(row, form, actor) | {"is_previewed": True}
    is_fragment = is_part(request)
    page = "_preview.html" if is_fragment else "programme_form.html"
    return render(request, f"patrols/{page}", context)


def _preview(row: Programme, form: ProgrammeForm, actor: Actor) -> dict[str, Any]:
    """Return what the form would lead to, as far as it is filled in; saves nothing."""
    ledger = leads.seen_entries(row, actor) if row.code else []
    form.is_valid()
    draft = form.draft
    if draft is None:
        return {"next": [], "amiss": form.amiss}
    for name, value in draft.items():
        setattr(row, name, value)
    try:
        found = foresight.of_programme(row, next_dates(row, actor, ledger), actor)
    except Invalid as refusal:
        form.refuse(refusal)
        return {"next": [], "amiss": form.amiss}
    return {
        "next": found.dates,
        "conflicts": found.conflicts,
        "rule": wording.rule_in_words(row),
        "shares": wording.shares(row.entitlements),
    }
