"""Zones, routes and border sections."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from agencies.geo import geojson
from agencies.guards import actor_of, officer_required
from agencies.policy import Permission, require
from agencies.views.records import done, require_unchanged
from patrols import actions
from patrols.forms.places import ZoneForm
from patrols.models import BorderSection, Checkpoint, Programme, Route, Zone
from patrols.tracks import collection, feature
from patrols.views.sharing import sharing

MANY = 500


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
def zone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a zone on the map, and the programmes in it."""
    actor = actor_of(request)
    row = get_object_or_404(Zone.objects.visible_to(actor), pk=pk)
    programmes = Programme.objects.visible_to(actor).filter(zone=row)
    context = {
        "zone": row,
        "shape": collection([feature(geojson(row.area), kind="zone", title=row.name)]),
        "programmes": programmes.order_by("code"),
        "may_edit": actor.owns(row) and actor.may(Permission.PLACE_EDIT),
        **sharing(row, actor),
    }
    return render(request, "patrols/zone.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_zone(request: HttpRequest) -> HttpResponse:
    """Register a zone."""
    actor = actor_of(request)
    require(actor, Permission.PLACE_EDIT)
    form = ZoneForm(request.POST or None, actor=actor, is_new=True)
    made: list[Zone] = []
    if request.method == "POST" and done(
        form, lambda: made.append(actions.create_zone(by=actor, **form.given))
    ):
        return redirect("zone", pk=made[0].pk)
    return render(request, "patrols/zone_form.html", {"form": form})


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_zone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a zone."""
    actor = actor_of(request)
    row = get_object_or_404(Zone.objects.visible_to(actor), pk=pk)
    require(actor, Permission.PLACE_EDIT, owner_of=row)
    names = ("code", "name", "area", "tlp", "level", "version")
    shown = {name: getattr(row, name) for name in names}
    form = ZoneForm(request.POST or None, actor=actor, is_new=False, initial=shown)

    def act() -> None:
        require_unchanged(row, form.cleaned_data["version"], actor)
        actions.change_zone(zone=row, by=actor, **form.given)

    if request.method == "POST" and done(form, act):
        return redirect("zone", pk=row.pk)
    return render(request, "patrols/zone_form.html", {"form": form, "zone": row})


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
    }
    return render(request, "patrols/routes.html", context)


@officer_required
@require_safe
def sections(request: HttpRequest) -> HttpResponse:
    """List the border sections: the same for everybody."""
    rows = BorderSection.objects.defer("line")
    return render(request, "patrols/sections.html", {"sections": rows})
