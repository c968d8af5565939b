"""Layers of the map, as GeoJSON: what the officer sees, and nothing of the rest."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from orjson import OPT_UTC_Z, dumps

from agencies.geo import collection, feature, geojson
from agencies.guards import actor_of, officer_required
from agencies.models import Agreement, Post
from agencies.policy import Actor
from patrols.models import (
    BorderSection,
    Checkpoint,
    Patrol,
    PatrolQuerySet,
    Route,
    Zone,
)
from patrols.place_versions import shape_at
from patrols.tracks import heading, recent, track

RECENT = timedelta(hours=2)


def answer(shapes: dict[str, Any]) -> HttpResponse:
    """Return GeoJSON (RFC 7946)."""
    body = dumps(shapes, option=OPT_UTC_Z)
    return HttpResponse(body, content_type="application/geo+json")


def out_now(actor: Actor) -> PatrolQuerySet:
    """Return the patrols under way that an officer sees, each once."""
    rows = Patrol.objects.visible_to(actor).under_way()
    return rows.without_doubles_of(actor.agency_id).select_related("owner", "lead")


@officer_required
@require_safe
def patrols(request: HttpRequest) -> HttpResponse:
    """Answer the patrols under way at their last place."""
    rows = out_now(actor_of(request)).filter(last_place__isnull=False)
    return answer(
        collection(
            feature(
                geojson(row.last_place),
                id=row.pk,
                ref=row.ref,
                title=row.title,
                owner=row.owner.code,
                lead=row.lead.code,
                state=row.state,
                fix_at=row.last_fix_at,
                url=reverse("patrol", args=[row.pk]),
            )
            for row in rows
        )
    )


@officer_required
@require_safe
def tracks(request: HttpRequest) -> HttpResponse:
    """Answer the ways of the patrols under way in the last two hours."""
    actor = actor_of(request)
    rows = list(out_now(actor))
    ways = recent(rows, actor, timezone.now() - RECENT)
    return answer(
        collection(
            feature(ways[row.pk], id=row.pk, patrol=row.pk, ref=row.ref)
            for row in rows
            if row.pk in ways
        )
    )


@officer_required
@require_safe
def way(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer the way of one patrol."""
    actor = actor_of(request)
    row = get_object_or_404(Patrol.objects.visible_to(actor), pk=pk)
    return answer(collection([track(row, actor)]))


@officer_required
@require_safe
def scene(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer one patrol with its surroundings: zone, route, way and last position.

    Zone and route are there as far as the reader sees them, in the shape that they
    had when the patrol left.
    """
    actor = actor_of(request)
    rows = Patrol.objects.visible_to(actor).select_related("owner", "lead")
    row = get_object_or_404(rows, pk=pk)
    shapes = [
        feature(
            geojson(shape_at(place, actor, row.started_at)),
            kind=place.type_name(),
            title=place.name,
        )
        for place in (
            *Zone.objects.visible_to(actor).filter(patrol=row),
            *Route.objects.visible_to(actor).filter(patrol=row),
        )
    ]
    way = track(row, actor)
    shapes.append(way | {"properties": way["properties"] | {"kind": "track"}})
    if row.last_place is not None:
        shapes.append(
            feature(
                geojson(row.last_place),
                kind="patrol",
                lead=row.lead.code,
                fix_at=row.last_fix_at,
                heading=heading(row, actor),
            )
        )
    return answer(collection(shapes))


@officer_required
@require_safe
def around(request: HttpRequest) -> HttpResponse:
    """Answer what one draws along: places, border sections, areas of agreements."""
    actor = actor_of(request)
    agreed = Agreement.objects.visible_to(actor).filter(area__isnull=False)
    areas = (
        feature(geojson(row.area), id=row.pk, kind="agreement", title=row.code)
        for row in agreed
    )
    return answer(collection([*_places(actor), *areas]))


@officer_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Answer where the reader's agency works: its posts, or its zones without any."""
    actor = actor_of(request)
    posts = Post.objects.visible_to(actor).filter(owner=actor.agency_id)
    shapes = [
        feature(geojson(row.place), kind="post", code=row.code, title=row.name)
        for row in posts
    ]
    if not shapes:
        zones = Zone.objects.visible_to(actor).filter(owner=actor.agency_id)
        shapes = [
            feature(geojson(row.area), kind="zone", code=row.code, title=row.name)
            for row in zones
        ]
    return answer(collection(shapes))


@officer_required
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Answer zones, routes, checkpoints, posts and border sections."""
    return answer(collection(_places(actor_of(request))))


def _places(actor: Actor) -> Iterator[dict[str, Any]]:
    kinds: list[tuple[str, Any, str]] = [
        ("zone", Zone, "area"),
        ("route", Route, "line"),
        ("checkpoint", Checkpoint, "place"),
        ("post", Post, "place"),
    ]
    for kind, model, column in kinds:
        for row in model.objects.visible_to(actor).select_related("owner"):
            yield feature(
                geojson(getattr(row, column)),
                id=row.pk,
                kind=kind,
                code=row.code,
                title=row.name,
                owner=row.owner.code,
                url=None if kind == "post" else reverse(kind, args=[row.pk]),
            )
    for section in BorderSection.objects.all():
        yield feature(
            geojson(section.line),
            id=section.code,
            kind="border_section",
            code=section.code,
            title=section.name,
            status=section.status,
            states=section.states,
        )
