"""Agencies' systems that report, and repeat each request until it is acknowledged."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx

PATIENCE = 180
PARTNERS = frozenset({"KG-BS", "TJ-BT"})
TO_PARTNER = {"release_to": ["agreement:KG-TJ"]}
# A text that nothing else has.
MARK = "canary-%012x"
MARK_FORM = re.compile(r"canary-[0-9a-f]{12}")


class Refused(Exception):
    """A request that is in order was not taken."""


@dataclass
class Write:
    """One request, the event that it makes, and who is to hear of it."""

    path: str
    body: dict[str, Any]
    kind: str
    readers: frozenset[str]
    level: int
    mark: str
    # The subject's id; known once the report is acknowledged.
    ref: str = ""
    began_at: float = 0.0
    acked_at: float = 0.0

    def is_for(self, agency: str, clearance: int) -> bool:
        """Whether an officer is to hear of it."""
        return agency in self.readers and clearance >= self.level

    @property
    def is_probe(self) -> bool:
        """Whether every officer of both partners is to get it."""
        is_report = self.kind == "incident.reported"
        return is_report and self.readers == PARTNERS and self.level == 0


@dataclass
class Ledger:
    """What was acknowledged, and what it took."""

    done: list[Write] = field(default_factory=list)
    # Requests that were not answered well, by what came instead.
    failures: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def probe(self, since: float) -> Write | None:
        """Return the first report begun after a moment that everybody is to get."""
        fresh = (w for w in list(self.done) if w.is_probe and w.began_at > since)
        return min(fresh, key=lambda write: write.acked_at, default=None)


class Sender:
    """One system's connection; what it sends, it sends until it is acknowledged."""

    def __init__(self, url: str, token: str, ledger: Ledger, seed: str) -> None:
        """Keep who sends where."""
        self.ledger = ledger
        self.dice = random.Random(seed)
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=15)

    def mark(self) -> str:
        """Return a text that nothing else has."""
        return MARK % self.dice.getrandbits(48)

    def send(self, write: Write) -> dict[str, Any]:
        """Send until acknowledged; the key makes it once."""
        key = {"Idempotency-Key": str(UUID(int=self.dice.getrandbits(128)))}
        write.began_at = time.monotonic()
        answer = self._insist("POST", write.path, json=write.body, headers=key)
        write.acked_at = time.monotonic()
        found: dict[str, Any] = answer.json()
        write.ref = write.ref or found["id"]
        self.ledger.done.append(write)
        return found

    def get(self, path: str, **params: str) -> Any:
        """Return what is at an address, once it can be had."""
        return self._insist("GET", path, params=params).json()

    def _insist(self, method: str, path: str, **more: Any) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = self._client.request(method, path, **more)
            except httpx.TransportError as error:
                self.ledger.failures[type(error).__name__] += 1
            else:
                if answer.is_success:
                    return answer
                self._require_temporary(answer)
                self.ledger.failures[str(answer.status_code)] += 1
            time.sleep(self.dice.uniform(0.05, 0.4))
        raise Refused(f"{method} {path}: not acknowledged for {PATIENCE} s")

    def _require_temporary(self, answer: httpx.Response) -> None:
        is_running = "idempotency_key_in_use" in answer.text
        if answer.status_code < 500 and not is_running:
            said = f"{answer.request.url} {answer.status_code} {answer.text[:300]}"
            raise Refused(said)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    # --- what is sent

    def report(self, readers: Iterable[str], level: int = 0, **more: Any) -> Write:
        """Report an incident with a mark in its title and its narrative."""
        mark = self.mark()
        body = {
            "category": "smuggling",
            "severity": "severe",
            "title": f"Two men with packs, {mark}",
            "narrative": f"Seen from the ridge, {mark}",
            "place": {"type": "Point", "coordinates": [70.6, 40.1]},
            "occurred_at": datetime.now(UTC).isoformat(),
            "level": level,
        }
        path, kind = "/api/v1/incidents/", "incident.reported"
        write = Write(path, body | more, kind, frozenset(readers), level, mark)
        self.send(write)
        return write

    def log(self, about: Write) -> None:
        """Write a line into an incident's log, for all its readers."""
        mark = self.mark()
        body = {"text": f"They turned back, {mark}", "sharing": "all"}
        path, kind = f"{about.path}{about.ref}/log/", "incident.logged"
        readers, level = about.readers, about.level
        self.send(Write(path, body, kind, readers, level, mark, ref=about.ref))

    def patrols_of_a_programme(self, zone: str) -> None:
        """Register a programme, and wait until the worker has opened its patrols."""
        mark = self.mark()
        body = {
            "agreement": "KG-TJ",
            "code": mark,
            "name": mark,
            "zone": zone,
            "recurrence": "FREQ=DAILY",
            "first_on": date(2026, 1, 1).isoformat(),
            "start_time": "08:00",
            "time_zone": "Asia/Bishkek",
            "duration": "08:00:00",
            "entitlements": {"KG-BS": 2, "TJ-BT": 1},
            "horizon_days": 2,
        }
        path, kind = "/api/v1/programmes/", "programme.created"
        write = Write(path, body, kind, PARTNERS, 0, mark)
        self.send(write)
        while not self.get("/api/v1/patrols/", programme=write.ref)["results"]:
            time.sleep(0.1)


class Writer(threading.Thread):
    """One system that reports at random moments until it is told to stop."""

    def __init__(self, agency: str, sender: Sender) -> None:
        """Keep who reports; nothing is sent yet."""
        super().__init__(daemon=True)
        self.agency = agency
        self.sender = sender
        self.stopping = threading.Event()

    def run(self) -> None:
        """Report; release it or not, and add to the log now and then."""
        dice = self.sender.dice
        try:
            while not self.stopping.is_set():
                self._report(dice)
                self.stopping.wait(dice.uniform(0.05, 0.5))
        except Exception as error:
            self.sender.ledger.refused.append(f"{self.agency}: {error!r}")

    def _report(self, dice: random.Random) -> None:
        level = dice.choice([0, 0, 0, 2])
        if self.agency == "KG-BS" and dice.random() < 0.7:
            made = self.sender.report(PARTNERS, level, **TO_PARTNER)
        else:
            made = self.sender.report({self.agency}, level)
        if dice.random() < 0.3:
            self.sender.log(made)
