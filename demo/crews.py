"""Simulated crews: they start what is due, send positions and come back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from demo.client import AgencyClient, Json, Refused, refusals_are_fine
from demo.geodesy import distance_km, nearest_km
from demo.geography import Crew, RouteSpec, routes

log = structlog.get_logger(__name__)

FEWEST, MOST = 8, 12
BATCH_S = 5.0
_FIXES = 2
_LATE = timedelta(minutes=5)
_REACH_KM = 40


@dataclass
class Outing:
    """A patrol under way: its crew, and the system of the agency that leads it."""

    patrol: Json
    client: AgencyClient
    crew: Crew
    sent_at: datetime


class Crews:
    """All crews that are out; the API is their only memory."""

    def __init__(
        self, clients: Mapping[str, AgencyClient], rng: random.Random, speed: float
    ) -> None:
        """Nobody is out yet, as far as is known."""
        self.clients, self.rng, self.speed = clients, rng, speed
        self.out: dict[str, Outing] = {}
        # Code and geometry of the routes, by id; there are two dozen.
        self._ways: dict[str, RouteSpec | None] = {}

    def review(self) -> None:
        """Bring what is known in line with the API, then keep enough crews out."""
        now = datetime.now(UTC)
        found: dict[str, Outing] = {}
        for client in self.clients.values():
            self._open_due(client, now)
            rows = client.rows(
                "patrols/", state="under_way", lead=client.agency, limit=100
            )
            for patrol in rows:
                if _moment(patrol["ends_at"]) <= now:
                    self._complete(client, patrol)
                elif outing := self._known(client, patrol):
                    found[patrol["id"]] = outing
        self.out = found
        for outing in self._surplus():
            self._complete(outing.client, outing.patrol)
            del self.out[outing.patrol["id"]]
        if len(self.out) < FEWEST:
            self._send_out(now)

    def send_positions(self) -> int:
        """Let every crew go on and say where it is; return how many were sent."""
        sent = 0
        for outing in list(self.out.values()):
            try:
                sent += self._send(outing)
            except Refused as refusal:
                # Completed, cancelled or withdrawn meanwhile.
                log.info("crew_refused", agency=outing.client.agency, why=str(refusal))
                self.out.pop(outing.patrol["id"], None)
        return sent

    def _send(self, outing: Outing) -> int:
        now = datetime.now(UTC)
        elapsed_s = min((now - outing.sent_at).total_seconds(), 60.0)
        if elapsed_s < 1:
            return 0
        step_s = elapsed_s / _FIXES
        fixes = []
        for number in range(1, _FIXES + 1):
            outing.crew.advance(step_s * self.speed)
            at = now - timedelta(seconds=step_s * (_FIXES - number))
            fix = outing.crew.fix(at)
            fixes.append(
                {
                    "at": at.isoformat(),
                    "place": {"type": "Point", "coordinates": [fix.lon, fix.lat]},
                    "speed_mps": round(fix.speed_mps, 2),
                    "heading_deg": round(fix.heading, 1) % 360,
                    "accuracy_m": 8.0,
                    "device": f"{outing.client.agency.lower()}-sim",
                }
            )
        body = {"patrol": outing.patrol["id"], "fixes": fixes}
        # A position counts once anyway, so no key is spent on it.
        outing.client.post("positions/", body, once=False)
        outing.sent_at = now
        return len(fixes)

    def _known(self, client: AgencyClient, patrol: Json) -> Outing | None:
        """Return the crew of a patrol, put where it was last if it is new to us."""
        if outing := self.out.get(patrol["id"]):
            outing.patrol = patrol
            return outing
        way = self._way(client, patrol.get("route"))
        if way is None:
            return None
        start_km = 0.0
        if place := patrol.get("last_place"):
            start_km = nearest_km(way.points, *place["coordinates"])
        crew = Crew(way, self.rng, start_km)
        crew.pause_s = min(crew.pause_s, self.rng.uniform(0, 60))
        return Outing(patrol, client, crew, datetime.now(UTC) - timedelta(seconds=4))

    def _way(self, client: AgencyClient, route_id: str | None) -> RouteSpec | None:
        if route_id is None:
            return None
        if route_id not in self._ways:
            code = client.get(f"routes/{route_id}/").get("code")
            known = (spec for spec in routes() if spec.code == code)
            self._ways[route_id] = next(known, None)
        return self._ways[route_id]

    def _open_due(self, client: AgencyClient, now: datetime) -> None:
        """Consent to what comes up soon, start what is due, call off what is missed."""
        soon = (now + timedelta(hours=2)).isoformat()
        due = client.rows(
            "patrols/",
            state=["planned", "proposed", "agreed"],
            starts_before=soon,
            limit=100,
        )
        for patrol in due:
            with refusals_are_fine(client.agency):
                self._open(client, patrol, now)

    def _open(self, client: AgencyClient, patrol: Json, now: datetime) -> None:
        path, is_lead = f"patrols/{patrol['id']}", patrol["lead"] == client.agency
        if _moment(patrol["ends_at"]) < now + _LATE:
            if is_lead:
                client.post(f"{path}/cancel/", {"reason": "No crew reported in time"})
            return
        if _is_asked(client.agency, patrol):
            patrol = client.post(f"{path}/agree/")
        is_ready = patrol["state"] == "agreed" and is_lead
        if is_ready and _moment(patrol["starts_at"]) <= now:
            client.post(f"{path}/start/")

    def _complete(self, client: AgencyClient, patrol: Json) -> None:
        with refusals_are_fine(client.agency):
            client.post(f"patrols/{patrol['id']}/complete/")

    def near(self, agency: str, lon: float, lat: float) -> Outing | None:
        """Return a crew of an agency that could be at a place within the hour."""
        own = [o for o in self.out.values() if o.client.agency == agency]
        for outing in own:
            here = outing.crew.place
            if distance_km(lon, lat, *here) < _REACH_KM:
                return outing
        return None

    def _surplus(self) -> Iterable[Outing]:
        """Return those too many, the ones that have been out longest."""
        out = sorted(self.out.values(), key=lambda outing: outing.patrol["ends_at"])
        return out[: max(0, len(out) - MOST)]

    def _send_out(self, now: datetime) -> None:
        """Plan one more patrol on the way of a programme, and let it go."""
        client = self.rng.choice(list(self.clients.values()))
        programmes = client.rows("programmes/", is_active="true", limit=100)
        taken = {outing.patrol["route"] for outing in self.out.values()}
        free = [
            programme
            for programme in programmes
            if client.agency in programme["entitlements"]
            and self.clients.keys() >= programme["entitlements"].keys()
            and programme["route"] not in taken
            and self._way(client, programme["route"])
        ]
        if not free:
            return
        programme = self.rng.choice(free)
        hours = self.rng.uniform(3, 6) / min(self.speed, 6.0)
        body = {
            "title": f"{programme['name']}, extra",
            "agreement": programme["agreement"],
            "purpose": programme["purpose"],
            "lead": client.agency,
            "participants": sorted(programme["entitlements"]),
            "zone": programme["zone"],
            "route": programme["route"],
            "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(hours=hours)).isoformat(),
        }
        with refusals_are_fine(client.agency):
            patrol = client.post("patrols/", body)
            # The owner first: its consent is the question to the others.
            for code in [
                client.agency,
                *sorted({*body["participants"]} - {client.agency}),
            ]:
                self.clients[code].post(f"patrols/{patrol['id']}/agree/")
            client.post(f"patrols/{patrol['id']}/start/")


def _is_asked(agency: str, patrol: Json) -> bool:
    """Whether a patrol waits for this agency: its proposal, or its answer."""
    if patrol["state"] == "planned":
        return bool(patrol["owner"] == agency)
    asked = (c for c in patrol["consents"] if c["agency"] == agency)
    is_open = any(consent["state"] == "asked" for consent in asked)
    return is_open and patrol["state"] == "proposed"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
