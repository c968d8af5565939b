"""One incident: its page, reporting and editing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import NotFound
from agencies.forms import minute
from agencies.geo import place_text
from agencies.guards import actor_of, officer_required
from agencies.policy import Actor, Permission, require
from agencies.serializers import officer_seen, person_seen
from agencies.shown import reference
from agencies.views.records import (
    done,
    person,
    require_unchanged,
    sharing,
)
from incidents.actions import life
from incidents.forms import (
    AssignForm,
    CloseForm,
    IncidentForm,
    LogForm,
)
from incidents.models import (
    NEXT_STATES,
    OPEN_STATES,
    RESPONSE_OVER,
    Acknowledgement,
    Incident,
    IncidentState,
    LogEntry,
    Response,
    ResponseState,
)
from patrols.models import Patrol

EDITED = ["category", "severity", "title", "narrative", "tlp", "level", "version"]
LOG = "incidents/_log.html"


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
    form = IncidentForm(request.POST or None, actor=actor, is_new=True)
    made: list[Incident] = []
    if request.method == "POST" and done(
        form, lambda: made.append(life.report(by=actor, **form.given))
    ):
        messages.success(request, _("%(ref)s is reported.") % {"ref": made[0].ref})
        return redirect("incident", pk=made[0].pk)
    return render(request, "incidents/incident_form.html", {"form": form})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is reported."""
    actor = actor_of(request)
    row = found(actor, pk)
    require(actor, Permission.INCIDENT_HANDLE, owner_of=row)
    initial = _initial(row, actor)
    form = IncidentForm(
        request.POST or None, actor=actor, is_new=False, initial=initial
    )

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
        .select_related("owner")
        .annotate(
            author_label=officer_seen("author_id", actor),
            patrol_ref=reference("patrol_id", patrols, "ref"),
        )
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def show(request: HttpRequest, row: Any, actor: Actor, **forms: Any) -> HttpResponse:
    """Draw the page, with forms that were sent and are not right yet."""
    is_owner = actor.owns(row)
    context = {
        "incident": row,
        "place": place_text(row.place),
        "is_owner": is_owner,
        **sharing(row, actor),
        **parts(row, actor),
        **may(row, actor),
        "log_form": LogForm(),
        "assign_form": AssignForm(actor=actor, is_owner=is_owner),
        "close_form": CloseForm(),
        **forms,
    }
    template = LOG if request.headers.get("HX-Request") else "incidents/incident.html"
    return render(request, template, context)


def may(row: Incident, actor: Actor) -> dict[str, bool]:
    """Return what the page offers; the actions decide again."""
    is_owner = actor.owns(row)
    may_handle = actor.may(Permission.INCIDENT_HANDLE)
    is_open = row.state in OPEN_STATES
    is_whole = is_owner and not row.is_tear_line
    return {
        "can_acknowledge": not is_owner and actor.may(Permission.INCIDENT_ACKNOWLEDGE),
        "can_assign": may_handle and is_open,
        "can_log": actor.may(Permission.INCIDENT_REPORT),
        "can_edit": may_handle and is_owner and row.state != IncidentState.CLOSED,
        "can_resolve": may_handle and is_whole and is_open,
        "can_close": may_handle and is_whole and row.state != IncidentState.CLOSED,
    }


def parts(row: Any, actor: Actor) -> dict[str, Any]:
    """Return what hangs on an incident, as far as the actor may know.

    For the owner also what readers of the tear line contributed to it.
    """
    tear_line = row.tear_line_for(actor)
    both = [row, tear_line] if tear_line else [row]
    responses = _responses(both, actor)
    noted = _signed(Acknowledgement, both, actor)
    return {
        "under_way": [made for made in responses if made.state not in RESPONSE_OVER],
        "tear_line": tear_line,
        "whole": row.whole_for(actor),
        "author": person(row.author_label),
        "patrol_ref": row.patrol_ref,
        "log": [(x, person(x.who)) for x in _signed(LogEntry, both, actor)],
        "noted": [(x, person(x.who)) for x in noted],
        "has_noted": any(x.agency_id == actor.agency_id for x in noted),
        "responses": [
            {
                "response": x,
                "patrol_ref": x.patrol_ref,
                "by": person(x.who),
                "next": _next_states(x, row, actor),
            }
            for x in responses
        ],
    }


def _responses(incidents: list[Incident], actor: Actor) -> list[Any]:
    patrols = Patrol.objects.visible_to(actor)
    rows = _below(Response, incidents, actor).annotate(
        who=person_seen("assigned_by", actor),
        patrol_ref=reference("patrol_id", patrols, "ref"),
    )
    return list(rows)


def _signed(model: Any, incidents: list[Incident], actor: Actor) -> list[Any]:
    who = person_seen("by", actor, colleagues="agency")
    return list(_below(model, incidents, actor).annotate(who=who))


def _below(model: Any, incidents: list[Incident], actor: Actor) -> Any:
    rows = model.objects.visible_to(actor).filter(incident__in=incidents)
    return rows.select_related("agency")


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
        "place": place_text(row.place),
        "patrol": row.patrol_id if seen.exists() else None,
    }
