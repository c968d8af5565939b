"""URLs of ``patrols``."""

from typing import Any

from django.urls import path

from patrols.place_exports import FORMATS
from patrols.views import (
    board,
    maps,
    patrols,
    place_files,
    places,
    programmes,
    sharing,
)


def releases(prefix: str, kind: str) -> list[Any]:
    """Return the URLs of a kind of record's releases."""
    given = {"kind": kind}
    return [
        path(
            f"{prefix}<uuid:pk>/releases/",
            sharing.release,
            given,
            name=f"{kind}-release",
        ),
        path(
            f"{prefix}<uuid:pk>/releases/<uuid:release_id>/end/",
            sharing.end,
            given,
            name=f"{kind}-release-end",
        ),
    ]


def places_of(prefix: str, kind: str) -> list[Any]:
    """Return the URLs of a kind of place: its pages, forms and releases."""
    given = {"kind": kind}
    return [
        path(f"{prefix}new/", places.new, given, name=f"{kind}-new"),
        path(f"{prefix}<uuid:pk>/", places.place, given, name=kind),
        path(f"{prefix}<uuid:pk>/edit/", places.edit, given, name=f"{kind}-edit"),
        path(f"{prefix}read/", place_files.read, given, name=f"{kind}-read"),
        *(
            path(
                f"{prefix}<uuid:pk>/{kind}.{name}",
                place_files.download,
                given | {"name": name},
                name=f"{kind}-{name}",
            )
            for name in FORMATS
        ),
        *releases(prefix, kind),
    ]


urlpatterns = [
    path("", board.board, name="patrol-list"),
    path("under-way/", board.under_way, name="patrol-under-way"),
    path("map.geojson", maps.patrols, name="patrol-map"),
    path("tracks.geojson", maps.tracks, name="patrol-tracks"),
    path("places.geojson", maps.places, name="patrol-places"),
    path("around.geojson", maps.around, name="patrol-around"),
    path("home.geojson", maps.home, name="patrol-home"),
    path("new/", patrols.new, name="patrol-new"),
    path("<uuid:pk>/", patrols.patrol, name="patrol"),
    path("<uuid:pk>/edit/", patrols.edit, name="patrol-edit"),
    path("<uuid:pk>/step/", patrols.act, name="patrol-step"),
    path("<uuid:pk>/track.geojson", maps.way, name="patrol-track"),
    path("<uuid:pk>/scene.geojson", maps.scene, name="patrol-scene"),
    *releases("", "patrol"),
    path("programmes/", programmes.programmes, name="programme-list"),
    path("programmes/new/", programmes.new, name="programme-new"),
    path("programmes/<uuid:pk>/", programmes.programme, name="programme"),
    path("programmes/<uuid:pk>/edit/", programmes.edit, name="programme-edit"),
    *releases("programmes/", "programme"),
    path("zones/", places.zones, name="zone-list"),
    *places_of("zones/", "zone"),
    path("routes/", places.routes, name="route-list"),
    *places_of("routes/", "route"),
    *places_of("checkpoints/", "checkpoint"),
    path("sections/", places.sections, name="section-list"),
]
