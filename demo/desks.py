"""Simulated duty desks: they report, acknowledge, assign, resolve and close."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from demo import cast, logbook, scenes
from demo.client import AgencyClient, Json, Refused, refusals_are_fine
from demo.crews import Crews
from demo.geography import SectionSpec, section
from demo.wording import describe, tell

# How many incidents stay open, counted over all agencies.
FEWEST, MANY = 24, 34
_BY_PATROL, _ALONE = 0.15, 0.08
# How often a desk confirms what was reported before it does anything else.
_CONFIRMS = 0.3
_NEXT = {
    "assigned": "acknowledged",
    "acknowledged": "en_route",
    "en_route": "on_scene",
    "on_scene": "done",
}
_REASONS = ["handled"] * 6 + ["handed_over", "no_action", "false_report"]
# When a desk looks again at who its partners are.
_AGREEMENTS_S = 600


class Desks:
    """The desks of all agencies that have a client."""

    def __init__(
        self,
        clients: Mapping[str, AgencyClient],
        crews: Crews,
        rng: random.Random,
        speed: float,
    ) -> None:
        """Remember nothing but whose agreements are which."""
        self.clients, self.crews, self.rng, self.speed = clients, crews, rng, speed
        self._pacts: dict[str, tuple[datetime, list[Json]]] = {}

    # --- reporting

    def report(self) -> None:
        """Report one incident, by whoever it falls to."""
        client, spec, lon, lat, patrol = self._scene()
        category = scenes.category(spec, self.rng)
        scenario = scenes.scenario(spec, category, self.rng)
        told = tell(scenario, describe(spec, lon, lat, self.rng), self.rng)
        occurred_at = datetime.now(UTC) - timedelta(seconds=self.rng.uniform(60, 900))
        body: Json = {
            "category": category,
            "severity": self.rng.choice(scenario.severities),
            "title": told.title,
            "narrative": told.narrative,
            "language": scenario.language,
            "place": {"type": "Point", "coordinates": [lon, lat]},
            "occurred_at": occurred_at.isoformat(),
            "tlp": self.rng.choice(["amber", "amber", "green"]),
            "release_to": self._release_to(client, spec),
        }
        if patrol:
            body["patrol"] = patrol
        if scenario.type:
            body |= {"type": scenario.type, "details": told.details}
        with refusals_are_fine(client.agency):
            client.post("incidents/", body)

    def _scene(self) -> tuple[AgencyClient, SectionSpec, float, float, str | None]:
        """Draw who reports from where; some come from a crew on its way."""
        out = list(self.crews.out.values())
        if out and self.rng.random() < _BY_PATROL:
            outing = self.rng.choice(out)
            lon, lat = outing.crew.place
            spec = section(outing.crew.route.section)
            return outing.client, spec, lon, lat, outing.patrol["id"]
        while True:
            spec = scenes.section(self.rng)
            lon, lat, state = scenes.place(spec, self.rng)
            kinds = {c: cast.AGENCIES[c][1] for c in self.clients if c[:2] == state}
            if kinds:
                category = scenes.category(spec, self.rng)
                agency = scenes.reporter(kinds, category, self.rng)
                return self.clients[agency], spec, lon, lat, None

    def _release_to(self, client: AgencyClient, spec: SectionSpec) -> list[str]:
        """Choose the agreements under which a neighbour of this section reads it."""
        if self.rng.random() < _ALONE:
            return []
        near = [s for s in spec.states if s != client.agency[:2]]
        known = self._agreements(client)
        able = [
            pact
            for pact in known
            if any(party["agency"][:2] in near for party in pact["parties"])
        ]
        chosen = self.rng.sample(able or known, min(len(able or known), 1))
        codes = [f"agreement:{pact['code']}" for pact in chosen]
        if self.rng.random() < 0.2:
            kin = [c for c in cast.AGENCIES if c[:2] == client.agency[:2]]
            kin.remove(client.agency)
            codes.append(f"agency:{self.rng.choice(kin)}")
        return codes

    def _agreements(self, client: AgencyClient) -> list[Json]:
        now = datetime.now(UTC)
        seen = self._pacts.get(client.agency)
        if seen is None or now - seen[0] > timedelta(seconds=_AGREEMENTS_S):
            rows = client.rows("agreements/")
            permit = [row for row in rows if "incident" in row["purposes"]]
            seen = self._pacts[client.agency] = (now, permit)
        return seen[1]

    # --- handling

    def work(self) -> None:
        """Let one desk do one thing about an open incident."""
        client = self.rng.choice(list(self.clients.values()))
        rows = client.rows("incidents/", is_open="true", limit=60)
        self.rng.shuffle(rows)
        for incident in rows:
            with refusals_are_fine(client.agency):
                if self._do(client, incident):
                    return

    def _do(self, client: AgencyClient, incident: Json) -> bool:
        """Do what an incident needs from this desk; return whether it did."""
        path = f"incidents/{incident['id']}"
        if incident["owner"] != client.agency:
            known = {made["agency"] for made in incident["acknowledgements"]}
            if client.agency in known:
                return self._confirm(client, incident)
            client.post(f"{path}/acknowledge/")
            return True
        if self._confirm(client, incident):
            return True
        if incident["state"] in ("reported", "confirmed"):
            return self._assign(client, incident)
        if self.rng.random() < 0.4:
            texts = logbook.PROGRESS + logbook.ON_SCENE
            body = {"text": self.rng.choice(texts), "sharing": "all"}
            client.post(f"{path}/log/", body)
            return True
        return self._advance(client, path)

    def _confirm(self, client: AgencyClient, incident: Json) -> bool:
        """Confirm a new one now and then, one's own or a partner's."""
        if incident["state"] != "reported" or self.rng.random() > _CONFIRMS:
            return False
        client.post(f"incidents/{incident['id']}/confirm/")
        return True

    def _assign(self, client: AgencyClient, incident: Json) -> bool:
        """Send a crew that is near, or the agency's own people."""
        age = datetime.now(UTC) - datetime.fromisoformat(incident["created_at"])
        if age < timedelta(seconds=45 / self.speed):
            return False
        body: Json = {"task": self.rng.choice(logbook.TASKS)}
        outing = self.crews.near(client.agency, *incident["place"]["coordinates"])
        if outing is not None:
            body["patrol"] = outing.patrol["id"]
        else:
            body["agency"] = client.agency
        client.post(f"incidents/{incident['id']}/assign/", body)
        return True

    def _advance(self, client: AgencyClient, path: str) -> bool:
        for response in client.rows(f"{path}/responses/"):
            own = response["agency"] == client.agency
            if own and (state := _NEXT.get(response["state"])):
                verb = f"{path}/responses/{response['id']}/advance/"
                client.post(verb, {"state": state})
                return True
        return False

    def clear(self) -> None:
        """Resolve the oldest while there are many, and close what is resolved."""
        own: list[tuple[str, AgencyClient, Json]] = []
        everything: set[str] = set()
        for client in self.clients.values():
            for row in client.rows("incidents/", is_open="true", limit=200):
                everything.add(row["id"])
                if row["owner"] == client.agency and row["tear_line_of"] is None:
                    own.append((row["created_at"], client, row))
        own.sort(key=lambda item: item[0])
        count = len(everything)
        excess = max(1, count - MANY) if count > FEWEST else 0
        for _at, client, row in own[:excess]:
            with refusals_are_fine(client.agency):
                self._resolve(client, f"incidents/{row['id']}")
        self._close(self.rng.choice(list(self.clients.values())))

    def _resolve(self, client: AgencyClient, path: str) -> None:
        """Resolve; what nobody could confirm in all the time is a false report."""
        try:
            client.post(f"{path}/resolve/")
        except Refused as refusal:
            if refusal.code != "unconfirmed":
                raise
            client.post(f"{path}/close/", {"reason": "false_report"})

    def _close(self, client: AgencyClient) -> None:
        rows = client.rows(
            "incidents/", state="resolved", owner=client.agency, limit=20
        )
        for row in rows[-3:]:
            with refusals_are_fine(client.agency):
                reason = self.rng.choice(_REASONS)
                client.post(f"incidents/{row['id']}/close/", {"reason": reason})
