"""Programmes, and the patrols that they open ahead of time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.context import system
from agencies.models import Agency, Party
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import eligibility, leads, legal_basis, rules
from patrols.actions.leads import keep_plan
from patrols.actions.patrols import displace
from patrols.models import Patrol, PatrolState, PlanReason, Programme
from patrols.rotation import Slot, assign

_RULE = {"recurrence", "first_on", "excepted_on", "start_time", "time_zone"}


@transaction.atomic
def create_programme(
    *, by: Actor, release_to: Iterable[str] = (), **values: Any
) -> Programme:
    """Register a programme under an agreement; every entitled agency is released it.

    ``values`` are the columns agreement, purpose, code, name, zone, route,
    section_codes, recurrence, first_on, excepted_on, start_time, time_zone, duration,
    entitlements, horizon_days, tlp and level. Its patrols are opened by
    :func:`open_patrols`, which a task calls after the event.
    """
    require(by, Permission.PATROL_PLAN)
    owner = agency_of(by)
    programme = Programme(owner=owner, author_id=by.officer_id, **values)
    programme.section_codes = list(programme.section_codes)
    programme.excepted_on = list(programme.excepted_on)
    rules.require_programme(programme, by)
    entitled = _grantees(programme, programme.entitlements)
    releases.create(
        row=programme,
        kind=Kind.PROGRAMME_CREATED,
        by=by,
        release_to=dict.fromkeys([*release_to, *entitled]),
    )
    return programme


@transaction.atomic
def change_programme(*, programme: Programme, by: Actor, **values: Any) -> Programme:
    """Change a programme; what it opened already stays, with these exceptions.

    A change of the rule, the first day, the hour or the time zone cancels drafts and
    proposed patrols ahead that the new rule does not name (agreed ones stay). New
    entitlements hold for patrols opened from now on: leads that were published are
    kept, and credits are carried over exactly (``patrols.rotation``).
    """
    row = Programme.objects.locked(by, programme.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    for name in {"section_codes", "excepted_on"} & set(values):
        values[name] = list(values[name])
    before = set(row.entitlements)
    changed = row.take(values)
    if not changed:
        return row
    rules.require_programme(row, by, changed=changed)
    releases.save_changed(row=row, changed=changed, kind=Kind.PROGRAMME_CHANGED, by=by)
    for grantee in _grantees(row, set(row.entitlements) - before):
        releases.release(record=row, to=grantee, by=by)
    if _RULE & set(changed):
        _displace(row, by)
    return row


@transaction.atomic
def open_patrols(
    *,
    programme: Programme,
    upto: datetime,
    by: Actor,
    since: datetime | None = None,
) -> list[Patrol]:
    """Open the patrols of a programme that start before ``upto``, from now on.

    Returns the new ones, soonest first; again is harmless. With ``since`` they
    begin earlier, to enter what has been. The rotation gives each its lead, over
    the whole history of the programme; each is released to every entitled agency.
    """
    row = Programme.objects.locked(by, programme.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    return _open(row, since or timezone.now(), upto, by)


@transaction.atomic
def open_due(*, programme_id: UUID, by: Actor) -> list[Patrol]:
    """Open a programme's patrols up to its horizon, for the schedule.

    Only the system context may: outside it no row is found.
    """
    rows = Programme.objects.select_for_update(of=("self",)).select_related("owner")
    row = rows.filter(pk=programme_id, is_active=True).first()
    if row is None:
        return []
    now = timezone.now()
    return _open(row, now, now + timedelta(days=row.horizon_days), by)


def _open(row: Programme, since: datetime, upto: datetime, by: Actor) -> list[Patrol]:
    """Open what is not open yet; the caller has locked the programme."""
    if not row.is_active:
        return []
    zone = ZoneInfo(row.owner.time_zone)
    # The rotation needs every patrol of the programme, also those above the
    # level of the officer who opens the next ones.
    with system("rotation"):
        agreement = row.agreement
        parties = Party.objects.present().filter(agreement=agreement)
        codes = parties.values_list("agency__code", flat=True)
        legal_basis.require_still_carried(row, codes)
        opened = Patrol.objects.filter(programme=row, is_displaced=False)
        taken = set(opened.values_list("recurrence_at", flat=True))
        known = leads.entries(Patrol.objects.all(), row)
        starts = [
            start
            for start in rules.series_of(row).starts(since, upto)
            if start not in taken
            and legal_basis.in_force(
                agreement, *legal_basis.days_of(start, row.end_after(start), zone)
            )
        ]
        barred = eligibility.barred(row, starts)
    ahead = _note_unled(row, (since, upto), barred, by)
    if not ahead:
        return []
    ledger = {one.recurs_at: one.slot for one in known}
    ledger |= {at: Slot(weights) for at, weights in ahead.items()}
    order = sorted(ledger)
    given = assign([ledger[at] for at in order], ahead=row.entitlements)
    lead_at = dict(zip(order, given, strict=True))
    agencies = {a.code: a for a in Agency.objects.filter(code__in=row.entitlements)}
    made = [
        _open_one(row, at, agencies[lead_at[at]], by, weights, barred[at])
        for at, weights in ahead.items()
    ]
    begin = min(timezone.now(), made[0].starts_at)
    gave = [patrol.pk for patrol in made]
    keep_plan(programme=row, reason=PlanReason.OPENED, gave=gave, by=by, since=begin)
    return made


def _note_unled(
    row: Programme,
    span: tuple[datetime, datetime],
    barred: dict[datetime, dict[str, str]],
    by: Actor,
) -> dict[datetime, dict[str, int]]:
    """Return the weights at each start that somebody may lead; note the others.

    A patrol that nobody may lead is an error of planning. It stays closed, is named on
    the programme's page, and is opened as soon as somebody may.
    """
    since, upto = span
    weights = row.entitlements
    ahead = {at: eligibility.eligible(weights, bars) for at, bars in barred.items()}
    others = [
        one
        for one in row.unled
        if (at := datetime.fromisoformat(one["at"])) > timezone.now()
        and not since <= at < upto
    ]
    unled = others + [
        {"at": at.isoformat(), "barred": barred[at]}
        for at, left in ahead.items()
        if not left
    ]
    if unled != row.unled:
        row.unled = unled
        row.touch()
        row.save()
        fields = {"fields": ["unled"]}
        record_event(Kind.PROGRAMME_CHANGED, by=by, subject=row, detail=fields)
    return {at: left for at, left in ahead.items() if left}


def _open_one(
    row: Programme,
    at: datetime,
    lead: Agency,
    by: Actor,
    weights: dict[str, int],
    barred: dict[str, str],
) -> Patrol:
    patrol = Patrol(
        owner=row.owner,
        # The schedule is nobody: a patrol of TLP:RED then stays with the programme's
        # author, who alone sees the programme.
        author_id=by.officer_id or row.author_id,
        tlp=row.tlp,
        level=row.level,
        programme=row,
        agreement_id=row.agreement_id,
        purpose=row.purpose,
        title=row.name,
        zone_id=row.zone_id,
        route_id=row.route_id,
        recurrence_at=at,
        starts_at=at,
        ends_at=row.end_after(at),
        lead=lead,
        participants=sorted(row.entitlements),
        entitlements=weights,
        barred=barred,
        demand=row.demand,
    )
    releases.create(
        row=patrol,
        kind=Kind.PATROL_PLANNED,
        by=by,
        release_to=_grantees(row, row.entitlements),
    )
    return patrol


def _displace(row: Programme, by: Actor) -> None:
    """Cancel the planned patrols ahead whose start the rule no longer names.

    Also those above the level of the officer who changed it: they would go out by a
    rule that no longer is.
    """
    with system("displace"):
        ahead = (
            Patrol.objects.select_for_update(of=("self",))
            .select_related("owner", "lead")
            .filter(programme=row)
            .filter(state__in=[PatrolState.PLANNED, PatrolState.PROPOSED])
            .filter(recurrence_at__gt=timezone.now())
            .order_by("recurrence_at")
        )
        patrols = list(ahead)
        if not patrols:
            return
        end = patrols[-1].recurs_at + timedelta(seconds=1)
        named = set(rules.series_of(row).starts(patrols[0].recurs_at, end))
        for patrol in patrols:
            if patrol.recurs_at not in named:
                displace(patrol=patrol, by=by)


def _grantees(row: Programme, codes: Iterable[str]) -> list[str]:
    return [f"agency:{code}" for code in sorted(codes) if code != row.owner.code]
