"""A running system of its own: database, Redis and the real processes.

``Stack`` starts what ``bin/run`` starts in production, with the same commands, on free
ports, over a fresh copy of the database template with the small world in it. The test
process writes to the same database through actions, inside ``with stack.database():``.

    with stack.database():
        incident = stack.report("agency:TJ-BT")
    with stack.socket(session=stack.session("partner")) as socket:
        frame = next_event(socket)

The fixture ``stack`` lives for the whole session and holds web, live and sequencer. One
origin for browsers: ``stack.start("proxy")``, then ``stack.url``.
"""

import json
import os
import secrets
import shutil
import signal
import socket as sockets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as connect_socket

from agencies.context import acting, system
from agencies.models import Officer
from incidents.actions import life
from incidents.models import Incident
from live import pokes
from live.models import Dispatch, Event
from tests.database import SMALL_WORLD, copy, drop, using
from tests.world import PLACE, QUICK_HASHERS, World, standing

ROOT = Path(__file__).resolve().parent.parent
# Patience with a machine that does much else.
PATIENCE = 60.0


def free_port() -> int:
    """Return a port on which nothing listens."""
    with sockets.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def is_busy() -> bool:
    """Whether the machine does much else, so that no time of its can be held to."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def wait_until(
    is_so: Callable[[], Any], seconds: float = 5.0, every: float = 0.02
) -> Any:
    """Return the first true answer, or fail."""
    until = time.monotonic() + seconds
    while True:
        if found := is_so():
            return found
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(every)


class Stack:
    """One running system; ``processes`` are those of ``bin/run``."""

    def __init__(self, name: str, blocker: Any) -> None:
        """Choose names and ports; nothing runs yet."""
        self.blocker = blocker
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="karaul-"))
        self.folder.chmod(0o755)
        self.ports = {n: free_port() for n in ("web", "live", "proxy", "redis")}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.began: dict[str, datetime] = {}
        self.world: World
        self._clients: dict[tuple[str, ...], str] = {}

    # --- addresses

    @property
    def url(self) -> str:
        """The one origin, once the proxy runs."""
        return f"http://localhost:{self.ports['proxy']}"

    @property
    def web_url(self) -> str:
        """Pages and API, without the proxy."""
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def live_url(self) -> str:
        """The socket, without the proxy."""
        return f"ws://127.0.0.1:{self.ports['live']}/ws/live/"

    @property
    def redis_url(self) -> str:
        """The stack's own Redis."""
        return f"redis://127.0.0.1:{self.ports['redis']}/0"

    @property
    def env(self) -> dict[str, str]:
        """What the processes get."""
        database = connections["default"].settings_dict
        place = f"{database['HOST']}:{database['PORT']}/{self.name}"
        return os.environ | {
            "DATABASE_URL": f"postgis://karaul_app@{place}",
            "DATABASE_OWNER_URL": f"postgis://karaul_owner@{place}",
            "REDIS_URL": self.redis_url,
            "WEB_PORT": str(self.ports["web"]),
            "LIVE_PORT": str(self.ports["live"]),
            "PORT": str(self.ports["proxy"]),
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "SECRET_KEY": settings.SECRET_KEY,
            "MEDIA_FOLDER": str(settings.MEDIA_FOLDER),
            "DEMO": "1",
            "WEB_WORKERS": "1",
            "LOG_LEVEL": "INFO",
        }

    # --- life

    def up(self) -> None:
        """Make the database and start everything but the proxy."""
        self.start_redis()
        self.make_database()
        for name in ("web", "live", "sequencer"):
            self.start(name)
        for name in ("web", "live", "sequencer"):
            self.wait_for(name)

    def down(self) -> None:
        """End everything and leave nothing."""
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)
        connections["default"].close()
        drop(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self) -> None:
        """Copy the small world."""
        with self.blocker.unblock():
            copy(SMALL_WORLD, self.name)
        with self.database():
            self.world = standing()

    def start(self, name: str, **more: str) -> None:
        """Start ``bin/run <name>``, or a second of it as ``<name>-2``.

        ``more`` is put into its environment. Its output goes to a file of that name,
        what else it writes to a folder.
        """
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [ROOT / "bin" / "run", name.partition("-")[0]],
                env=self.env | {"RUN_FOLDER": str(self.folder / name)} | more,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.began[name] = timezone.now()

    def wait_for(self, name: str) -> None:
        """Wait until a server answers, or until the sequencer has gone its round."""
        answers = self._answers if name in self.ports else self._sequences

        def is_there() -> bool:
            code = self.processes[name].poll()
            assert code is None, f"{name} ended ({code}):\n{self.log(name)}"
            return answers(name)

        wait_until(is_there, PATIENCE, every=0.1)

    def _answers(self, name: str) -> bool:
        path = "readyz" if name == "live" else "livez"
        try:
            found = httpx.get(f"http://127.0.0.1:{self.ports[name]}/{path}")
        except httpx.HTTPError:
            return False
        return found.status_code == 200

    def _sequences(self, name: str) -> bool:
        began = self.began[name]
        with self.database(), system("test"):
            is_behind = Event.objects.filter(seq__isnull=True).exists()
            return (
                not is_behind and Dispatch.objects.filter(alive_at__gt=began).exists()
            )

    def log(self, name: str) -> str:
        """Return what a process has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a process and its children a signal, and wait for their end."""
        process = self.processes.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)

    def start_redis(self) -> None:
        """Start the stack's own Redis; it keeps nothing."""
        with (self.folder / "redis.log").open("ab") as log:
            self.processes["redis"] = subprocess.Popen(
                ["redis-server", "--bind", "127.0.0.1", "--save", "",
                 "--port", str(self.ports["redis"]), "--dir", str(self.folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        wait_until(self.redis_answers)

    def redis_answers(self) -> bool:
        """Whether Redis is there."""
        try:
            with redis.Redis.from_url(self.redis_url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    # --- the database, from the test process

    @contextmanager
    def database(self) -> Iterator[None]:
        """Read and write the stack's database in this process, with real commits."""
        with (
            self.blocker.unblock(),
            override_settings(PASSWORD_HASHERS=QUICK_HASHERS, REDIS_URL=self.redis_url),
        ):
            pokes.client.cache_clear()
            try:
                with using(self.name):
                    yield
            finally:
                pokes.client().close()
                pokes.client.cache_clear()

    def report(self, *release_to: str, by: str = "owner", **values: Any) -> Incident:
        """Report an incident, with a commit of its own; call it inside ``database``."""
        actor = self.world.actor(by)
        given = {
            "category": "smuggling",
            "severity": "severe",
            "title": "Two men with packs",
            "place": PLACE,
            "occurred_at": timezone.now(),
        }
        with acting(actor):
            return life.report(by=actor, release_to=release_to, **given | values)

    # --- ways in

    def session(self, officer: str) -> str:
        """Return the session cookie's value of a fresh log-in; see ``tests.world``."""
        known = {"admin": self.world.admin_officer} | self.world.officers
        with self.database(), system("authentication"):
            # Read anew: a log-in may have renewed the password's hash.
            person = Officer.objects.get(pk=known[officer].pk)
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        with self.database():
            session.create()
        return str(session.session_key)

    def token(self, agency: str, *scopes: str) -> str:
        """Return an access token of an agency's system, got at ``/oauth/token/``."""
        if (agency, *scopes) not in self._clients:
            with self.database(), acting(self.world.admin):
                client = self.world.client(agency, *scopes)
                self._clients[agency, *scopes] = client.client_id
        answer = httpx.post(
            f"{self.web_url}/oauth/token/",
            data={
                "grant_type": "client_credentials",
                "client_id": self._clients[agency, *scopes],
                "client_secret": "secret",
            },
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def get(
        self, path: str, *, session: str = "", token: str = "", **params: Any
    ) -> httpx.Response:
        """GET from the web process with a session or a bearer token."""
        headers = {"Host": "localhost"}
        if session:
            headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.get(
            f"{self.web_url}{path}", headers=headers, params=params, timeout=30
        )

    def socket(
        self,
        *,
        session: str = "",
        token: str = "",
        after: str = "",
        origin: str | None = "own",
        **options: Any,
    ) -> ClientConnection:
        """Open the live socket; use it in a ``with``."""
        headers = []
        if session:
            headers.append(("Cookie", f"{settings.SESSION_COOKIE_NAME}={session}"))
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        own = self.url if session else None
        return connect_socket(
            self.live_url + (f"?after={after}" if after else ""),
            origin=own if origin == "own" else origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            proxy=None,
            **options,
        )


def next_frame(socket: ClientConnection, seconds: float = 10.0) -> dict[str, Any]:
    """Return the next frame of any kind."""
    frame = json.loads(socket.recv(timeout=seconds))
    assert isinstance(frame, dict)
    return frame


def next_event(socket: ClientConnection, seconds: float = 10.0) -> dict[str, Any]:
    """Return the next event, past greetings and beats."""
    until = time.monotonic() + seconds
    while True:
        frame = next_frame(socket, max(0.01, until - time.monotonic()))
        if "id" in frame:
            return frame


def last_words(socket: ClientConnection, seconds: float) -> list[dict[str, Any]]:
    """Return what comes until the server closes, or for a time."""
    until = time.monotonic() + seconds
    heard = []
    with suppress(ConnectionClosed, TimeoutError):
        while True:
            heard.append(next_frame(socket, max(0.01, until - time.monotonic())))
    return heard


@contextmanager
def named(kind: str, blocker: Any) -> Iterator[Stack]:
    """Give a system of which nothing runs yet, under a name of its own; end it."""
    run = os.environ.get("KARAUL_TEST_DB", "main")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "solo")
    made = Stack(f"{kind}_{run}_{worker}_{secrets.token_hex(2)}", blocker)
    try:
        yield made
    finally:
        made.down()


@contextmanager
def running(blocker: Any) -> Iterator[Stack]:
    """Run a system; a module that wants one for itself overrides ``stack`` by it."""
    with named("stack", blocker) as made:
        made.up()
        yield made


@contextmanager
def brokered(kind: str, blocker: Any) -> Iterator[Stack]:
    """Give a database and Redis alone, for workers."""
    with named(kind, blocker) as made:
        made.start_redis()
        made.make_database()
        yield made


@pytest.fixture(scope="session")
def stack(django_db_blocker: Any) -> Iterator[Stack]:
    """Return a running system for the whole session."""
    with running(django_db_blocker) as made:
        yield made
