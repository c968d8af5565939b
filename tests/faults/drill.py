"""One fault after the other under load, each until everybody has recovered."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from benchmarks.system import say
from tests.faults.receivers import LONGEST_BACK_OFF, Arrivals, Crowd
from tests.faults.records import Records
from tests.faults.system import Faulted, Seat
from tests.faults.verdict import Findings, judge
from tests.faults.writers import PARTNERS, TO_PARTNER, Ledger, Sender, Write, Writer
from tests.stack import wait_until

# Sockets of one officer, all with one session.
EACH = 4
WRITERS = ("KG-BS", "KG-BS", "KG-BS", "KZ-BS")
PATIENCE = 180
NEVER = float("inf")
FAULTS: dict[str, Callable[[Faulted, float], None]] = {
    "web killed": lambda s, away: s.interrupt("web", away),
    "live killed, all sockets reconnect": lambda s, away: s.interrupt("live", away),
    "worker killed": lambda s, away: s.interrupt("worker", away),
    "sequencer killed": lambda s, away: s.interrupt("sequencer", away),
    "Redis killed": lambda s, away: s.crash("redis", away),
    "Redis flushed": Faulted.flush,
    "PostgreSQL ended `-m immediate`": lambda s, away: s.crash("postgres", away),
    "two beats at once, worker killed": Faulted.two_beats,
    "power cut: all of them at once": Faulted.power_cut,
}
# Left out of the short form: the second worker, and the sum of the others.
LONG = {"worker killed", "power cut: all of them at once"}


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds after a fault at which something went well that began after it."""

    fault: str
    # Into the run.
    at: float
    # Until all that was ended had been started again, and answered.
    back: float
    # A report was acknowledged; it was at the first socket; at the last.
    write: float
    frame: float
    everyone: float
    # The worker had opened the patrols of a new programme.
    task: float


class Drill:
    """A running system, its writers and receivers, and what became of them."""

    def __init__(
        self, stack: Faulted, seed: int, sockets: int, *, is_short: bool
    ) -> None:
        """Enrol everybody; nothing is written yet."""
        self.stack = stack
        self.causes = sorted(set(FAULTS) - (LONG if is_short else set()))
        # The longest pause, before a fault and before a new start.
        self.pause = 0.5 if is_short else 2.0
        self.seed = seed
        self.dice = random.Random(seed)
        self.ledger = Ledger()
        self.began = time.monotonic()
        officers = stack.seats(-(-sockets // EACH))
        seats = (officers * EACH)[:sockets]
        origin = stack.url
        self.crowd = Crowd(
            f"{origin.replace('http', 'ws')}/ws/live/",
            origin,
            seats,
            seed,
            longest_back_off=2 if is_short else LONGEST_BACK_OFF,
        )
        self.tokens = {agency: stack.bearer(agency) for agency in set(WRITERS)}
        self.probes = {a: self._sender(a, f"probe {a}") for a in sorted(self.tokens)}
        self.writers = [
            Writer(agency, self._sender(agency, str(n)))
            for n, agency in enumerate(WRITERS)
        ]

    def _sender(self, agency: str, name: str) -> Sender:
        seed = f"{self.seed}-{name}"
        return Sender(self.stack.url, self.tokens[agency], self.ledger, seed)

    def run(self, seconds: float) -> list[Recovery]:
        """Cause each fault once, and again until the time is over.

        What never recovers ends it; the verdict says what is missing.
        """
        self.crowd.open()
        wait_until(lambda: self.crowd.is_open, PATIENCE)
        say(f"{len(self.crowd.receivers)} sockets are open; seed {self.seed}")
        for writer in self.writers:
            writer.start()
        found: list[Recovery] = []
        self.began = time.monotonic()
        while True:
            for name in self.dice.sample(self.causes, len(self.causes)):
                is_first_round = len(found) < len(self.causes)
                if not is_first_round and time.monotonic() - self.began > seconds:
                    return found
                time.sleep(self.dice.uniform(0.1, self.pause))
                found.append(self._cause(name))
                if found[-1].everyone == NEVER:
                    return found

    def _cause(self, name: str) -> Recovery:
        """Cause a fault; return how long it was felt."""
        began = time.monotonic()
        self.stack.cause(FAULTS[name], self.dice.uniform(0.1, self.pause))
        back = time.monotonic()
        self.probes["KG-BS"].patrols_of_a_programme(self.stack.zone)
        task = time.monotonic()
        probe: Write = wait_until(partial(self.ledger.probe, began), PATIENCE)
        is_over = self._reaches_all(probe)
        seen = self.crowd.arrivals.get(probe.ref, Arrivals(NEVER))
        last = seen.last if is_over else NEVER
        moments = (back, probe.acked_at, seen.first, last, task)
        found = Recovery(name, began - self.began, *(m - began for m in moments))
        say(row(found))
        return found

    def _reaches_all(self, write: Write) -> bool:
        """Wait until all sockets are open and a report is at all that are to get it."""
        count = sum(
            write.is_for(one.seat.agency, one.seat.clearance)
            for one in self.crowd.receivers
        )

        def is_everywhere() -> bool:
            seen = self.crowd.arrivals.get(write.ref)
            return seen is not None and seen.count >= count and self.crowd.is_open

        try:
            wait_until(is_everywhere, PATIENCE)
        except AssertionError:
            return False
        return True

    def end(self) -> Findings:
        """Let all writes be acknowledged, then judge every receiver.

        The feed has one order: whoever got the last report got all before it.
        """
        for writer in self.writers:
            writer.stopping.set()
        for writer in self.writers:
            writer.join(PATIENCE)
        self.stack.cause(Faulted.stop_tasks, 0)
        released = self.probes["KG-BS"].report(PARTNERS, **TO_PARTNER)
        last = [sender.report({agency}) for agency, sender in self.probes.items()]
        all(self._reaches_all(write) for write in (released, *last))
        self.crowd.close()
        return self._judged()

    def _judged(self) -> Findings:
        self.records = Records.of(self.stack)
        done = self.ledger.done
        starts = {one.seat: one.start for one in self.crowd.receivers}
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(self._feed, starts, starts.values())
            feeds = dict(zip(starts, found, strict=True))
        total = Findings()
        for one in self.crowd.receivers:
            due = self.records.due(one.seat, done, self.stack.lent)
            total.add(judge(one.connections, due, feeds[one.seat]))
        return total

    def _feed(self, seat: Seat, after: str) -> list[str]:
        """Return the ids that the list has for an officer after a place."""
        found: list[str] = []
        while True:
            answer = self.stack.get(
                "/api/v1/events/", session=seat.session, after=after
            )
            page = answer.raise_for_status().json()
            if not page["results"]:
                return found
            found += [frame["id"] for frame in page["results"]]
            after = page["cursor"]

    def faults(self, found: Findings) -> dict[str, int]:
        """Return how often what went wrong that must not."""
        thrown_out = sum(self.crowd.ends[code] for code in ("4400", "4401", "4403"))
        return {
            **found.faults,
            **self.records.faults(self.ledger.done),
            "requests refused": len(self.ledger.refused),
            "sockets thrown out": thrown_out,
            "sockets told to begin anew": self.crowd.signs["resync"],
        }


def row(one: Recovery) -> str:
    """Return a line of the table."""
    seconds = (one.back, one.write, one.frame, one.everyone, one.task)
    cells = [one.fault, f"{one.at:.0f}", *(f"{value:.1f}" for value in seconds)]
    return f"| {' | '.join(cells)} |"
