"""Writing and reading the journal.

Writing happens inside the action's transaction; nothing is published from there.
After commit a poke, without content, wakes the sequencer. Reading is always under
the reader's own rights, at the moment of sending.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction

from agencies import policy
from agencies.policy import Actor, Audience
from agencies.records import Guarded, Record, record_model
from live import cursors, pokes
from live.kinds import Kind
from live.models import Event

log = structlog.get_logger(__name__)


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
    keys: Iterable[str], *, after: int, upto: int | None = None, limit: int = 200
) -> list[Entry]:
    """Return the sequenced events that ``keys`` open, with headlines, in order.

    An event whose subject the reader may no longer see is left out; a tombstone,
    when the subject is still open by another key.
    """
    return page(keys, after=after, upto=upto, limit=limit)[0]


def page(
    keys: Iterable[str], *, after: int, upto: int | None = None, limit: int = 200
) -> tuple[list[Entry], int | None]:
    """Return what :func:`read` returns, and the place to go on from, if there is more.

    A page may be empty and yet not the last: see what is left out.
    """
    events = Event.objects.filter(policy.visible(keys), seq__gt=after)
    if upto is not None:
        events = events.filter(seq__lte=upto)
    rows = list(events.order_by("seq")[:limit])
    return _entries(keys, rows), rows[-1].seq if len(rows) == limit else None


def latest(
    keys: Iterable[str], *, limit: int, without: Collection[str] = ()
) -> list[Entry]:
    """Return the newest events that ``keys`` open, the newest first."""
    events = Event.objects.filter(policy.visible(keys), seq__isnull=False)
    rows = events.exclude(kind__in=without).order_by("-seq")[:limit]
    return _entries(keys, list(rows))


def _entries(keys: Iterable[str], rows: list[Event]) -> list[Entry]:
    headlines = _headlines(keys, rows)
    return [
        Entry(
            seq=row.seq or 0,
            id=row.pk,
            kind=row.kind,
            at=row.at,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            data=headlines.get(row.subject_id, {}),
        )
        for row in rows
        if row.is_tombstone != (row.subject_id in headlines)
    ]


def _headlines(keys: Iterable[str], rows: list[Event]) -> dict[UUID, dict[str, Any]]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        wanted[row.subject_type].add(row.subject_id)
    headlines: dict[UUID, dict[str, Any]] = {}
    for subject_type, ids in wanted.items():
        try:
            model = record_model(subject_type)
        except LookupError:
            log.error("event_of_unknown_type", type=subject_type)
            continue
        subjects = model.objects.filter(policy.visible(keys), pk__in=ids)
        if model.headline_joins:
            subjects = subjects.select_related(*model.headline_joins)
        rows_seen = list(subjects)
        headlines |= {subject.pk: _headline(subject) for subject in rows_seen}
        for pk, ref in _taken_from(keys, rows_seen).items():
            headlines[pk]["tear_line_of_ref"] = ref
    return headlines


def _taken_from(keys: Iterable[str], subjects: list[Guarded]) -> dict[UUID, str]:
    """Return, to its owner alone, from which record each tear line was taken.

    Nobody else is to learn that there is a fuller one, not even who sees both.
    """
    own = policy.agencies_of(keys)
    torn = {
        row.tear_line_of_id: row.pk  # type: ignore[attr-defined]
        for row in subjects
        if isinstance(row, Record) and row.is_tear_line and row.owner.code in own
    }
    if not torn:
        return {}
    fuller: Any = type(subjects[0]).objects.filter(policy.visible(keys), pk__in=torn)
    return {torn[pk]: ref for pk, ref in fuller.values_list("pk", "ref")}


def _headline(subject: Guarded) -> dict[str, Any]:
    """Return a row's headline; one faulty row must not stop everybody's feed."""
    try:
        return subject.headline()
    except DatabaseError:
        raise
    except Exception:
        log.exception("headline_failed", type=subject.type_name(), id=subject.pk)
        return {}


def head(actor: Actor, *, upto: int | None = None) -> int:
    """Return the newest place in the feed that this reader can see.

    Read it before the rest of a page: what comes later is replayed.
    """
    seen = Event.objects.visible_to(actor).filter(seq__isnull=False)
    if upto is not None:
        seen = seen.filter(seq__lte=upto)
    newest = seen.order_by("-seq").values_list("seq", flat=True).first()
    return newest or 0
