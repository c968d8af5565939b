"""URLs of ``patrols``."""

from typing import Any

from django.urls import path

from agencies.views import files, sharing
from patrols.place_exports import FORMATS
from patrols.views import (
    board,
    calendar,
    consents,
    coverage,
    echo,
    feeds,
    hand_overs,
    leads,
    ledger,
    maps,
    patrols,
    place_files,
    places,
    programmes,
    replay,
    rosters,
    sections,
    swaps,
)


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
        *sharing.urls(prefix, kind),
    ]


urlpatterns = [
    path("", board.board, name="patrol-list"),
    path("under-way/", board.under_way, name="patrol-under-way"),
    path("map.geojson", maps.patrols, name="patrol-map"),
    path("tracks.geojson", maps.tracks, name="patrol-tracks"),
    path("places.geojson", maps.places, name="patrol-places"),
    path("around.geojson", maps.around, name="patrol-around"),
    path("home.geojson", maps.home, name="patrol-home"),
    path("replay.json", replay.replay, name="patrol-replay"),
    path("patrols.csv", calendar.list_as_table, name="patrol-table"),
    path("calendar/", calendar.page, name="calendar"),
    path("calendar/patrols.csv", calendar.page_as_table, name="calendar-table"),
    path("duties/", calendar.duties, name="duties"),
    path("coverage/", coverage.page, name="coverage"),
    path("coverage/coverage.csv", coverage.page_as_table, name="coverage-table"),
    path("feeds/", feeds.feeds, name="feedkey-list"),
    path("feeds/<uuid:pk>/revoke/", feeds.revoke, name="feedkey-revoke"),
    path("new/", patrols.new, name="patrol-new"),
    path("<uuid:pk>/", patrols.patrol, name="patrol"),
    path("<uuid:pk>/edit/", patrols.edit, name="patrol-edit"),
    path("<uuid:pk>/step/", patrols.act, name="patrol-step"),
    path("<uuid:pk>/log/", patrols.log, name="patrol-log"),
    path("<uuid:pk>/read/", patrols.read_log, name="patrol-log-read"),
    *files.urls("", "patrol"),
    path("<uuid:pk>/counter/", consents.counter, name="patrol-counter"),
    path("<uuid:pk>/track.geojson", maps.way, name="patrol-track"),
    path("<uuid:pk>/scene.geojson", maps.scene, name="patrol-scene"),
    path("<uuid:pk>/lead/", leads.instead, name="patrol-lead"),
    path("<uuid:pk>/hand-over/", hand_overs.act, name="patrol-hand-over"),
    path("<uuid:pk>/stand-down/", leads.stand_down, name="patrol-stand-down"),
    *sharing.urls("", "patrol"),
    path("programmes/", programmes.programmes, name="programme-list"),
    path("programmes/new/", programmes.new, name="programme-new"),
    path("programmes/<uuid:pk>/", programmes.programme, name="programme"),
    path("programmes/<uuid:pk>/edit/", programmes.edit, name="programme-edit"),
    path(
        "programmes/<uuid:pk>/propose/",
        consents.propose_drafts,
        name="programme-propose",
    ),
    path("programmes/<uuid:pk>/leads/", leads.repair, name="programme-repair"),
    path(
        "programmes/<uuid:pk>/commanders/",
        leads.commanders,
        name="programme-commanders",
    ),
    path(
        "programmes/<uuid:pk>/leads/<uuid:leadplan_id>.json",
        leads.certificate,
        name="programme-certificate",
    ),
    path("rosters/", rosters.rosters, name="roster-list"),
    path("rosters/new/", rosters.new, name="roster-new"),
    path("rosters/<uuid:pk>/", rosters.roster, name="roster"),
    path("rosters/<uuid:pk>/progress/", rosters.progress, name="roster-progress"),
    path("rosters/<uuid:pk>/step/", rosters.act, name="roster-step"),
    path("assignments/<uuid:pk>/swap/", swaps.ask, name="assignment-swap"),
    path("swaps/", swaps.swaps, name="swap-list"),
    path("swaps/<uuid:pk>/", swaps.swap, name="swap"),
    path("swaps/<uuid:pk>/step/", swaps.act, name="swap-step"),
    path("<uuid:pk>/wish/", swaps.wish, name="patrol-wish"),
    path("assignments/<uuid:pk>/lock/", rosters.lock, name="assignment-lock"),
    path("ledger/", ledger.agreement_list, name="ledger-list"),
    path("ledger/<slug:code>/", ledger.ledger, name="ledger"),
    path("ledger/<slug:code>/ledger.csv", ledger.as_csv, name="ledger-csv"),
    *sharing.urls("programmes/", "programme"),
    path("zones/", places.zones, name="zone-list"),
    *places_of("zones/", "zone"),
    path("routes/", places.routes, name="route-list"),
    *places_of("routes/", "route"),
    *places_of("checkpoints/", "checkpoint"),
    path("sections/", places.sections, name="section-list"),
    path("sections/<path:code>/", sections.section, name="bordersection"),
    path("echo/", echo.echo, name="place-echo"),
    path("echo.json", echo.echo_json, name="place-echo-json"),
]
