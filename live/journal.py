"""Writing and reading the journal.

Writing happens inside the action's transaction; nothing is published from there.
After commit a poke, without content, wakes the sequencer. Reading is always under
the reader's own rights, at the moment of sending.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import connection, transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, TextField, When
from django.db.models.expressions import RawSQL

from agencies import policy
from agencies.policy import Actor, Audience
from agencies.records import Guarded, Record, guarded_models, record_model
from agencies.shown import as_sql, headline
from live import cursors, pokes
from live.kinds import Kind
from live.models import Event

log = structlog.get_logger(__name__)

# The member of a headline that says from which record a tear line was taken.
_TORN = "torn"
# Stands for the reader's keys.
_ANY = ["any"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a reader sees it; ``data`` is the subject's headline."""

    seq: int
    id: UUID
    kind: str
    at: datetime
    subject_type: str
    subject_id: UUID
    data: dict[str, Any]

    def frame(self) -> dict[str, Any]:
        """Return the entry as it goes out, by socket and by REST alike."""
        return {
            "cursor": cursors.encode(self.seq),
            "id": self.id,
            "kind": self.kind,
            "at": self.at,
            "ref": {"type": self.subject_type, "id": self.subject_id},
            "data": self.data,
        }


def record(
    kind: Kind | str,
    *,
    by: Actor,
    subject: Guarded,
    audience: Audience | None = None,
    detail: dict[str, Any] | None = None,
    is_tombstone: bool = False,
) -> Event:
    """Write one event about ``subject``, in the action's own transaction.

    ``audience`` narrows it to fewer than may see the subject.
    """
    event = Event(
        kind=str(kind),
        actor=by.label,
        agency_id=by.agency_id,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        detail=detail or {},
        is_tombstone=is_tombstone,
    )
    event.open_to(audience or subject.stored_audience)
    event.save(force_insert=True)
    if not any(hook[1] is pokes.written for hook in connection.run_on_commit):
        # One poke for the whole transaction, however much it writes.
        transaction.on_commit(pokes.written, robust=True)
    return event


def read(
    keys: Iterable[str],
    *,
    after: int,
    upto: int | None = None,
    limit: int = 200,
    types: frozenset[str] | None = None,
) -> list[Entry]:
    """Return the sequenced events that ``keys`` open, with headlines, in order.

    An event whose subject the reader may no longer see is left out; a tombstone,
    when the subject is still open by another key. ``types`` are those of all subjects
    in reach, where they are known: a plan for few tables is made several times faster.
    """
    return page(keys, after=after, upto=upto, limit=limit, types=types)[0]


def page(
    keys: Iterable[str],
    *,
    after: int,
    upto: int | None = None,
    limit: int = 200,
    types: frozenset[str] | None = None,
    without: Collection[str] = (),
) -> tuple[list[Entry], int | None]:
    """Return what :func:`read` returns, and the place to go on from, if there is more.

    A page may be empty and yet not the last: see what is left out.
    """
    events = Event.objects.filter(policy.visible(keys), seq__gt=after)
    if upto is not None:
        events = events.filter(seq__lte=upto)
    events = events.exclude(kind__in=without)
    rows = _rows(events.order_by("seq")[:limit], keys, types)
    return _entries(keys, rows), rows[-1].seq if len(rows) == limit else None


def latest(
    keys: Iterable[str], *, limit: int, without: Collection[str] = ()
) -> list[Entry]:
    """Return the newest events that ``keys`` open, the newest first."""
    return back(keys, limit=limit, without=without)[0]


def back(
    keys: Iterable[str],
    *,
    limit: int,
    before: int | None = None,
    after: int = 0,
    without: Collection[str] = (),
) -> tuple[list[Entry], int | None]:
    """Return events between two places, the newest first, and where to go on back.

    As with :func:`page`, a lot may be empty and yet not the last.
    """
    events = Event.objects.filter(policy.visible(keys), seq__gt=after)
    if before is not None:
        events = events.filter(seq__lt=before)
    rows = _rows(events.exclude(kind__in=without).order_by("-seq")[:limit], keys)
    return _entries(keys, rows), rows[-1].seq if len(rows) == limit else None


def _rows(
    events: QuerySet[Event], keys: Iterable[str], types: frozenset[str] | None = None
) -> list[Any]:
    """Read what an entry is made of, and nothing else."""
    names = ["seq", "id", "kind", "at", "subject_type", "subject_id", "is_tombstone"]
    sql, params = _told(types)
    held = [list(keys) if one == _ANY else one for one in params]
    told = RawSQL(sql, held, TextField())  # noqa: S611 - Django's own
    return list(events.annotate(told=told).values_list(*names, "told", named=True))


@lru_cache(maxsize=256)
def _told(types: frozenset[str] | None) -> tuple[str, tuple[Any, ...]]:
    """Return as SQL the headline of an event's subject, if ``_ANY`` opens it."""
    seen = policy.visible(_ANY)
    found = []
    for model in guarded_models():
        if not model.headline or (types and model.type_name() not in types):
            continue
        # For the eyes of ``_headlines`` alone.
        more = {_TORN: F("tear_line_of")} if issubclass(model, Record) else {}
        rows: Any = model.objects.filter(seen, pk=OuterRef("subject_id")).order_by()
        told = rows.annotate(told=headline(model, **more)).values("told")
        found.append(When(subject_type=model.type_name(), then=Subquery(told)))
    return as_sql(Event, Case(*found))


def _entries(keys: Iterable[str], rows: list[Any]) -> list[Entry]:
    known = _headlines(keys, rows)
    return [
        Entry(
            seq=row.seq,
            id=row.id,
            kind=row.kind,
            at=row.at,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            data=known.get(row.subject_id, {}),
        )
        for row in rows
        if row.is_tombstone != (row.subject_id in known)
    ]


def _headlines(keys: Iterable[str], rows: list[Any]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    torn: dict[str, dict[UUID, UUID]] = defaultdict(dict)
    for row in rows:
        if row.told is None:
            _require_type(row.subject_type)
            continue
        data = found[row.subject_id] = orjson.loads(row.told)
        if of := data.pop(_TORN, None):
            torn[row.subject_type][UUID(of)] = row.subject_id
    for subject_type, ids in torn.items():
        for pk, ref in _taken_from(keys, record_model(subject_type), ids):
            found[pk]["tear_line_of_ref"] = ref
    return found


def _require_type(subject_type: str) -> None:
    """Say it aloud when nothing of this type can be told; it stops nobody."""
    try:
        record_model(subject_type)
    except LookupError:
        log.error("event_of_unknown_type", type=subject_type)


def _taken_from(
    keys: Iterable[str], model: Any, torn: dict[UUID, UUID]
) -> Iterable[tuple[UUID, str]]:
    """Return, to its owner alone, from which record each tear line was taken.

    Nobody else is to learn that there is a fuller one, not even who sees both.
    """
    own = policy.agencies_of(keys)
    fuller = model.objects.filter(policy.visible(keys), owner__code__in=own)
    refs = fuller.filter(pk__in=torn).values_list("pk", "ref")
    return [(torn[pk], ref) for pk, ref in refs]


def head(actor: Actor, *, upto: int | None = None) -> int:
    """Return the newest place in the feed that this reader can see.

    Read it before the rest of a page: what comes later is replayed.
    """
    seen = Event.objects.visible_to(actor).filter(seq__isnull=False)
    if upto is not None:
        seen = seen.filter(seq__lte=upto)
    newest = seen.order_by("-seq").values_list("seq", flat=True).first()
    return newest or 0
