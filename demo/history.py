"""Writing the past in bulk: records, their releases, their children, their events.

Everything gets the audience that ``agencies.policy`` makes of its releases at the
moment it was written, as the actions do one row at a time; ``tests/demo`` proves
it by applying the stored releases again, which must change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from agencies.audiences import release_audience
from agencies.context import system
from agencies.models import Release
from agencies.policy import TLP, Actor, Audience, audience
from agencies.records import Guarded, Owned, Record, ReleaseScope
from demo.directory import Directory
from live.kinds import Kind
from live.models import Event

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sharing:
    """One release: to whom, how much, when; until when, or when it was revoked."""

    to: str
    scope: str = ReleaseScope.FULL
    reason: str = ""
    at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None


class History:
    """Rows of the past, collected, then written in one go in the order of time."""

    def __init__(self, directory: Directory) -> None:
        """Start with nothing."""
        self.directory = directory
        self._rows: dict[type[Model], list[Model]] = {}
        self._events: list[Event] = []
        self._refs: set[tuple[str, str]] = set()
        # By the record that each was taken from.
        self.tear_lines: dict[UUID, Record] = {}

    # --- owned records ------------------------------------------------------------

    def own(
        self,
        row: Owned,
        *,
        kind: Kind,
        by: Actor,
        at: datetime,
        shared: Sequence[Sharing] = (),
    ) -> None:
        """Add a record with its releases, as ``releases.create`` would have.

        Releases with the scope of a tear line are of the tear line, which is
        written along.
        """
        full = [s for s in shared if s.scope == ReleaseScope.FULL]
        releases = self._insert(row, full, by, at)
        first = [release for release in releases if release.created_at <= at]
        self.event(kind, by=by, at=at, subject=row, audience=_reach(row, first))
        for release in releases:
            if release.created_at > at:
                self._released(row, release, by)
            if release.ended_at is not None:
                self._ended(row, release, by)
        if blunted := [s for s in shared if s.scope == ReleaseScope.TEARLINE]:
            self._tear_line(row, blunted, by, at)

    def _insert(
        self, row: Owned, shared: Sequence[Sharing], by: Actor, at: datetime
    ) -> list[Release]:
        row.created_at = row.updated_at = at
        if isinstance(row, Record):
            self._name(row)
        for sharing in shared:
            if not TLP(row.tlp).admits(sharing.to.partition(":")[0]):
                raise ValueError(f"{row.tlp} does not admit {sharing.to}")
        releases = [self._release(row, sharing, by, at) for sharing in shared]
        row.open_to(_reach(row, releases))
        self._add(row, *releases)
        return releases

    def _name(self, row: Record) -> None:
        """Draw a free reference, at random as ``Record.insert`` does."""
        while True:
            number = self.directory.rng.randrange(100_000)
            row.ref = f"{row.owner.code}-{row.created_at.year}-{number:05d}"
            if (row.type_name(), row.ref) not in self._refs:
                self._refs.add((row.type_name(), row.ref))
                return

    def _release(
        self, row: Owned, sharing: Sharing, by: Actor, at: datetime
    ) -> Release:
        moment = sharing.at or at
        grantee = self.directory.grantee(sharing.to)
        columns = grantee.columns()
        if grantee.agreement is not None:
            pact = self.directory.pacts[grantee.agreement.code]
            columns["epoch"] = pact.epoch(moment)
        ended: dict[str, Any] = {}
        if sharing.ended_at is not None:
            ended = {
                "ended_at": sharing.ended_at,
                "ended_by": by.label,
                "end_reason": "No longer needed",
            }
        made = Release(
            record_type=row.type_name(),
            record_id=row.pk,
            owner=row.owner,
            granted_by=by.label,
            scope=sharing.scope,
            reason=sharing.reason,
            created_at=moment,
            expires_at=sharing.expires_at,
            **columns,
            **ended,
        )
        made.open_to(release_audience(row, made))
        return made

    def _tear_line(
        self, row: Owned, shared: Sequence[Sharing], by: Actor, at: datetime
    ) -> None:
        """Write a record's tear line; it has releases of its own."""
        if not isinstance(row, Record):
            raise TypeError(f"{row.type_name()} has no tear line")
        row.require_tear_line()
        values = row.tear_line_values() | {"tear_line_of": row}
        made = type(row)(owner=row.owner, author_id=row.author_id, **values)
        releases = self._insert(made, shared, by, at)
        self.tear_lines[row.pk] = made
        kind = Kind.of(row.type_name(), Kind.TEAR_LINE_WRITTEN)
        own = Audience(made.owner_keys)
        self.event(kind, by=by, at=at, subject=made, audience=own)
        for release in releases:
            self._released(made, release, by)

    def _released(self, row: Owned, release: Release, by: Actor) -> None:
        self.event(
            Kind.of(row.type_name(), Kind.RELEASED),
            by=by,
            at=release.created_at,
            subject=row,
            audience=_reach(row, [release]),
            detail={
                "grantee": release.grantee,
                "scope": release.scope,
                "reason": release.reason,
            },
        )

    def _ended(self, row: Owned, release: Release, by: Actor) -> None:
        """Add the tombstone and the owner's line for a release that was revoked."""
        if release.ended_at is None:
            raise ValueError(f"{release} goes on")
        self.event(
            Kind.of(row.type_name(), Kind.WITHDRAWN),
            by=by,
            at=release.ended_at,
            subject=row,
            audience=Audience(frozenset({release.grant.key(row.level)})),
            is_tombstone=True,
        )
        self.event(
            Kind.of(row.type_name(), Kind.RELEASE_ENDED),
            by=by,
            at=release.ended_at,
            subject=row,
            audience=Audience(row.owner_keys),
            detail={
                "grantee": release.grantee,
                "scope": release.scope,
                "reason": release.end_reason,
            },
        )

    # --- children and events ------------------------------------------------------

    def child(self, row: Guarded, opened: Audience) -> None:
        """Add a row below a record with its own audience."""
        row.open_to(opened)
        self._add(row)

    def event(
        self,
        kind: Kind | str,
        *,
        by: Actor,
        at: datetime,
        subject: Guarded,
        audience: Audience | None = None,
        detail: dict[str, Any] | None = None,
        is_tombstone: bool = False,
    ) -> None:
        """Add one line of the journal."""
        made = Event(
            kind=str(kind),
            at=at,
            actor=by.label,
            agency_id=by.agency_id,
            subject_type=subject.type_name(),
            subject_id=subject.pk,
            detail=detail or {},
            is_tombstone=is_tombstone,
        )
        made.open_to(audience or subject.stored_audience)
        self._events.append(made)

    def _add(self, *rows: Model) -> None:
        for row in rows:
            self._rows.setdefault(type(row), []).append(row)

    def flush(self) -> int:
        """Write what was collected; return how many rows."""
        count = 0
        with system("load demo"):
            for model, rows in self._rows.items():
                model._base_manager.bulk_create(rows, batch_size=_BATCH)
                count += len(rows)
        self._rows.clear()
        return count

    def flush_events(self) -> int:
        """Write the journal in the order of time; return how many lines."""
        self._events.sort(key=lambda event: event.at)
        with system("load demo"):
            Event.objects.bulk_create(self._events, batch_size=_BATCH)
        count = len(self._events)
        self._events.clear()
        return count


def _reach(row: Owned, releases: list[Release]) -> Audience:
    """Whom those of these releases let in that are live today."""
    return audience(
        owner=row.owner.code,
        author_id=row.author_id,
        tlp=row.tlp,
        level=row.level,
        grants=[release.grant for release in releases if release.is_live],
    )
