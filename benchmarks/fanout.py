"""One event to many sockets, beside a bare relay in the same server.

Every socket belongs to an officer with a session of their own, half of each of two
agencies, with two clearances: four sets of keys, so that each event is read and
encoded four times. Product and relay get the same number of frames of the same size.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from django.conf import settings

from agencies.context import acting
from agencies.policy import agreement_key
from benchmarks.figures import ROUNDS, Figure, beside, percentile
from benchmarks.relay import CHANNEL
from benchmarks.system import LOAD_CORES, System, say
from incidents.models import Incident
from live import journal, pokes, sequencer
from live.kinds import Kind

PACED = 20
PAUSE = 0.25
BURST = 100_000
PATIENCE = 60
MEGABYTE = 1_000_000
RATE = {"floor": 0.5, "goal": 0.8}
# p99 beside the relay's, with so many sockets.
FLOOR_AT = 1_000
DELAY = {"floor": 2.0, "goal": 1.3}
MEMORY = {"floor": 0.2, "goal": 0.1}


class Crowd:
    """Open sockets in a process of their own (``benchmarks.receivers``)."""

    def __init__(self, port: int, path: str, sockets: list[dict[str, str]]) -> None:
        """Open them all."""
        cores = ",".join(str(core) for core in sorted(LOAD_CORES))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.receivers", cores],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        place = {"host": "127.0.0.1", "port": port, "path": path}
        self.count = len(sockets)
        self.seconds = self._ask("connect", **place, sockets=sockets)["seconds"]

    def forget(self) -> None:
        """Count from here on."""
        self._ask("forget")

    def collect(self, frames: int) -> list[list[float]]:
        """Return the moments at which each socket got its frames."""
        found = self._ask("collect", frames=frames, seconds=PATIENCE)
        times: list[list[float]] = found["times"]
        short = [len(one) for one in times if len(one) != frames]
        if short or found["open"] != self.count:
            raise AssertionError(
                f"{len(short)} sockets got {min(short, default=0)} of {frames} frames;"
                f" {found['open']} of {self.count} are open"
            )
        return times

    def close(self) -> None:
        """Hang up."""
        with self.process as process:
            process.terminate()

    def _ask(self, do: str, **more: Any) -> dict[str, Any]:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("no pipes")
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@dataclass
class Results:
    """What some rounds brought: milliseconds, deliveries a second."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Return the median of the rounds."""
        return float(statistics.median(getattr(self, name)))


class Product:
    """Events written to the journal by the product itself, with real commits."""

    def __init__(self, stack: System) -> None:
        """Find incidents that both agencies see, without clearance."""
        self.stack = stack
        self.actor = stack.world.owner
        agreement = stack.world.agreement
        key = agreement_key(agreement.code, agreement.epoch, 0)
        with acting(self.actor):
            seen = Incident.objects.visible_to(self.actor).select_related("owner")
            own = seen.filter(owner=self.actor.agency_id, audience__contains=[key])
            self.subjects = list(own.filter(expiring__isnull=True)[:PACED])

    def publish(self, events: int) -> float:
        """Write events in one transaction; return the moment before its commit."""
        with acting(self.actor):
            for n in range(events):
                subject = self.subjects[n % len(self.subjects)]
                journal.record(Kind.INCIDENT_CHANGED, by=self.actor, subject=subject)
            return time.monotonic()

    def sample(self) -> bytes:
        """Return what a frame holds."""
        with acting(self.actor):
            one = journal.latest(self.actor.keys, limit=1)[0]
        return json.dumps(one.frame(), default=str, separators=(",", ":")).encode()


class Ordered(Product):
    """The same, from the moment the event stands in its order: the fan-out alone.

    The relay keeps nothing; what the product flushes to disk before (the record, then
    its place in the order) is in the other delays and in the report to the screen.
    """

    def publish(self, events: int) -> float:
        """Write and number events; return the moment before the poke."""
        with acting(self.actor):
            super().publish(events)
            # In this transaction, so that the sequencer finds nothing left to do.
            sequencer.sequence()
        began = time.monotonic()
        pokes.sequenced()
        return began


