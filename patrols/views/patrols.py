"""One patrol: who leads it and why, where it is, and what can be done now."""

from datetime import timedelta
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

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.forms import minute
from agencies.geo import place_text
from agencies.guards import actor_of, is_part, officer_required, verb_of
from agencies.models import Agreement, Officer
from agencies.policy import Actor, Permission, require
from agencies.views.logs import after_reading, line_named
from agencies.views.records import done, require_unchanged
from agencies.views.sharing import sharing
from patrols import actions, commanding, foresight, rules, wording
from patrols.clashes import clashes_of
from patrols.forms.log import LogForm
from patrols.forms.patrols import CancelForm, CommanderForm, PatrolForm
from patrols.models import CURRENT_STATES, Patrol, PatrolLogEntry, Programme
from patrols.references import places, zone_of
from patrols.tracks import heading
from patrols.views import consents
from patrols.views.crews import crew_of
from patrols.views.leads import lead_of
from patrols.views.log import log_parts

# As on the map: an older position is drawn hollow.
OLD = timedelta(minutes=15)
# From so far off its plan, a start is asked for with the planned time.
FAR = timedelta(hours=1)


@officer_required
@require_safe
def patrol(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a patrol."""
    actor = actor_of(request)
    return _shown(request, _seen(actor, pk), actor)


def _shown(
    request: HttpRequest, row: Patrol, actor: Actor, **refused: Any
) -> HttpResponse:
    """Return the page of a patrol, perhaps with a form that was ``refused``."""
    possible = rules.possible(row, actor)
    context = {
        "patrol": row,
        "possible": possible,
        "is_far": abs(row.starts_at - timezone.now()) > FAR,
        "commander_form": CommanderForm(patrol=row, actor=actor)
        if "commander" in possible
        else None,
        **consents.consent_of(row, possible, actor),
        **crew_of(row, actor),
        **_whereabouts(row, actor),
        **lead_of(row, actor, request.GET.get("instead", "")),
        "clashes": clashes_of(row, zone_of(row), actor),
        "obstacle": commanding.obstacles(row, [row.commander_id], actor).get(
            row.commander_id
        )
        if row.commander_id and row.state in CURRENT_STATES
        else None,
        **sharing(row, actor),
        **log_parts(row, actor),
    }
    for part, form in refused.items():
        if not context.get(part):
            # What it was part of is no longer on the page.
            messages.error(request, form.first_error)
    return render(request, "patrols/patrol.html", context | refused)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan one patrol outside any programme; or show what would stand in its way."""
    actor = actor_of(request)
    require(actor, Permission.PATROL_PLAN)
    own = {"lead": actor.agency, "participants": [actor.agency]}
    form = PatrolForm(request.POST or None, actor=actor, initial=own)
    made: list[Patrol] = []
    if "preview" in request.POST:
        agency = agency_of(actor)
        draft = Patrol(owner=agency, lead=agency, participants=[agency.code])
        return _previewed(request, draft, form, {"form": form})
    if request.method == "POST" and done(
        form, lambda: made.append(actions.plan(by=actor, **form.given))
    ):
        return redirect("patrol", pk=made[0].pk)
    return render(request, "patrols/patrol_form.html", {"form": form})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a patrol that has not left; or show what would stand in its way."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    require(actor, Permission.PATROL_PLAN, owner_of=row)
    names = ("title", "purpose", "zone", "route", "tlp", "level", "version")
    shown = {name: getattr(row, name) for name in names}
    shown |= {"starts_at": minute(row.starts_at), "ends_at": minute(row.ends_at)}
    form = PatrolForm(request.POST or None, actor=actor, patrol=row, initial=shown)
    context = {"form": form, "patrol": row}

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        actions.change(patrol=row, by=actor, **form.given)

    if "preview" in request.POST:
        return _previewed(request, row, form, context)
    if request.method == "POST" and done(form, act):
        return redirect("patrol", pk=row.pk)
    return render(request, "patrols/patrol_form.html", context)


def _previewed(
    request: HttpRequest, row: Patrol, form: PatrolForm, context: dict[str, Any]
) -> HttpResponse:
    """Answer with what would stand in the way: for htmx the fragment alone."""
    form.is_valid()
    context = context | {"is_previewed": True}
    if (draft := form.draft) is not None:
        for name, value in draft.items():
            setattr(row, name, value)
        try:
            rules.require_hours(row)
            found = foresight.of_patrol(row, actor_of(request))
            context |= {"next": found.dates, "conflicts": found.conflicts}
        except Invalid as refusal:
            form.refuse(refusal)
    names = ("starts_at", "ends_at")
    context["amiss"] = [
        (str(form[name].label), str(text))
        for name in names
        for text in form.errors.get(name, [])
    ]
    page = "_patrol_preview.html" if is_part(request) else "patrol_form.html"
    return render(request, f"patrols/{page}", context)


@officer_required
@verb_of("patrol")
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take one step of a patrol's life, named by the button."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    name = request.POST.get("step", "")
    if plain := _PLAIN.get(name):
        plain(patrol=row, by=actor)
    elif with_form := _WITH_FORM.get(name):
        for part, form in with_form(request, row, actor).items():
            if not form.non_field_errors():
                return _shown(request, row, actor, **{part: form})
            messages.error(request, form.first_error)
    else:
        raise BadRequest("step")
    return redirect("patrol", pk=row.pk)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a line to the log; htmx gets the log alone, also to draw it anew."""
    is_sent = request.method == "POST"
    if not is_part(request) and not is_sent:
        # As of a verb: what opens this address again asks for the record.
        return redirect("patrol", pk=pk)
    actor = actor_of(request)
    row = _seen(actor, pk)
    form = LogForm(request.POST, request.FILES)

    def act() -> None:
        actions.write_patrol_log(patrol=row, by=actor, **form.given)

    is_refused = is_sent and not done(form, act)
    refused = {"log_form": form} if is_refused else {}
    if is_part(request):
        context = {"patrol": row, **log_parts(row, actor), **refused}
        return render(request, "patrols/_log.html", context)
    if is_refused:
        return _shown(request, row, actor, **refused)
    return redirect("patrol", pk=row.pk)


@officer_required
@verb_of("patrol")
def read_log(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note how far one has read the log; htmx gets nothing back."""
    actor = actor_of(request)
    row = _seen(actor, pk)
    entry = line_named(request, PatrolLogEntry, actor)
    actions.read_patrol_log(patrol=row, entry=entry, by=actor)
    return after_reading(request, "patrol", row)


def _cancel(request: HttpRequest, row: Patrol, actor: Actor) -> consents.Asked:
    form = CancelForm(request.POST)
    if not form.is_valid():
        raise Invalid("bad_text", _("At most 300 characters."), pointer="/reason")
    actions.cancel(patrol=row, reason=form.cleaned_data["reason"], by=actor)
    return {}


def _name_commander(request: HttpRequest, row: Patrol, actor: Actor) -> consents.Asked:
    form = CommanderForm(request.POST, patrol=row, actor=actor)

    def act() -> None:
        officer = form.cleaned_data["commander"]
        actions.name_commander(patrol=row, officer=officer, by=actor)

    return {} if done(form, act) else {"commander_form": form}


# What the buttons do: with nothing more, or with what their form says.
_PLAIN = {
    "accept": actions.accept,
    "withdraw": actions.withdraw_proposal,
    "start": actions.start,
    "complete": actions.complete,
}
_WITH_FORM = {
    "propose": consents.propose,
    "refuse": consents.refuse,
    "adopt": consents.adopt,
    "cancel": _cancel,
    "commander": _name_commander,
}


def _seen(actor: Actor, pk: UUID) -> Patrol:
    """Return a patrol, with those of its surroundings that the officer sees."""
    officers = Officer.objects.visible_to(actor)
    programmes = Programme.objects.visible_to(actor)
    agreements = Agreement.objects.visible_to(actor).only("code", "name")
    rows = (
        Patrol.objects.visible_to(actor)
        .select_related("owner", "lead")
        .prefetch_related(
            Prefetch("programme", programmes),
            Prefetch("agreement", agreements),
            Prefetch("commander", officers),
            *places(actor),
        )
    )
    return get_object_or_404(rows, pk=pk)


def _whereabouts(row: Patrol, actor: Actor) -> dict[str, Any]:
    """Return in words what the map shows of the last position."""
    if row.last_place is None or row.last_fix_at is None:
        return {}
    course = heading(row, actor)
    return {
        "position": place_text(row.last_place),
        "heading": course,
        "direction": None if course is None else wording.direction(course),
        "is_old": timezone.now() - row.last_fix_at > OLD,
    }
