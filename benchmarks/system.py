"""Real processes to measure: those of ``tests/stack.py``, and the two limits.

Servers run on the first core, the load on the others, so that a run compares like
with like; with one core there is nothing to divide. PostgreSQL, Redis and the
sequencer run where the kernel puts them.
"""

import hashlib
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.context import system
from agencies.models import Client, Officer
from tests.stack import PATIENCE, ROOT, Stack, free_port, wait_until

# Servers that only exist to be compared with.
LIMITS = {"raw", "relay"}
SERVERS = {"web", "live", *LIMITS}
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES = {CORES[0]}
LOAD_CORES = set(CORES[1:] or CORES)


def _as_live() -> list[str]:
    """Return the options with which ``bin/run live`` starts its server."""
    script = (ROOT / "bin" / "run").read_text().replace("\\\n", " ")
    command = next(line for line in script.splitlines() if "exec uvicorn" in line)
    return shlex.split(command.partition('--port "$LIVE_PORT"')[2])


class Open:
    """Outside pytest nothing bars the database."""

    def unblock(self) -> Any:
        """Bar nothing."""
        return nullcontext()


def say(text: str) -> None:
    """Tell whoever waits what happens."""
    print(text, file=sys.stderr, flush=True)


class System(Stack):
    """A running system over a database that is there; use it in a ``with``."""

    def __init__(self, name: str) -> None:
        """Choose ports; nothing runs yet."""
        super().__init__(name, Open())
        self.ports |= {limit: free_port() for limit in LIMITS}
        self.keys = ""

    def __enter__(self) -> Self:
        """Return the system."""
        return self

    def __exit__(self, *error: object) -> None:
        """End all processes; the database stays."""
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def up(self, *names: str) -> None:
        """Start Redis and those processes that do not run yet; wait for them."""
        if "redis" not in self.processes:
            self.start_redis()
        fresh = [name for name in names if name not in self.processes]
        for name in fresh:
            self.start(name)
            if name in SERVERS:
                os.sched_setaffinity(self.processes[name].pid, SERVER_CORES)
        for name in fresh:
            self.wait_for(name)

    def start(self, name: str) -> None:
        """Start a process as in production, or a limit in the same server."""
        if name not in LIMITS:
            super().start(name)
            return
        port = str(self.ports[name])
        env = self.env | {"RUN_FOLDER": str(self.folder / name)}
        command = [str(ROOT / "bin" / "run"), "web"]
        if name == "raw":
            settings_module = "benchmarks.raw_settings"
            env |= {"WEB_PORT": port, "DJANGO_SETTINGS_MODULE": settings_module}
            env["BENCH_KEYS"] = self.keys
        else:
            place = ["--host", "127.0.0.1", "--port", port]
            command = [sys.executable, "-m", "uvicorn", "benchmarks.relay:application"]
            command += [*place, *_as_live()]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                env=env,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.began[name] = timezone.now()

    def wait_for(self, name: str) -> None:
        """Wait for a limit, too."""
        if name not in LIMITS:
            super().wait_for(name)
            return

        def answers() -> bool:
            code = self.processes[name].poll()
            assert code is None, f"{name} ended ({code}):\n{self.log(name)}"
            with suppress(httpx.HTTPError):
                url = f"http://127.0.0.1:{self.ports[name]}/readyz"
                return httpx.get(url).status_code == 200
            return False

        wait_until(answers, PATIENCE, every=0.1)

    def memory(self, name: str) -> int:
        """Return the resident bytes of a process and its children."""
        pid = self.processes[name].pid
        family = [pid, *(int(p) for p in _children(pid))]
        pages = sum(
            int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in family
        )
        return pages * os.sysconf("SC_PAGE_SIZE")

    # --- ways in, without a password's work

    def bearer(self, agency: str, *scopes: str, clearance: int = 3) -> str:
        """Return an access token of an agency's system that lasts a day."""
        token = secrets.token_urlsafe(24)
        with self.database(), system("benchmark"):
            client = self.world.client(agency, *scopes, clearance=clearance)
            get_access_token_model().objects.create(
                token=token,
                application=client,
                scope=" ".join(client.allowed_scopes),
                expires=timezone.now() + timedelta(days=1),
            )
        return token

    def actor_of(self, token: str) -> Any:
        """Return whom a token stands for."""
        checksum = hashlib.sha256(token.encode()).hexdigest()
        tokens = get_access_token_model().objects
        with self.database(), system("benchmark"):
            client = Client.objects.get(accesstoken__token_checksum=checksum)
            assert tokens.filter(token_checksum=checksum).exists()
            return self.world.client_actor(client)

    def sessions(self, prefix: str, count: int) -> list[str]:
        """Return fresh sessions of the first officers whose names begin so."""
        with self.database(), system("benchmark"):
            people = Officer.objects.filter(username__startswith=prefix)
            rows = [_session(one) for one in people.order_by("username")[:count]]
            Session.objects.bulk_create(rows)
        return [row.session_key for row in rows]


def _session(officer: Officer) -> Session:
    content = {
        SESSION_KEY: str(officer.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
        HASH_SESSION_KEY: officer.get_session_auth_hash(),
    }
    return Session(
        session_key=secrets.token_hex(16),
        session_data=SessionStore().encode(content),
        expire_date=timezone.now() + timedelta(days=1),
    )


def _children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
