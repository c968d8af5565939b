"""One incident: its page, reporting and editing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import NotFound
from agencies.forms import minute
from agencies.geo import place_text
from agencies.guards import actor_of, is_part, officer_required
from agencies.models import Asset, Post
from agencies.policy import Actor, Permission, require
from agencies.serializers import officer_seen, person_seen
from agencies.shown import reference
from agencies.views.logs import signed
from agencies.views.records import done, person, require_unchanged, sharing
from incidents.actions import life
from incidents.actions.sightings import note_sighting
from incidents.called import escalation_of
from incidents.formats import FORMATS
from incidents.forms import AssignForm, CloseForm, LogForm
from incidents.models import (
    NEXT_STATES,
    OPEN_STATES,
    RESPONSE_OVER,
    Acknowledgement,
    Incident,
    IncidentState,
    Response,
    ResponseState,
)
from incidents.printing import filled
from incidents.readers import readers_of
from incidents.views.filling import incident_form
from incidents.views.life_parts import duplicates_of, life_parts, reached
from incidents.views.log import log_parts
from incidents.where import where
from patrols.models import Patrol

EDITED = [
    "category", "severity", "title", "narrative", "language", "tlp", "level", "version",
]  # fmt: skip
LOG = "incidents/_log.html"
PAGE = "incidents/incident.html"
# Opens the page's form of files.
ADD_FILES = "?add=files"


@officer_required
@require_safe
def incident(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show all that one may know of an incident."""
    actor = actor_of(request)
    return show(request, found(actor, pk), actor)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Report an incident."""
    actor = actor_of(request)
    require(actor, Permission.INCIDENT_REPORT)
    form = incident_form(request, actor)
    made: list[Incident] = []
    if request.method == "POST" and done(
        form, lambda: made.append(life.report(by=actor, **form.given))
    ):
        messages.success(request, _("%(ref)s is reported.") % {"ref": made[0].ref})
        page = reverse("incident", args=[made[0].pk])
        return redirect(page + ADD_FILES if "then" in request.POST else page)
    context = {"form": form, "formats": FORMATS.values()}
    return render(request, "incidents/incident_form.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is reported."""
    actor = actor_of(request)
    row = found(actor, pk)
    require(actor, Permission.INCIDENT_HANDLE, owner_of=row)
    initial = _initial(row, actor)
    form = incident_form(request, actor, row, initial)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        life.edit(incident=row, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Saved."))
        return redirect("incident", pk=row.pk)
    context = {"form": form, "incident": row}
    return render(request, "incidents/incident_form.html", context)


def found(actor: Actor, pk: UUID) -> Any:
    """Return an incident that the actor sees, with what it may know around it."""
    patrols = Patrol.objects.visible_to(actor)
    rows = (
        Incident.objects.visible_to(actor)
        .select_related("owner", "type")
        .annotate(
            author_label=officer_seen("author_id", actor),
            patrol_ref=reference("patrol_id", patrols, "ref"),
        )
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def opened(actor: Actor, pk: UUID) -> Any:
    """Return an incident that is shown in full; it is noted who is given it."""
    row = found(actor, pk)
    if not actor.owns(row):
        note_sighting(incident_id=row.pk, by=actor)
    return row


def show(
    request: HttpRequest, row: Any, actor: Actor, template: str = "", **forms: Any
) -> HttpResponse:
    """Draw the page, with forms that were sent and are not right yet.

    ``template`` draws another part of the same: the console's panel.
    """
    is_owner = actor.owns(row)
    sent = forms.pop("steps_sent", {})
    context = {
        "incident": row,
        "is_owner": is_owner,
        **where(row, actor),
        **filled(row),
        "formats": FORMATS.values(),
        **sharing(row, actor),
        **parts(row, actor, sent),
        **may(row, actor),
        **escalation_of(row, actor),
        "log_form": LogForm(is_owner=is_owner),
        "assign_form": AssignForm(actor=actor, incident=row),
        "close_form": CloseForm(),
        "adds_files": "add" in request.GET,
        **forms,
    }
    if not template:
        template = LOG if is_part(request) else PAGE
    if template == PAGE and is_owner:
        context["readers"] = readers_of(row, actor)
    elif template == PAGE:
        # Also with a form that was refused: it is given all of it.
        note_sighting(incident_id=row.pk, by=actor)
    return render(request, template, context)


def may(row: Incident, actor: Actor) -> dict[str, bool]:
    """Return what the page offers; the actions decide again."""
    is_owner = actor.owns(row)
    may_handle = actor.may(Permission.INCIDENT_HANDLE)
    is_open = row.state in OPEN_STATES
    is_whole = is_owner and not row.is_tear_line
    return {
        # Of what is closed a note is still taken over REST; it is not asked for.
        "can_acknowledge": not is_owner
        and actor.may(Permission.INCIDENT_ACKNOWLEDGE)
        and row.state != IncidentState.CLOSED,
        "can_assign": may_handle and is_open,
        "can_log": actor.may(Permission.INCIDENT_REPORT),
        "can_edit": may_handle and is_owner and row.state != IncidentState.CLOSED,
        "can_close": may_handle and is_whole and row.state != IncidentState.CLOSED,
    }


def parts(row: Any, actor: Actor, sent: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what hangs on an incident, as far as the actor may know.

    With what hangs on its duplicates; for the owner also what readers of the tear line
    contributed to it. ``sent`` are forms of steps that are not right yet.
    """
    tear_line = row.tear_line_for(actor)
    both = [row, tear_line] if tear_line else [row]
    both += duplicates_of(row, actor)
    responses = _responses(both, actor)
    noted = list(signed(Acknowledgement, both, actor))
    return {
        "under_way": [made for made in responses if made.state not in RESPONSE_OVER],
        "tear_line": tear_line,
        "whole": row.whole_for(actor),
        "author": person(row.author_label),
        **log_parts(both, actor),
        **life_parts(row, both, actor, sent or {}),
        "noted": [(x, person(x.who)) for x in noted],
        "has_noted": any(x.agency_id == actor.agency_id for x in noted),
        "responses": [
            {
                "response": x,
                "patrol_ref": x.patrol_ref,
                "unit": x.post_name or x.asset_code,
                "reached": reached(x),
                "by": person(x.who),
                "last_by": person(x.last_who),
                "next": _next_states(x, row, actor),
            }
            for x in responses
        ],
    }


def _responses(incidents: list[Incident], actor: Actor) -> list[Any]:
    patrols = Patrol.objects.visible_to(actor)
    rows = Response.objects.visible_to(actor).filter(incident__in=incidents)
    found: Any = rows.select_related("agency", "incident").annotate(
        who=person_seen("assigned_by", actor),
        last_who=person_seen("changed_by", actor),
        patrol_ref=reference("patrol_id", patrols, "ref"),
        post_name=reference("post_id", Post.objects.visible_to(actor), "name"),
        asset_code=reference("asset_id", Asset.objects.visible_to(actor), "code"),
    )
    return list(found)


def _next_states(made: Response, row: Incident, actor: Actor) -> list[tuple[str, Any]]:
    is_mine = actor.owns(row) or made.agency_id == actor.agency_id
    if not is_mine or not actor.may(Permission.INCIDENT_HANDLE):
        return []
    is_closed = row.state == IncidentState.CLOSED
    return [
        (state.value, state.label)
        for state in NEXT_STATES[ResponseState(made.state)]
        if state in RESPONSE_OVER or not is_closed
    ]


def _initial(row: Incident, actor: Actor) -> dict[str, Any]:
    """Return what the form begins with; a patrol that is not seen is not offered."""
    seen = Patrol.objects.visible_to(actor).filter(incident=row)
    return {name: getattr(row, name) for name in EDITED} | {
        "occurred_at": minute(row.occurred_at),
        "place": row.place_text or place_text(row.place),
        "patrol": row.patrol_id if seen.exists() else None,
        "type": row.type_id or "",
    }
