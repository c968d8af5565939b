"""The whole system over a PostgreSQL and a Redis of its own, which may be crashed.

``bin/faults`` starts those two and names them in the environment.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import StringIO

import redis
from celery.beat import PersistentScheduler
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.policy import Actor
from benchmarks.system import Open
from config.celery import app
from tests.database import in_use
from tests.patrols.series import a_zone
from tests.stack import ROOT, Stack, wait_until
from tests.world import DUTY, PASSWORD, build

# The first can be started before there are tables.
EARLY = ("web", "worker", "proxy")
LATE = ("live", "sequencer")
PROCESSES = EARLY + LATE
BEATS = ("beat-1", "beat-2")
# Of ten officers: agency and clearance.
WATCH = [
    *[("TJ-BT", 3)] * 4,
    *[("TJ-BT", 0)] * 2,
    *[("KG-BS", 3), ("KG-BS", 0)],
    *[("KZ-BS", 3), ("KZ-BS", 0)],
]
LENT_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Seat:
    """An officer who watches, with a session."""

    agency: str
    clearance: int
    session: str


class Faulted(Stack):
    """Processes, servers, and the ways in which each of them is ended."""

    def __init__(self) -> None:
        """Choose ports; nothing runs yet but the two servers."""
        super().__init__(in_use(), Open())
        self.ports["redis"] = int(os.environ["REDIS_PORT"])
        # Each incident that was released for a moment, and its title.
        self.lent: dict[str, str] = {}
        self.zone = ""
        # Processes that ended though nobody ended them.
        self.ended: list[str] = []
        self._hands = threading.Lock()
        self._ending = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    # --- life

    def up(self) -> None:
        """Make the small world and start everything but the beats."""
        for name in EARLY:
            self.start(name)
        with self.database():
            call_command("migrate", database="owner", stdout=StringIO())
            self.world = build()
            self.zone = str(a_zone(self.world.owner).pk)
        for name in LATE:
            self.start(name)
        for name in PROCESSES:
            self.wait_for(name)
        self._supervisor.start()

    def down(self) -> None:
        """End all processes; the servers are ended by who started them."""
        self._ending.set()
        with self._hands:
            for name in list(self.processes):
                self.kill(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def cause(self, fault: Callable[["Faulted", float], None], away: float) -> None:
        """Let a fault happen; what it ends, it starts again itself."""
        with self._hands:
            fault(self, away)

    def _supervise(self) -> None:
        """Start again what ends by itself, as ``docker-compose.yml`` has it."""
        while not self._ending.wait(0.2):
            with self._hands:
                ended = [n for n, p in self.processes.items() if p.poll() is not None]
                for name in ended:
                    self.ended.append(name)
                    self.kill(name)
                    self.start(name)

    # --- faults: each ends something without a word, and starts it after a while

    def interrupt(self, name: str, away: float) -> None:
        """Kill a process."""
        self.kill(name)
        time.sleep(away)
        self.start(name)
        self.wait_for(name)

    def crash(self, server: str, away: float) -> None:
        """End PostgreSQL or Redis as a power cut would."""
        services("crash", server)
        time.sleep(away)
        services("start")

    def power_cut(self, away: float) -> None:
        """End everything at once, the proxy too."""
        for name in PROCESSES:
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        for server in ("postgres", "redis"):
            services("crash", server)
        for name in PROCESSES:
            self.kill(name)
        time.sleep(away)
        services("start")
        for name in PROCESSES:
            self.start(name)
        for name in PROCESSES:
            self.wait_for(name)

    def flush(self, _away: float) -> None:
        """Let Redis forget everything."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()

    def stop_tasks(self, _away: float) -> None:
        """End what writes by itself."""
        for name in {"worker", *BEATS} & set(self.processes):
            self.kill(name)

    # --- two schedules at once

    def two_beats(self, _away: float) -> None:
        """Start two beats that find everything due, while the worker is away.

        So each task waits twice, and the worker's processes begin both at once.
        Releases end meanwhile. One beat goes on, as it should be.
        """
        self.kill("worker")
        until = self._lend()
        for name in BEATS:
            if name in self.processes:
                self.kill(name)
            self._start_beat(name)
        entries = settings.CELERY_BEAT_SCHEDULE.values()
        usual = [e for e in entries if e["task"] not in settings.CELERY_TASK_ROUTES]
        due = len(BEATS) * len(usual)
        with redis.Redis.from_url(self.redis_url) as client:
            wait_until(lambda: client.llen("celery") >= due, 60)
            wait_until(lambda: timezone.now() > until, 60)
            self.start("worker")
            wait_until(lambda: client.llen("celery") == 0, 60)
        self.kill("beat-2")
        wait_until(self._has_ended, 60)

    def _lend(self) -> datetime:
        """Release two incidents for a moment; return when that is over."""
        until = timezone.now() + timedelta(seconds=LENT_SECONDS)
        with self.database():
            by = self.world.owner
            for _n in range(2):
                title = f"Lent {len(self.lent)}"
                incident = self.report(title=title)
                self.lent[str(incident.pk)] = title
                with acting(by):
                    give = partial(releases.release, record=incident, by=by)
                    give(to="agreement:KG-TJ", expires_at=until)
        return until

    def _has_ended(self) -> bool:
        with self.database(), system("test"):
            return not Release.objects.expired().exists()

    def _start_beat(self, name: str) -> None:
        """Start a beat that slept for a day."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        scheduler = PersistentScheduler(app, schedule_filename=str(folder / "beat"))
        for entry in scheduler.schedule.values():
            entry.last_run_at = timezone.now() - timedelta(days=1)
        scheduler.close()
        self.start(name)

    # --- ways in

    def bearer(self, agency: str) -> str:
        """Return a token of an agency's system that lasts as long as any run."""
        token = self.token(agency)
        with self.database(), system("test"):
            until = timezone.now() + timedelta(days=2)
            get_access_token_model().objects.update(expires=until)
        return token

    def seats(self, officers: int) -> list[Seat]:
        """Create officers, most of them of the partner, and log them in."""
        with self.database():
            self._create(officers, self.world.admin)
        # Their creation is behind everybody's start.
        self.wait_for("sequencer")
        return [
            Seat(*WATCH[n % len(WATCH)], self.session(f"watch-{n}"))
            for n in range(officers)
        ]

    def _create(self, officers: int, by: Actor) -> None:
        with acting(by):
            for n in range(officers):
                agency, clearance = WATCH[n % len(WATCH)]
                name = f"watch-{n}"
                self.world.officers[name] = accounts.create_officer(
                    username=name,
                    password=PASSWORD,
                    agency=self.world.agencies[agency],
                    name=name,
                    clearance=clearance,
                    roles=DUTY,
                    by=by,
                )


def services(*verb: str) -> None:
    """Start, stop or crash the two servers."""
    subprocess.run([ROOT / "bin" / "services", *verb], check=True)
