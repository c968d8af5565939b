"""Loading border sections, zones, routes and crossings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.gis.geos import GEOSGeometry, MultiLineString, MultiPolygon, Point

from agencies.policy import Permission
from demo.cast import STATES
from demo.crossings import crossings
from demo.directory import Directory
from demo.geography import markers, routes, sections, zones
from demo.history import History, Sharing
from live.kinds import Kind
from patrols.models import BorderMarker, BorderSection, Checkpoint, Place, Route, Zone

Row = TypeVar("Row", bound=Place)
# The service that keeps the border in each state.
GUARDS = {"KG": "KG-BS", "KZ": "KZ-BS", "TJ": "TJ-BT", "TM": "TM-BS", "UZ": "UZ-BT"}


class Ground:
    """The places that patrols refer to, by code."""

    def __init__(self, directory: Directory, history: History) -> None:
        """Start with nothing."""
        self.directory, self.history = directory, history
        self.at = directory.now - timedelta(days=92)
        self.zones: dict[str, Zone] = {}
        self.routes: dict[str, Route] = {}

    def load(self) -> None:
        """Load everything, each place with the service in whose state it lies."""
        _load_sections()
        _load_markers()
        for area in zones():
            self.zones[area.code] = self._place(
                Zone,
                area.states,
                area.code,
                area.name,
                Kind.ZONE_CREATED,
                area=MultiPolygon(GEOSGeometry(area.polygon.wkt), srid=4326),
            )
        pairs = {s.code: s.states for s in sections()}
        for way in routes():
            states = sorted(pairs[way.section], key=lambda s: s != way.state)
            self.routes[way.code] = self._place(
                Route,
                states,
                way.code,
                way.name,
                Kind.ROUTE_CREATED,
                line=GEOSGeometry(way.line.wkt, srid=4326),
            )
        for spot in crossings():
            self._place(
                Checkpoint,
                spot.states,
                spot.code,
                spot.name,
                Kind.CHECKPOINT_CREATED,
                place=Point(spot.lon, spot.lat, srid=4326),
            )

    def _place(
        self,
        model: type[Row],
        states: Iterable[str],
        code: str,
        name: str,
        kind: Kind,
        **shape: Any,
    ) -> Row:
        """Add a place of the first of these states, for all its guard's partners."""
        owner = next(GUARDS[state] for state in states if state in STATES)
        officer = self.directory.someone(owner, Permission.PLACE_EDIT)
        row = model(
            owner=self.directory.agencies[owner],
            author=officer,
            code=code,
            name=name,
            tlp="green",
            **shape,
        )
        pacts = self.directory.pacts_of(owner, "patrol", self.directory.now)
        known = [
            pact
            for pact in pacts
            if any(set(p.split("-")) <= set(states) for p in pact.pairs)
        ]
        shared = [
            Sharing(f"agreement:{pact.code}", at=at)
            for pact in known or pacts
            for at in [self.at, *pact.joins_after(self.at)]
        ]
        by = self.directory.actor(officer, self.at)
        self.history.own(row, kind=kind, by=by, at=self.at, shared=shared)
        return row


def _load_markers() -> None:
    """A pillar every few kilometres, numbered along each section."""
    BorderMarker.objects.bulk_create(
        BorderMarker(
            section_id=spec.code,
            number=number,
            place=Point(lon, lat, srid=4326),
            source="invented for the demonstration",
        )
        for spec in sections()
        for number, lon, lat in markers(spec)
    )


def _load_sections() -> None:
    BorderSection.objects.bulk_create(
        BorderSection(
            code=spec.code,
            name=spec.name,
            states=list(spec.states),
            status=spec.status,
            line=MultiLineString(GEOSGeometry(spec.line.wkt), srid=4326),
            source="Natural Earth 1:10m; status invented for the demonstration",
        )
        for spec in sections()
    )
