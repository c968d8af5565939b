"""Situation reports as workers handle them: claimed, made or failed.

Only the system context may: outside it no row is found. Claims: ``agencies.leases``.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.policy import Actor, Audience, agency_key
from incidents.models.sitreps import Sitrep, SitrepPaper, SitrepState, SitrepStep
from live.journal import record as record_event
from live.kinds import Kind

# Making one takes seconds; after so long its worker is taken to be dead.
LEASE = timedelta(seconds=120)
# A report that has killed so many workers is not given to another.
MOST_CLAIMS = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A report that a worker has made: what it says, the file, what proves both."""

    content: dict[str, Any]
    holds: dict[str, list[str]]
    tlp: str
    level: int
    content_hash: str
    code: str
    pdf: bytes
    pdf_hash: str


@transaction.atomic
def claim(*, by: Actor) -> Sitrep | None:
    """Take the report that waits longest, also one whose worker died, or none."""
    now = timezone.now()
    rows = Sitrep.objects.waiting(now).select_related("agency", "agreement")
    free = rows.select_for_update(of=("self",), skip_locked=True)
    for row in free.order_by("created_at", "id"):
        if row.claims >= MOST_CLAIMS:
            _end(row, SitrepState.FAILED, Kind.SITREP_FAILED, by, failure="died")
            continue
        row.state, row.step = SitrepState.MAKING, SitrepStep.READING
        row.lease_until, row.claims = now + LEASE, row.claims + 1
        row.save()
        return row
    return None


@transaction.atomic
def follow(*, sitrep: Sitrep, step: str, by: Actor) -> bool:
    """Say what the worker is at; return whether the report is still its own."""
    held = Sitrep.objects.held(sitrep)
    return bool(held.update(step=step, lease_until=timezone.now() + LEASE))


@transaction.atomic
def finish(*, sitrep: Sitrep, made: Made, by: Actor) -> bool:
    """Keep what was made, for the author alone; return whether it counts."""
    row = _held(sitrep)
    if row is None:
        return False
    row.level = made.level
    row.made_at = timezone.now()
    row.content_hash, row.pdf_hash = made.content_hash, made.pdf_hash
    row.code = made.code
    row.open_to(Audience(frozenset({agency_key(row.agency.code, made.level)})))
    _end(row, SitrepState.READY, Kind.SITREP_READY, by)
    paper = SitrepPaper(
        sitrep=row,
        tlp=made.tlp,
        level=made.level,
        content=made.content,
        holds=made.holds,
        pdf=made.pdf,
    )
    paper.open_to(row.for_author)
    paper.save(force_insert=True)
    return True


@transaction.atomic
def fail(*, sitrep: Sitrep, failure: str, by: Actor) -> None:
    """Say that a report could not be made, by a stable code."""
    row = _held(sitrep)
    if row is not None:
        _end(row, SitrepState.FAILED, Kind.SITREP_FAILED, by, failure=failure)


def _held(sitrep: Sitrep) -> Sitrep | None:
    rows = Sitrep.objects.select_for_update(of=("self",)).select_related("agency")
    return rows.held(sitrep).first()


def _end(row: Sitrep, state: str, kind: Kind, by: Actor, failure: str = "") -> None:
    row.state, row.failure, row.step = state, failure, ""
    row.lease_until = None
    row.touch()
    row.save()
    record_event(kind, by=by, subject=row, audience=row.for_author)