class Relay:
    """The same frames over Redis, to the bare relay."""

    def __init__(self, stack: System, content: bytes) -> None:
        """Keep the connection and the frame."""
        self.client = redis.Redis.from_url(stack.redis_url)
        self.content = content

    def publish(self, events: int) -> float:
        """Publish; return the moment before."""
        began = time.monotonic()
        pipe = self.client.pipeline(transaction=False)
        for _event in range(events):
            pipe.publish(CHANNEL, self.content)
        pipe.execute()
        return began


def paced(crowd: Crowd, source: Any, results: Results, events: int = PACED) -> None:
    """Send single events, each in peace; keep how long each delivery took."""
    crowd.forget()
    sent = []
    for _event in range(events):
        sent.append(source.publish(1))
        time.sleep(PAUSE)
    times = crowd.collect(events)
    took = [(one[n] - sent[n]) * 1000 for one in times for n in range(events)]
    results.p50.append(percentile(took, 50))
    results.p99.append(percentile(took, 99))


def burst(crowd: Crowd, source: Any, results: Results, deliveries: int) -> None:
    """Send many events at once; keep how many deliveries a second it made."""
    crowd.forget()
    events = max(1, deliveries // crowd.count)
    began = source.publish(events)
    times = crowd.collect(events)
    took = max(one[-1] for one in times) - began
    results.rate.append(events * crowd.count / took)


@contextmanager
def _as_the_product(stack: System) -> Iterator[None]:
    """Write to the stack's database for a whole measurement, without reconnecting."""
    with stack.database():
        pokes.client().ping()
        yield


def measure(
    stack: System,
    counts: tuple[int, ...],
    rounds: int = ROUNDS,
    deliveries: int = BURST,
    events: int = PACED,
) -> Iterator[Figure]:
    """Measure with each number of sockets; the largest says what a socket weighs."""
    stack.up("sequencer")
    cookie = settings.SESSION_COOKIE_NAME
    sessions = stack.sessions("watch-", max(counts))
    origin = stack.url
    cookies = [{"Origin": origin, "Cookie": f"{cookie}={key}"} for key in sessions]
    for count in counts:
        say(f"{count} sockets")
        stack.up("live", "relay")
        _warm(stack, cookies)
        before = stack.memory("live"), stack.memory("relay")
        crowd = Crowd(stack.ports["live"], "/ws/live/", cookies[:count])
        bare = Crowd(stack.ports["relay"], "/", [{} for _one in range(count)])
        product, ordered, limit = Results(), Results(), Results()
        try:
            with _as_the_product(stack):
                source = Product(stack)
                source.publish(1)
                crowd.collect(1)
                relay = Relay(stack, source.sample())
                fanned_out = Ordered(stack)
                for _round in range(rounds):
                    paced(crowd, source, product, events)
                    paced(crowd, fanned_out, ordered, events)
                    paced(bare, relay, limit, events)
                    burst(crowd, source, product, deliveries)
                    burst(bare, relay, limit, deliveries)
            after = stack.memory("live"), stack.memory("relay")
        finally:
            crowd.close()
            bare.close()
            stack.kill("live")
            stack.kill("relay")
        name = f"event to {count:,} sockets"
        rate = product.median("rate"), limit.median("rate")
        yield beside(name, rate[0], "deliveries/s", rate[1], **RATE)
        p50, p99 = limit.median("p50"), limit.median("p99")
        yield beside(f"{name} p50", ordered.median("p50"), "ms", p50)
        goals = DELAY if count == FLOOR_AT else {}
        yield beside(f"{name} p99", ordered.median("p99"), "ms", p99, **goals)
        yield beside(f"{name} from the commit, p50", product.median("p50"), "ms", p50)
        yield beside(f"{name} from the commit, p99", product.median("p99"), "ms", p99)
        yield Figure(f"{name}, opened", count / crowd.seconds, "sockets/s")
    weight = (after[0] - before[0]) / counts[-1] / MEGABYTE
    bare_weight = (after[1] - before[1]) / counts[-1] / MEGABYTE
    yield Figure("memory per socket", weight, "MB", **MEMORY)
    yield Figure("memory per socket of the relay", bare_weight, "MB")


def _warm(stack: System, cookies: list[dict[str, str]]) -> None:
    """Let both servers do all once, so that their memory is what it will be."""
    Crowd(stack.ports["live"], "/ws/live/", cookies[:20]).close()
    Crowd(stack.ports["relay"], "/", [{} for _one in range(20)]).close()
    time.sleep(0.5)
