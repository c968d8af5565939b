"""What the live process reads from the database: all of it in threads of its own.

Each function runs in one snapshot (repeatable read), in which the version of rights
is looked at first: whoever lost a right in that snapshot gets nothing out of it, and
what comes later is for the next one. Expiry needs no version; the database compares
it with the clock of each statement.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from agencies.accounts import Held
from agencies.context import reading_as, system
from agencies.models import RightsVersion
from live import journal
from live.cursors import encode as encode_cursor
from live.journal import Entry
from live.models import Event
from live.readers import Credential, Reader, actors
from live.sockets import Frame, encode

# Events read at a time.
BATCH = 200
# A reader who missed more than this draws the page anew.
MOST_MISSED = 1000

Keys = tuple[str, ...]


class Ended(Exception):
    """The reader's session or rights are not what they were."""


@dataclass(slots=True)
class Look:
    """What one look at the journal brought, for everybody."""

    rights: UUID | None
    upto: int
    is_more: bool = False
    was_checked: bool = False
    ended: set[Reader] = field(default_factory=set)
    # Frames by keys: those that colleagues share, and those that include one's own.
    shared: dict[Keys, list[Frame]] = field(default_factory=dict)
    own: dict[Keys, list[Frame]] = field(default_factory=dict)

    def frames(self, reader: Reader) -> list[Frame]:
        """Return what this reader is to get."""
        found = self.own.get(reader.actor.keys)
        if found is None:
            found = self.shared.get(reader.actor.shared_keys, [])
        return found


@dataclass(frozen=True, slots=True)
class Start:
    """Where a new socket begins: the first frames, and the place to go on from."""

    place: int
    frames: list[Frame]


@contextmanager
def _snapshot() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def newest() -> int:
    """Return the last place given out."""
    with system("live feed"):
        return Event.objects.aggregate(Max("seq"))["seq__max"] or 0


def enter(credential: Credential) -> Reader | None:
    """Return the reader whom this credential stands for, if it counts."""
    with _snapshot():
        rights = RightsVersion.current()
        actor = actors([credential]).get(credential)
    return None if actor is None else Reader(credential, actor, rights)


def look(after: int, readers: Collection[Reader]) -> Look:
    """Read what came after a place, once for all who hold the same keys."""
    with _snapshot():
        seen = Look(rights=RightsVersion.current(), upto=after)
        if any(one.rights != seen.rights for one in readers):
            seen.was_checked = True
            seen.ended = _changed(readers)
        fresh = _fresh(after, seen)
        if fresh.audience:
            _read(fresh, seen, [r for r in readers if r not in seen.ended])
    return seen


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What came after a place: all keys that it opens to, all types of subjects."""

    after: int
    audience: frozenset[str]
    types: frozenset[str]


def _fresh(after: int, seen: Look) -> _Fresh:
    """Step to the newest place in reach."""
    with system("live feed"):
        events = Event.objects.filter(seq__gt=after).order_by("seq")
        rows = list(events.values_list("seq", "audience", "subject_type")[:BATCH])
    if rows:
        seen.upto = rows[-1][0] or after
        seen.is_more = len(rows) == BATCH
    keys = frozenset(key for _seq, audience, _type in rows for key in audience)
    return _Fresh(after, keys, frozenset(row[-1] for row in rows))


def _read(fresh: _Fresh, seen: Look, readers: Iterable[Reader]) -> None:
    held = {r.actor.shared_keys: r for r in readers}
    for keys in held:
        if not fresh.audience.isdisjoint(keys):
            seen.shared[keys] = _frames(keys, fresh, seen.upto)
    for reader in readers:
        actor = reader.actor
        if not fresh.audience.isdisjoint(actor.own_keys) and actor.keys not in seen.own:
            seen.own[actor.keys] = _frames(actor.keys, fresh, seen.upto)


def _frames(keys: Keys, fresh: _Fresh, upto: int) -> list[Frame]:
    with reading_as(keys):
        entries = journal.read(
            keys, after=fresh.after, upto=upto, limit=BATCH, types=fresh.types
        )
        return _encoded(entries)


def _encoded(entries: Iterable[Entry]) -> list[Frame]:
    return [encode(entry.frame(), entry.seq) for entry in entries]


def _changed(readers: Iterable[Reader], held: Held | None = None) -> set[Reader]:
    now = actors({one.credential for one in readers}, held)
    return {one for one in readers if now.get(one.credential) != one.actor}


def check(readers: Collection[Reader], held: Held | None = None) -> set[Reader]:
    """Return whose session or rights ended without a word: by the clock."""
    with _snapshot():
        return _changed(readers, held)


def lag() -> float:
    """Return how many seconds the oldest event without a place has waited."""
    with system("live feed"):
        oldest: datetime | None = Event.objects.filter(seq__isnull=True).aggregate(
            Min("at")
        )["at__min"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def resume(reader: Reader, after: int | None, upto: int, *, is_lost: bool) -> Start:
    """Return how a socket begins that continues after a place, up to ``upto``.

    Without a place it begins at the newest that the reader can see. With one that
    is lost or too far behind, too, and is told to draw everything anew.
    """
    with _snapshot():
        _require(reader)
        is_lost = is_lost or (after is not None and after > newest())
        with reading_as(reader.actor.keys):
            is_lost = is_lost or (after is not None and _is_far(reader, after, upto))
            if after is not None and not is_lost:
                return Start(after, [_hello(after)])
            head = journal.head(reader.actor, upto=upto)
    frames = [_hello(head)]
    if is_lost:
        frames.append(encode({"kind": "resync", "cursor": encode_cursor(head)}))
    return Start(upto, frames)


def replay(reader: Reader, after: int, upto: int) -> tuple[list[Frame], int | None]:
    """Return one page of what a socket missed, and where to go on, if anywhere."""
    with _snapshot():
        _require(reader)
        keys = reader.actor.keys
        with reading_as(keys):
            entries, place = journal.page(keys, after=after, upto=upto, limit=BATCH)
            return _encoded(entries), place


def _require(reader: Reader) -> None:
    if reader.rights != RightsVersion.current() and _changed([reader]):
        raise Ended


def _is_far(reader: Reader, after: int, upto: int) -> bool:
    missed = Event.objects.visible_to(reader.actor).filter(seq__gt=after, seq__lte=upto)
    return missed.order_by("seq")[MOST_MISSED : MOST_MISSED + 1].exists()


def _hello(place: int) -> Frame:
    return encode(
        {"kind": "hello", "cursor": encode_cursor(place), "at": timezone.now()}
    )
