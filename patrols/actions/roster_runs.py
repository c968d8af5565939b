"""Rosters as workers handle them: claimed, followed, finished or failed.

Only the system context may: outside it no row is found. Claims: ``agencies.leases``.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from agencies.models import Agency
from agencies.policy import NOBODY_KEY, Actor, Audience
from live.journal import record as record_event
from live.kinds import Kind
from patrols.crews import share
from patrols.models import (
    AssetUse,
    Assignment,
    Gap,
    Patrol,
    Remedy,
    Roster,
    RosterState,
    RosterWork,
    Taken,
)

# Without a sign of life for so long, a worker is taken to be dead.
LEASE = timedelta(seconds=settings.ROSTER_LEASE_SECONDS)
# A roster that has killed so many workers is not given to another.
MOST_CLAIMS = 3
# One solve at a time leaves the other slots of the workers to the schedules.
_TURN = 0x6B617261756C


@transaction.atomic
def claim(*, by: Actor) -> Roster | None:
    """Take a roster that waits, if none is being worked on; lock-free later.

    Agencies take turns: the oldest of whoever was worked for the longest ago, so that
    one that asks for many keeps nobody waiting. One whose worker died is taken up
    again, and given up when that goes on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
    now = timezone.now()
    if Roster.objects.in_work(now).exists():
        return None
    begun = Roster.objects.filter(owner=OuterRef("owner"), started_at__isnull=False)
    served = Subquery(begun.order_by("-started_at").values("started_at")[:1])
    rows = Roster.objects.waiting(now).select_related("owner")
    rows = rows.order_by(served.asc(nulls_first=True), "created_at", "id")
    for row in rows.select_for_update(of=("self",)):
        if row.claims >= MOST_CLAIMS:
            _end(row, RosterState.FAILED, Kind.ROSTER_FAILED, by, failure="died")
            continue
        row.state, row.started_at = RosterState.SOLVING, now
        row.lease_until, row.claims = now + LEASE, row.claims + 1
        row.progress = {}
        row.save()
        return row
    return None


@transaction.atomic
def follow(*, roster: Roster, progress: dict[str, Any], by: Actor) -> bool:
    """Give a sign of life; return whether to go on."""
    held = Roster.objects.held(roster)
    now = timezone.now()
    told = {"progress": progress} if progress else {}
    is_held = held.update(lease_until=now + LEASE, **told)
    return bool(is_held) and not held.filter(should_stop=True).exists()


@transaction.atomic
def finish(
    *,
    roster: Roster,
    problem: dict[str, Any],
    plan: dict[str, Any],
    summary: dict[str, Any],
    reasons: Iterable[dict[str, Any]],
    by: Actor,
    remedies: Iterable[dict[str, Any]] = (),
) -> bool:
    """Keep a plan, with a draft for everybody it sends; return whether it counts.

    ``reasons`` are the columns of the gaps that are of one agency, ``remedies`` those
    of what would close some. Drafts of the owner's people are shown to them that plan;
    partners' to nobody.
    """
    row = _held(roster)
    if row is None:
        return False
    work = RosterWork(roster=row, problem=problem, plan=plan)
    work.open_to(_NOBODY)
    work.save(force_insert=True)
    drafts = _Drafts(row, problem)
    drafts.sent(plan)
    drafts.lacking(reasons, remedies)
    row.summary = summary
    _end(row, RosterState.READY, Kind.ROSTER_READY, by)
    return True


@transaction.atomic
def fail(*, roster: Roster, failure: str, by: Actor) -> None:
    """Say that a roster could not be worked out, by a stable code."""
    row = _held(roster)
    if row is not None:
        _end(row, RosterState.FAILED, Kind.ROSTER_FAILED, by, failure=failure)


_NOBODY = Audience(frozenset({NOBODY_KEY}))


def _held(roster: Roster) -> Roster | None:
    rows = Roster.objects.select_for_update(of=("self",)).select_related("owner")
    return rows.held(roster).first()


def _end(row: Roster, state: str, kind: Kind, by: Actor, failure: str = "") -> None:
    row.state, row.failure = state, failure
    row.finished_at, row.lease_until = timezone.now(), None
    row.touch()
    row.save()
    record_event(kind, by=by, subject=row)


# The columns of a remedy that the engine names alike.
_TRIED = ("conflict", "code", "detail", "before", "after")


class _Drafts:
    """What hangs on a roster, drafted: each for those who may be shown it."""

    def __init__(self, row: Roster, problem: dict[str, Any]) -> None:
        self.row = row
        self.agencies = {agency.code: agency for agency in Agency.objects.all()}
        ids = [one["id"] for one in problem["patrols"]]
        patrols = Patrol.objects.filter(pk__in=ids).select_related("owner")
        self.patrols = {str(patrol.pk): patrol for patrol in patrols}
        self.agency_of = {one["id"]: one["agency"] for one in problem["officers"]}
        self.pinned = {(pin["patrol"], pin["officer"]) for pin in problem["pins"]}
        self.shares: dict[str, Audience] = {}

    def sent(self, plan: dict[str, Any]) -> None:
        """Draft the people and the equipment of a plan."""
        Assignment.objects.bulk_create(
            self._drafted(
                Assignment(
                    officer_id=UUID(officer),
                    agency=self.agencies[self.agency_of[officer]],
                    is_commander=is_commander,
                    is_locked=(patrol, officer) in self.pinned,
                ),
                patrol,
                self.agency_of[officer],
            )
            for patrol, officer, is_commander in plan["assignments"]
        )
        AssetUse.objects.bulk_create(
            self._drafted(AssetUse(asset_id=UUID(unit)), patrol, code)
            for patrol, code, _kind, unit in plan["units"]
        )

    def lacking(
        self, reasons: Iterable[dict[str, Any]], remedies: Iterable[dict[str, Any]]
    ) -> None:
        """Draft what is missing, and what would close some of it."""
        Gap.objects.bulk_create(
            self._drafted(
                Gap(
                    agency=self.agencies[one["agency"]],
                    rule=one["rule"],
                    count=one["count"],
                    funnel=one["funnel"],
                ),
                one["patrol"],
                one["agency"],
            )
            for one in reasons
        )
        Remedy.objects.bulk_create(
            self._drafted(
                Remedy(
                    agency=self.agencies[one["agency"]],
                    officer_id=one["officer"] and UUID(one["officer"]),
                    **{name: one[name] for name in _TRIED},
                ),
                one["patrol"],
                one["agency"],
            )
            for one in remedies
        )

    def _drafted(self, made: Any, patrol: str, code: str) -> Any:
        made.roster, made.patrol = self.row, self.patrols[patrol]
        made.open_to(self._share(patrol) if code == self.row.owner.code else _NOBODY)
        if isinstance(made, Taken):
            made.during = (made.patrol.starts_at, made.patrol.ends_at)
        return made

    def _share(self, patrol: str) -> Audience:
        if patrol not in self.shares:
            self.shares[patrol] = share(self.patrols[patrol], self.row.owner)
        return self.shares[patrol]
