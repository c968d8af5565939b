"""What breaks, and what must still hold: each entitled reader gets each event once."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connections
from websockets.exceptions import ConnectionClosed

from agencies.context import acting
from live import cursors, journal
from live.kinds import Kind
from tests.database import cursor_in
from tests.live.test_stream import head
from tests.stack import Stack, next_event, next_frame, wait_until


def fresh(stack: Stack, officer: str, after: str) -> list[dict[str, Any]]:
    """Return what the feed has after a place, asked for anew."""
    session = stack.session(officer)
    found: list[dict[str, Any]] = []
    while True:
        page = stack.get("/api/v1/events/", session=session, after=after).json()
        if not page["results"]:
            return found
        found += page["results"]
        after = page["cursor"]


@contextmanager
def late_commit(stack: Stack, incident: Any) -> Iterator[threading.Event]:
    """Write an event first, in a transaction of its own that commits when told to."""
    written, go = threading.Event(), threading.Event()

    def write() -> None:
        by = stack.world.owner
        try:
            with acting(by):
                journal.record(Kind.INCIDENT_CHANGED, by=by, subject=incident)
                written.set()
                go.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(10)
    try:
        yield go
    finally:
        go.set()
        thread.join(30)


def test_late_commit(stack: Stack) -> None:
    """First written, last committed: delivered last, and not lost."""
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        start = next_frame(socket)["cursor"]
        incident = stack.report("agency:TJ-BT")
        next_event(socket)
        with late_commit(stack, incident) as go:
            early = stack.report("agency:TJ-BT")
            assert next_event(socket)["ref"]["id"] == str(early.pk)
            go.set()
            late = next_event(socket)
        assert (late["kind"], late["ref"]["id"]) == (
            "incident.changed", str(incident.pk),
        )  # fmt: skip
        feed = fresh(stack, "partner", start)
        assert [frame["id"] for frame in feed][-1] == late["id"]
        assert len(feed) == 3


def test_socket_killed_again_and_again(stack: Stack) -> None:
    """Cut connections during writes, one commit late: the same set as a fresh read."""
    session = stack.session("partner")
    with stack.database():
        cursor = start = head(stack, "partner")
        incident = stack.report("agency:TJ-BT")
        heard: list[dict[str, Any]] = []

        def write() -> None:
            try:
                for _n in range(40):
                    stack.report("agency:TJ-BT")
                    time.sleep(0.01)
            finally:
                connections.close_all()

        writer = threading.Thread(target=write)
        with late_commit(stack, incident) as go:
            writer.start()
            for _cut in range(6):
                with stack.socket(session=session, after=cursor) as socket:
                    for _frame in range(5):
                        heard.append(next_event(socket))
                        cursor = heard[-1]["cursor"]
                    # Cut it, without a word.
                    socket.socket.close()
            go.set()
        writer.join(30)
        with (
            stack.socket(session=session, after=cursor) as socket,
            suppress(TimeoutError),
        ):
            while len(heard) < 42:
                heard.append(next_event(socket))
        assert [f["id"] for f in heard] == [
            f["id"] for f in fresh(stack, "partner", start)
        ]
        assert len(heard) == 42


def test_redis_dies_and_comes_back(stack: Stack) -> None:
    """Without pokes, the polls carry on; afterwards it is quick again."""
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        next_frame(socket)
        stack.kill("redis")
        rows = [stack.report("agency:TJ-BT") for _ in range(3)]
        assert [next_event(socket)["ref"]["id"] for _ in rows] == [
            str(row.pk) for row in rows
        ]
        stack.start_redis()
        rows = [stack.report("agency:TJ-BT") for _ in range(3)]
        assert [next_event(socket)["ref"]["id"] for _ in rows] == [
            str(row.pk) for row in rows
        ]

        def is_quick() -> bool:
            stack.report("agency:TJ-BT")
            began = time.monotonic()
            next_event(socket)
            return time.monotonic() - began < 0.4

        wait_until(is_quick, 15)


def test_redis_hangs(stack: Stack) -> None:
    """A Redis that takes connections and says nothing holds up nobody for long."""
    redis = stack.processes["redis"]
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        next_frame(socket)
        redis.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            rows = [stack.report("agency:TJ-BT") for _ in range(5)]
            assert time.monotonic() - began < 4
            for row in rows:
                assert next_event(socket)["ref"]["id"] == str(row.pk)
        finally:
            redis.send_signal(signal.SIGCONT)


def test_sequencer_killed(stack: Stack) -> None:
    """What was written while it was away is ordered when it is back."""
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        next_frame(socket)
        stack.kill("sequencer")
        rows = [stack.report("agency:TJ-BT") for _ in range(5)]
        stack.start("sequencer")
        for row in rows:
            assert next_event(socket, 30)["ref"]["id"] == str(row.pk)


def test_two_sequencers(stack: Stack) -> None:
    """A second one is harmless; told to stop, the first does so in good order."""
    stack.processes["first"] = stack.processes.pop("sequencer")
    stack.start("sequencer")
    stack.wait_for("sequencer")
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        start = next_frame(socket)["cursor"]
        rows = [stack.report("agency:TJ-BT") for _ in range(30)]
        ids = [next_event(socket)["ref"]["id"] for _ in rows]
        assert ids == [str(row.pk) for row in rows]
        places = [cursors.decode(f["cursor"]) for f in fresh(stack, "partner", start)]
        assert places == sorted(set(places))
    process = stack.processes["first"]
    stack.kill("first", signal.SIGTERM)
    assert process.returncode == 0


def test_database_connections_cut(stack: Stack) -> None:
    """Live and sequencer connect again; the socket stays, nothing is lost."""
    with (
        stack.database(),
        stack.socket(session=stack.session("partner")) as socket,
    ):
        next_frame(socket)
        with cursor_in(stack.name, "default") as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone() != (0,)
        connections["default"].close()
        rows = [stack.report("agency:TJ-BT") for _ in range(3)]
        for row in rows:
            assert next_event(socket, 10)["ref"]["id"] == str(row.pk)


def test_live_killed(stack: Stack) -> None:
    """Its clients come back with their cursor and miss nothing."""
    session = stack.session("partner")
    with stack.database():
        with stack.socket(session=session) as socket:
            cursor = next_frame(socket)["cursor"]
            stack.kill("live")
            with suppress(ConnectionClosed, TimeoutError):
                next_frame(socket)
        rows = [stack.report("agency:TJ-BT") for _ in range(3)]
        stack.start("live")
        stack.wait_for("live")
        with stack.socket(session=session, after=cursor) as socket:
            ids = [next_event(socket)["ref"]["id"] for _ in rows]
    assert ids == [str(row.pk) for row in rows]


def test_live_ends_with_a_shout(stack: Stack) -> None:
    """A hub whose pump has died would look alive and tell nobody: it ends instead."""
    process = stack.processes["live"]
    with stack.database(), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE live_event RENAME TO gone")
        try:
            assert process.wait(15) == 70
        finally:
            cursor.execute("ALTER TABLE gone RENAME TO live_event")
    assert "live_task_died" in stack.log("live")
    for name in ("live", "sequencer"):
        stack.kill(name)
        stack.start(name)
        stack.wait_for(name)
