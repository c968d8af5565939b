"""What the database, the rights, the journal and the sockets give each person.

Each ``check_*`` compares one channel with the oracle, for everybody in town, and
fails with who saw what. They are cheap: the machine runs them after every step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.test import Client as Browser

from agencies.context import acting, system
from agencies.errors import NotFound, Refused
from agencies.policy import require
from agencies.records import Owned, guarded_models, record_model
from live import feed, journal, sequencer
from live.hub import Hub
from live.models import Event
from live.readers import Credential
from live.sockets import Code, Socket
from tests.leaks.oracle import BOUNDED, RECORDS, RULES
from tests.leaks.town import Town

Row = tuple[str, UUID]


def rows_in_tables() -> set[Row]:
    """Return every guarded row that the database role is given without any filter."""
    parts = [
        f"SELECT '{m.type_name()}', id FROM \"{m._meta.db_table}\""
        for m in guarded_models()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return set(cursor.fetchall())


def rows_of_querysets(actor: Any) -> set[Row]:
    """Return every guarded row that ``visible_to`` gives, the policies apart."""
    return {
        (model.type_name(), pk)
        for model in guarded_models()
        for pk in model.objects.visible_to(actor).values_list("pk", flat=True)
    }


def check_database(town: Town) -> None:
    """Row-level security and the oracle agree on every row of every guarded model."""
    for name, actor in town.everybody().items():
        with acting(actor):
            given = rows_in_tables()
            _check_events(town, name)
        _check_equal(town, name, given, "the tables")


def check_querysets(town: Town) -> None:
    """``visible_to`` alone, with row-level security out of the way, agrees as well."""
    for name, actor in town.everybody().items():
        with system("test"):
            found = rows_of_querysets(actor)
        _check_equal(town, name, found, "visible_to")


def _check_equal(town: Town, name: str, given: set[Row], channel: str) -> None:
    counted = {row for row in given if row[0] not in BOUNDED}
    visible = town.oracle.visible(name)
    leaked, withheld = counted - visible, visible - counted
    assert not leaked, f"{channel} leak to {name}: {_named(town, leaked)}"
    assert not withheld, f"{channel} withhold from {name}: {_named(town, withheld)}"


def _named(town: Town, rows: set[Row]) -> list[Any]:
    return [(kind, pk, town.oracle.sheets.get(pk)) for kind, pk in sorted(rows)]


def _check_events(town: Town, name: str) -> None:
    """A row of the journal is nobody's who may not be told what it says."""
    rows = Event.objects.values_list("kind", "subject_type", "subject_id").distinct()
    for kind, type_name, subject in rows:
        assert town.oracle.may_hear(name, kind, type_name, subject), (
            f"the journal's table tells {name} of {kind} {subject}"
        )


def check_rights(town: Town) -> None:
    """Whoever may not see a record cannot lock it; who does not own it, not act on it.

    Locking is how every action begins.
    """
    for name, actor in town.everybody().items():
        person = town.oracle.people[name]
        may_act = person.is_active and (person.is_system or "liaison" in person.roles)
        for pk, sheet in town.oracle.sheets.items():
            model: Any = record_model(sheet.type)
            with acting(actor):
                try:
                    row: Owned | None = model.objects.locked(actor, pk)
                except NotFound:
                    row = None
            is_seen = town.oracle.sees(name, sheet.type, pk)
            assert (row is not None) == is_seen, (name, sheet)
            if row is None:
                continue
            try:
                require(actor, row.release_permission, owner_of=row)
            except Refused:
                is_let = False
            else:
                is_let = True
            assert is_let == (may_act and town.oracle.owns(name, pk)), (name, sheet)


# --- the feed and the sockets ---------------------------------------------------


def check_feed(town: Town) -> None:
    """The feed tells each person of all records they see, and of nothing else."""
    while sequencer.sequence():
        pass
    for name, actor in town.everybody().items():
        with acting(actor):
            entries = journal.read(actor.keys, after=0, limit=10_000)
        check_told(town, name, [entry.frame() for entry in entries])
        told = {e.subject_id for e in entries if not e.kind.endswith(".withdrawn")}
        visible = {pk for kind, pk in town.oracle.visible(name) if kind in RECORDS}
        assert visible <= told, f"the feed withholds from {name}: {visible - told}"


