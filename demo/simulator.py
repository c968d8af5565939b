"""The simulator: agencies' systems that use the public API, so that something happens.

It holds nothing that the API does not tell it again: it may be killed at any time,
and so may the platform.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from demo.client import AgencyClient, Away, Json, Platform, Refused, Stopped
from demo.crews import BATCH_S, Crews
from demo.desks import Desks

log = structlog.get_logger(__name__)

_MISHAP_S = 5.0


@dataclass
class Job:
    """Something done again and again; ``seconds`` draws the pause after it."""

    name: str
    do: Callable[[], object]
    seconds: Callable[[], float]
    due: float


class Simulator:
    """Everything that the simulated agencies do, one thing at a time."""

    def __init__(
        self, path: Path, *, speed: float, stop: threading.Event, seed: int | None
    ) -> None:
        """Take the file that says how to get in."""
        self.path, self.speed, self.stop = path, speed, stop
        self.rng = random.Random(seed)  # noqa: S311 - a story, not a secret
        self.platform: Platform | None = None
        self.jobs: list[Job] = []

    def run(self, *, seconds: float | None = None, is_once: bool = False) -> None:
        """Go on until told to stop, for some seconds, or for one round."""
        try:
            self._connect()
            until = None if seconds is None else time.monotonic() + seconds
            if is_once:
                for job in self.jobs:
                    job.do()
                return
            while until is None or time.monotonic() < until:
                self._next()
        except Stopped:
            pass
        finally:
            if self.platform is not None:
                self.platform.close()
        log.info("simulator_stops")

    def _connect(self) -> None:
        """Read who may get in, wait for the platform, begin afresh."""
        access = self._access()
        if self.platform is not None:
            self.platform.close()
        platform = self.platform = Platform(access["url"], self.stop)
        platform.wait_until_ready()
        clients = {
            given["agency"]: AgencyClient(platform, given)
            for given in access["clients"]
        }
        crews = Crews(clients, self.rng, self.speed)
        desks = Desks(clients, crews, self.rng, self.speed)
        self.jobs = self._jobs(crews, desks)
        log.info("simulator_starts", url=access["url"], agencies=len(clients))

    def _access(self) -> Json:
        while True:
            try:
                found = json.loads(self.path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                found = None
            if found and found.get("clients"):
                return dict(found)
            if self.stop.wait(1.0):
                raise Stopped

    def _jobs(self, crews: Crews, desks: Desks) -> list[Job]:
        """Return what is done how often: the first incident comes at once."""
        now, pace = time.monotonic(), 1 / self.speed

        def every(seconds: float, least: float) -> Callable[[], float]:
            return lambda: max(least, seconds * pace)

        def between() -> float:
            return max(0.5, self.rng.uniform(20, 40) * pace)

        return [
            Job("report", desks.report, between, now),
            Job("review", crews.review, every(30, 5), now + 0.1),
            Job("positions", crews.send_positions, lambda: BATCH_S, now + 1),
            Job("work", desks.work, every(6, 0.5), now + 4),
            Job("clear", desks.clear, every(30, 3), now + 12),
        ]

    def _next(self) -> None:
        """Wait for the job that is due next, and do it."""
        job = min(self.jobs, key=lambda job: job.due)
        wait_s = job.due - time.monotonic()
        if self.stop.wait(max(0.0, min(wait_s, 1.0))):
            raise Stopped
        if wait_s > 1.0:
            return
        self._do(job)
        job.due = time.monotonic() + job.seconds()

    def _do(self, job: Job) -> None:
        """Do a job, and outlive whatever goes wrong."""
        try:
            job.do()
        except Stopped:
            raise
        except Away as error:
            log.warning("platform_away", job=job.name, error=str(error))
            if self.platform is not None:
                self.platform.wait_until_ready()
        except Refused as refusal:
            log.warning("refused", job=job.name, error=str(refusal))
            self._pause()
            if refusal.code == "invalid_client":
                # The database was made anew, and the file with it.
                self._connect()
        except Exception:
            log.exception("simulator_mishap", job=job.name)
            self._pause()

    def _pause(self) -> None:
        if self.stop.wait(_MISHAP_S):
            raise Stopped
