"""Zones, routes, checkpoints and border sections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agencies.errors import NotFound
from agencies.geo import collection, feature, geojson
from agencies.guards import actor_of, officer_required
from agencies.policy import Actor, Permission, require
from agencies.views.records import done, person, require_unchanged
from agencies.views.sharing import sharing
from patrols import actions
from patrols.forms.places import CheckpointForm, PlaceForm, RouteForm, ZoneForm
from patrols.models import (
    BorderSection,
    Checkpoint,
    Place,
    PlaceVersion,
    Programme,
    Route,
    Zone,
)
from patrols.place_exports import FORMATS
from patrols.place_versions import MOST, versions

MANY = 500


@dataclass(frozen=True)
class Kind:
    """One kind of place: its table, form, actions, and the page that lists it."""

    model: type[Place]
    form: type[PlaceForm]
    create: Callable[..., Place]
    change: Callable[..., Place]
    list_name: str


KINDS = {
    "zone": Kind(Zone, ZoneForm, actions.create_zone, actions.change_zone, "zone-list"),
    "route": Kind(
        Route, RouteForm, actions.create_route, actions.change_route, "route-list"
    ),
    "checkpoint": Kind(
        Checkpoint,
        CheckpointForm,
        actions.create_checkpoint,
        actions.change_checkpoint,
        "route-list",
    ),
}


@officer_required
@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """List the zones that the officer sees."""
    actor = actor_of(request)
    rows = Zone.objects.visible_to(actor).select_related("owner").defer("area")
    context = {
        "zones": rows.order_by("owner__code", "code")[:MANY],
        "may_edit": actor.may(Permission.PLACE_EDIT),
    }
    return render(request, "patrols/zones.html", context)


@officer_required
@require_safe
def place(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Show a zone, route or checkpoint on the map, and the programmes there.

    ``?shape=`` names a former shape, which is then shown beside the present one.
    """
    actor = actor_of(request)
    known = KINDS[kind]
    rows = known.model.objects.visible_to(actor).select_related("owner", "author")
    row = get_object_or_404(rows, pk=pk)
    former = versions(row, actor)
    shown = _asked_for(former, request)
    programmes = Programme.objects.visible_to(actor)
    here = (
        programmes.none() if kind == "checkpoint" else programmes.filter(**{kind: row})
    )
    context = {
        "kind": kind,
        "place": row,
        "shape": _on_the_map(row, shown),
        "shown": shown,
        "history": _history(row, list(former[:MOST]), actor),
        "programmes": here.order_by("code"),
        "may_edit": actor.owns(row) and actor.may(Permission.PLACE_EDIT),
        "edit_url": reverse(f"{kind}-edit", args=[row.pk]),
        "files": [
            (name.upper() if name == "gpx" else "GeoJSON", f"{kind}-{name}")
            for name in FORMATS
        ],
        **sharing(row, actor),
    }
    return render(request, "patrols/place.html", context)


def _asked_for(former: Any, request: HttpRequest) -> PlaceVersion | None:
    if not (asked := request.GET.get("shape")):
        return None
    try:
        found: PlaceVersion | None = former.filter(pk=asked).first()
    except (ValidationError, ValueError):
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


def _on_the_map(row: Place, shown: PlaceVersion | None) -> dict[str, Any]:
    """Return the present shape, and one that stood before."""
    kind = row.type_name()
    shapes = [feature(geojson(row.geometry), kind=kind, title=row.name)]
    if shown is not None:
        shapes.append(feature(geojson(shown.geometry), kind=kind, is_former=True))
    return collection(shapes)


@dataclass(frozen=True)
class Stood:
    """A line of a place's history: which shape stood, from when, by whom."""

    since: datetime
    until: datetime | None
    by: str
    version: PlaceVersion | None


def _history(row: Place, former: list[PlaceVersion], actor: Actor) -> list[Stood]:
    """Return what stood when, newest first; who drew it, to the owner's officers.

    Each former shape says who drew the one after it; the first is the author's.
    """
    author = row.author.username if row.author else ""
    drawn: list[tuple[datetime, str]] = [
        (version.stood_until, person(version.replaced_by)) for version in former
    ]
    if len(former) < MOST:
        drawn.append((row.created_at, author))
    is_own = actor.owns(row)
    shapes = [None, *former]
    return [
        Stood(
            since,
            version.stood_until if version else None,
            by if is_own else "",
            version,
        )
        for (since, by), version in zip(drawn, shapes, strict=False)
    ]


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Register a zone, route or checkpoint."""
    actor = actor_of(request)
    require(actor, Permission.PLACE_EDIT)
    known = KINDS[kind]
    form = known.form(*_sent(request), actor=actor, is_new=True)
    made: list[Place] = []
    if request.method == "POST" and done(
        form, lambda: made.append(known.create(by=actor, **form.given))
    ):
        _tell(request, form)
        return redirect(kind, pk=made[0].pk)
    context = {
        "form": form,
        "kind": kind,
        "back_url": reverse(known.list_name),
        "read_url": reverse(f"{kind}-read"),
    }
    return render(request, "patrols/place_form.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Change a zone, route or checkpoint."""
    actor = actor_of(request)
    known = KINDS[kind]
    row = get_object_or_404(known.model.objects.visible_to(actor), pk=pk)
    require(actor, Permission.PLACE_EDIT, owner_of=row)
    names = ("code", "name", known.form.shape, "tlp", "level", "version")
    shown = {name: getattr(row, name) for name in names}
    form = known.form(*_sent(request), actor=actor, is_new=False, initial=shown)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        known.change(**{kind: row}, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        _tell(request, form)
        return redirect(kind, pk=row.pk)
    context = {
        "form": form,
        "kind": kind,
        "place": row,
        "back_url": reverse(kind, args=[row.pk]),
        "read_url": reverse(f"{kind}-read"),
    }
    return render(request, "patrols/place_form.html", context)


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    return request.POST or None, request.FILES or None


def _tell(request: HttpRequest, form: PlaceForm) -> None:
    if form.note:
        messages.info(request, form.note)


@officer_required
@require_safe
def routes(request: HttpRequest) -> HttpResponse:
    """List the routes and checkpoints that the officer sees."""
    actor = actor_of(request)
    lines = Route.objects.visible_to(actor).select_related("owner").defer("line")
    points = Checkpoint.objects.visible_to(actor).select_related("owner")
    context = {
        "routes": lines.order_by("owner__code", "code")[:MANY],
        "checkpoints": points.order_by("owner__code", "code")[:MANY],
        "may_edit": actor.may(Permission.PLACE_EDIT),
    }
    return render(request, "patrols/routes.html", context)


@officer_required
@require_safe
def sections(request: HttpRequest) -> HttpResponse:
    """List the border sections: the same for everybody."""
    rows = BorderSection.objects.defer("line")
    return render(request, "patrols/sections.html", {"sections": rows})
