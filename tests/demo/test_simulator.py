"""``manage.py simulate`` against a running system of its own."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from agencies.context import system
from demo.client import AgencyClient, Away, Platform, Refused, Stopped
from demo.simulator import Simulator
from incidents.models import Incident
from live.models import Event
from tests.database import copy
from tests.demo.conftest import Loaded
from tests.stack import ROOT, Stack, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class DemoStack(Stack):
    """A running system with the demonstration in it."""

    def __init__(self, name: str, blocker: Any, loaded: Loaded) -> None:
        """Take over what was loaded."""
        super().__init__(name, blocker)
        self.loaded = loaded

    @property
    def file(self) -> Path:
        """Where it says how to get in."""
        return self.folder / "demo.json"

    @property
    def env(self) -> dict[str, str]:
        """Without a proxy, the web process is the address."""
        return super().env | {"PUBLIC_URL": self.web_url}

    def up(self) -> None:
        """Start what the API needs."""
        self.start_redis()
        self.make_database()
        for name in ("web", "sequencer"):
            self.start(name)
        for name in ("web", "sequencer"):
            self.wait_for(name)

    def make_database(self) -> None:
        """Copy the demonstration; lead its own systems here."""
        with self.blocker.unblock():
            copy(self.loaded.database, self.name)
        shutil.copy(self.loaded.file, self.file)
        with self.database(), override_settings(PUBLIC_URL=self.web_url):
            self.loaded.load_again(self.file)

    def simulate(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start the simulator; its output goes to a file."""
        with (self.folder / "simulator.log").open("ab") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "manage.py",
                    "simulate",
                    "--file",
                    self.file,
                    *options,
                ],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kinds_since(self, since: datetime) -> Counter[str]:
        """Count the events written since a moment, by kind."""
        with self.database(), system("test"):
            rows = Event.objects.filter(at__gt=since).values_list("kind", flat=True)
            return Counter(rows)


@pytest.fixture(scope="module")
def demo_stack(loaded: Loaded, django_db_blocker: Any) -> Iterator[DemoStack]:
    """Return it for the tests of this module."""
    run = os.environ.get("KARAUL_TEST_DB", "main")
    name = f"demo_{run}_{secrets.token_hex(3)}"
    made = DemoStack(name, django_db_blocker, loaded)
    try:
        made.up()
        yield made
    finally:
        made.down()


def test_the_agencies_come_alive(demo_stack: DemoStack) -> None:
    start = timezone.now()
    simulator = demo_stack.simulate("--speed", "8", "--seed", "1")
    try:
        wait_until(
            lambda: demo_stack.kinds_since(start)["incident.reported"], 60, every=0.3
        )
        wanted = {
            "incident.reported",
            "incident.acknowledged",
            "incident.resolved",
            "patrol.moved",
        }
        wait_until(lambda: wanted <= set(demo_stack.kinds_since(start)), 60, every=0.5)
        # Positions come from each crew that is out.
        with demo_stack.database(), system("test"):
            moved = Event.objects.filter(kind="patrol.moved", at__gt=start)
            assert moved.values("subject_id").distinct().count() >= 8
            assert 15 <= Incident.objects.filter(tear_line_of=None).open().count() <= 45
    finally:
        simulator.send_signal(signal.SIGTERM)
        assert simulator.wait(10) == 0
    log = (demo_stack.folder / "simulator.log").read_text()
    assert "simulator_mishap" not in log, log[-4000:]


def test_it_outlives_the_platform(demo_stack: DemoStack) -> None:
    simulator = demo_stack.simulate("--speed", "20")
    try:
        start = timezone.now()
        wait_until(lambda: demo_stack.kinds_since(start)["patrol.moved"], 30, every=0.3)
        demo_stack.kill("web")
        time.sleep(3)
        assert simulator.poll() is None
        demo_stack.start("web")
        demo_stack.wait_for("web")
        again = timezone.now()
        wait_until(lambda: demo_stack.kinds_since(again)["patrol.moved"], 60, every=0.3)
    finally:
        simulator.terminate()
        assert simulator.wait(10) == 0


def test_one_round_and_an_end(demo_stack: DemoStack) -> None:
    assert demo_stack.simulate("--once").wait(60) == 0
    assert demo_stack.simulate("--seconds", "2").wait(60) == 0


def test_a_token_that_ended_is_fetched_anew(
    demo_stack: DemoStack, request: pytest.FixtureRequest
) -> None:
    platform = Platform(demo_stack.web_url, threading.Event())
    request.addfinalizer(platform.close)
    access = json.loads(demo_stack.file.read_text())["clients"][0]
    client = AgencyClient(platform, access)
    assert client.rows("agencies/")
    client._token = "gone"
    assert client.rows("agencies/")
    with pytest.raises(Refused) as refusal:
        client.get("incidents/00000000-0000-4000-8000-000000000000/")
    assert refusal.value.status == 404
    wrong = AgencyClient(platform, access | {"client_secret": "wrong"})
    with pytest.raises(Refused) as refusal:
        wrong.rows("agencies/")
    assert refusal.value.code == "invalid_client"


def test_patience_ends_when_told_to_stop(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    nowhere = Platform("http://127.0.0.1:9", stop)
    with pytest.raises(Away):
        nowhere.send("GET", "/readyz")
    with pytest.raises(Stopped):
        nowhere.wait_until_ready()
    nowhere.close()
    # Neither does it wait for ever for a file that nobody writes.
    start = time.monotonic()
    Simulator(tmp_path / "none.json", speed=1, stop=stop, seed=None).run(seconds=60)
    assert timedelta(seconds=time.monotonic() - start) < timedelta(seconds=5)
