"""Sixty days of joint patrols behind us, some under way, four weeks ahead."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point

from agencies.policy import Actor, Permission, Role
from demo.consents import Asking
from demo.directory import Directory
from demo.geodesy import destination, distance_km
from demo.geography import Fix as Position
from demo.geography import track_along
from demo.history import History, Sharing
from demo.programmes import Ledger, ProgrammeSpec
from live.kinds import Kind
from patrols.cells import cell_at
from patrols.models import Patrol, PatrolState, Programme
from patrols.rules import series_of

AHEAD = timedelta(days=28)
_CANCELLED = 0.06
_REASONS = [
    "Pass closed by snow",
    "Road blocked by a landslide",
    "Crew called away to an incident",
    "Vehicle out of service, no replacement in time",
    "Put off at the request of the partner agency",
    "Storm warning for the whole day",
]
# How near to its route a patrol is taken to have seen something.
_SIGHT_KM = 18


@dataclass(frozen=True, slots=True)
class Outing:
    """One patrol with the way it takes and the positions it sent."""

    patrol: Patrol
    spec: ProgrammeSpec
    fixes: list[Position]

    def is_out(self, at: datetime) -> bool:
        """Whether the patrol was out at a moment."""
        return bool(self.fixes) and self.fixes[0].at <= at <= self.fixes[-1].at

    def is_near(self, lon: float, lat: float) -> bool:
        """Whether a place lies within sight of the way it took."""
        step = max(1, len(self.fixes) // 30)
        return any(
            distance_km(lon, lat, fix.lon, fix.lat) < _SIGHT_KM
            for fix in self.fixes[::step]
        )

    def place_at(self, at: datetime, rng: random.Random) -> tuple[float, float]:
        """Return a place a little off where the patrol was at a moment."""
        fix = min(self.fixes, key=lambda fix: abs(fix.at - at))
        lon, lat = destination(fix.lon, fix.lat, rng.uniform(0, 360), rng.uniform(0, 2))
        return round(lon, 6), round(lat, 6)


class Outings:
    """All patrols; finds those that were near when something happened."""

    def __init__(self, rng: random.Random) -> None:
        """Start with none."""
        self.rng = rng
        self.known: list[Outing] = []

    def out_at(self, at: datetime) -> Outing | None:
        """Return one of the patrols that were out at a moment."""
        out = [outing for outing in self.known if outing.is_out(at)]
        return self.rng.choice(out) if out else None

    def near(self, agency: str, lon: float, lat: float, at: datetime) -> Patrol | None:
        """Return a patrol, led by the agency, that was near and could respond."""
        for outing in self.known:
            is_led = outing.patrol.lead.code == agency
            if is_led and outing.is_out(at) and outing.is_near(lon, lat):
                return outing.patrol
        return None


class Roster:
    """Fills a programme's past, present and near future with patrols."""

    def __init__(
        self, directory: Directory, history: History, outings: Outings
    ) -> None:
        """Take what is known of the world."""
        self.directory, self.history, self.outings = directory, history, outings
        self.rng = directory.rng
        self.asking = Asking(directory, history)

    def fill(self, spec: ProgrammeSpec, programme: Programme) -> None:
        """Add all patrols of a programme from its first day to its horizon."""
        now, ledger = self.directory.now, Ledger(spec.entitlements)
        first = now - timedelta(days=spec.first_days + 2)
        for start in series_of(programme).starts(first, now + AHEAD):
            is_cancelled = start < now - timedelta(days=1) and (
                self.rng.random() < _CANCELLED
            )
            lead = ledger.next(is_cancelled=is_cancelled)
            patrol, opened_at = self._open(spec, programme, start, lead)
            if is_cancelled:
                self._cancel(patrol)
            elif opened_at < now:
                self._live(spec, patrol)

    def _open(
        self, spec: ProgrammeSpec, programme: Programme, start: datetime, lead: str
    ) -> tuple[Patrol, datetime]:
        """Add one patrol as the rotation opened it, four weeks ahead at most."""
        author = programme.author
        if author is None:
            raise LookupError(f"{programme.code}: no author")
        at = max(programme.created_at + timedelta(minutes=5), start - AHEAD)
        at = min(at, self.directory.now)
        patrol = Patrol(
            owner=programme.owner,
            author=author,
            tlp=programme.tlp,
            level=programme.level,
            programme=programme,
            agreement=programme.agreement,
            purpose=programme.purpose,
            title=programme.name,
            zone=programme.zone,
            route=programme.route,
            recurrence_at=start,
            starts_at=start,
            ends_at=programme.end_after(start),
            lead=self.directory.agencies[lead],
            participants=sorted(spec.entitlements),
            entitlements=spec.entitlements,
        )
        partners = [code for code in sorted(spec.entitlements) if code != spec.owner]
        self.history.own(
            patrol,
            kind=Kind.PATROL_PLANNED,
            by=self.directory.actor(author, at),
            at=at,
            shared=[Sharing(f"agency:{code}") for code in partners],
        )
        return patrol, at

    def _live(self, spec: ProgrammeSpec, patrol: Patrol) -> None:
        """Take a patrol as far as it has come: agreed, started, completed."""
        now = self.directory.now
        agreed_at = self.asking.ask(patrol)
        if agreed_at is None:
            return
        planner = self._someone(patrol, Permission.PATROL_PLAN, agreed_at)
        named_at = agreed_at + timedelta(minutes=self.rng.uniform(10, 200))
        if named_at < now:
            self._name_commander(patrol, planner, named_at)
        started_at = patrol.starts_at + timedelta(minutes=self.rng.uniform(-4, 12))
        if started_at > now:
            return
        runner = self._someone(patrol, Permission.PATROL_RUN, started_at)
        self._step(patrol, Kind.PATROL_STARTED, runner, started_at)
        patrol.state, patrol.started_at = PatrolState.UNDER_WAY, started_at
        ended_at = patrol.ends_at + timedelta(minutes=self.rng.uniform(-25, 15))
        self._send(spec, patrol, started_at, min(ended_at, now))
        if ended_at < now:
            self._step(patrol, Kind.PATROL_COMPLETED, runner, ended_at)
            patrol.state, patrol.ended_at = PatrolState.COMPLETED, ended_at

    def _cancel(self, patrol: Patrol) -> None:
        at = patrol.starts_at - timedelta(hours=self.rng.uniform(2, 30))
        at = max(at, patrol.created_at + timedelta(minutes=20))
        reason = self.rng.choice(_REASONS)
        by = self._someone(patrol, Permission.PATROL_PLAN, at)
        patrol.state, patrol.cancel_reason = PatrolState.CANCELLED, reason
        self._step(patrol, Kind.PATROL_CANCELLED, by, at, reason=reason)

    def _name_commander(self, patrol: Patrol, by: Actor, at: datetime) -> None:
        """Name one who is there and on no other patrol, if there is one."""
        hours = patrol.starts_at, patrol.ends_at
        able = [
            officer
            for officer in self.directory.officers[patrol.lead.code]
            if Role.COMMANDER in officer.roles
            and self.directory.is_free(officer, *hours)
        ]
        if not able:
            return
        patrol.commander = self.rng.choice(able)
        self.directory.take(patrol.commander, *hours)
        self._step(patrol, Kind.PATROL_CHANGED, by, at)

    def _send(
        self, spec: ProgrammeSpec, patrol: Patrol, start: datetime, end: datetime
    ) -> None:
        """Let the crew send its positions."""
        step = self.rng.choice([60, 75, 90, 100, 120])
        fixes = track_along(spec.way, start, end, step, self.rng)
        self.outings.known.append(Outing(patrol, spec, fixes))
        if fixes:
            last = fixes[-1]
            patrol.last_place = Point(last.lon, last.lat, srid=4326)
            patrol.last_cell = cell_at(last.lon, last.lat)
            patrol.last_fix_at = last.at

    def _someone(self, patrol: Patrol, permission: Permission, at: datetime) -> Actor:
        """Return an officer of the lead who may; else of the owner."""
        try:
            officer = self.directory.someone(patrol.lead.code, permission)
        except LookupError:
            officer = self.directory.someone(patrol.owner.code, permission)
        return self.directory.actor(officer, at)

    def _step(
        self, patrol: Patrol, kind: Kind, by: Actor, at: datetime, **detail: str
    ) -> None:
        patrol.version += 1
        patrol.updated_at = at
        self.history.event(kind, by=by, at=at, subject=patrol, detail=detail)