def check_told(town: Town, name: str, frames: list[dict[str, Any]]) -> None:
    """What a person is told, by whatever way, is for them; a tombstone is empty."""
    for frame in frames:
        kind, ref = frame["kind"], frame["ref"]
        subject = UUID(str(ref["id"]))
        is_for_them = town.oracle.may_hear(name, kind, ref["type"], subject)
        assert is_for_them, f"{name} is told {kind} of {ref}"
        if kind.endswith(".withdrawn"):
            assert not frame["data"], frame
            is_seen = town.oracle.sees(name, ref["type"], subject)
            assert not is_seen, f"{name} is told {kind} of what they see: {ref}"


async def _unsent(message: dict[str, Any]) -> None:
    """Nobody is at the other end: what is queued is looked at instead."""


class Sockets:
    """An open socket for everybody, on the real hub; ``look`` is one turn of it."""

    def __init__(self, town: Town, credentials: dict[str, Credential]) -> None:
        """Open them all."""
        self.credentials = credentials
        self.hub = Hub()
        self.open: dict[str, Socket] = {}
        self.rights: dict[str, object] = {}
        while sequencer.sequence():
            pass
        self.place = feed.newest()
        self._enter(town)

    def check(self, town: Town) -> None:
        """Let the hub look and tell; compare what each socket is to send."""
        while sequencer.sequence():
            pass
        is_more = True
        while is_more:
            is_more = self._turn(town)
        self._enter(town)

    def _turn(self, town: Town) -> bool:
        sockets = list(self.open.values())
        readers = [socket.reader for socket in sockets]
        with _one_transaction():
            seen = feed.look(self.place, readers)
            seen.ended |= feed.check(readers)
        self.hub._tell(sockets, seen)
        for name, socket in list(self.open.items()):
            is_stale = self.rights[name] != town.oracle.rights(name)
            assert (socket.code is Code.RIGHTS_CHANGED) == is_stale, name
            frames = [orjson.loads(f.text) for f in socket._queue if f.seq is not None]
            socket._queue.clear()
            if is_stale:
                assert not frames, f"{name} gets frames after a change of rights"
                del self.open[name]
                continue
            check_told(town, name, frames)
            keys = socket.reader.actor.keys
            with acting(socket.reader.actor):
                entries = journal.read(keys, after=self.place, upto=seen.upto)
            sent, due = [f["id"] for f in frames], [str(e.id) for e in entries]
            assert sent == due, f"{name}'s socket and the journal differ"
        self.place = seen.upto
        return seen.is_more

    def _enter(self, town: Town) -> None:
        """Open what is closed, as a page would; who is locked out stays out."""
        for name, credential in self.credentials.items():
            if name in self.open:
                continue
            with _one_transaction():
                reader = feed.enter(credential)
            assert (reader is not None) == town.oracle.people[name].is_active, name
            if reader is not None:
                self.open[name] = Socket(reader, _unsent)
                self.rights[name] = town.oracle.rights(name)


@contextmanager
def _one_transaction() -> Iterator[None]:
    """Let the feed read in the test's own transaction, which has begun already."""
    with patch.object(feed, "_snapshot", transaction.atomic):
        yield


def credentials(browsers: dict[str, Browser]) -> dict[str, Credential]:
    """Return what each browser would show at the socket's handshake."""
    return {
        name: Credential(is_session=False, secret=token)
        if (token := getattr(browser, "token", ""))
        else Credential(
            is_session=True, secret=browser.cookies[settings.SESSION_COOKIE_NAME].value
        )
        for name, browser in browsers.items()
    }


def check_rules() -> None:
    """Every guarded model is in the oracle, or bounded with a reason."""
    known = set(RULES) | set(BOUNDED)
    missing = {m.type_name() for m in guarded_models()} - known
    assert not missing, (
        f"say who sees a {', '.join(missing)}: RULES in tests/leaks/oracle.py"
    )
