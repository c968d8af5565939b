"""Rosters as planners handle them: asked for, stopped, published, mended."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.context import system
from agencies.errors import Conflict, Invalid
from agencies.fields import LATEST
from agencies.models import Agreement, Party
from agencies.policy import Actor, Audience, Permission, agency_key, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import roster_check, roster_words
from patrols.actions import sending
from patrols.crews import Crew, booking, crews, hold, share
from patrols.models import (
    PARTS,
    Assignment,
    Patrol,
    Roster,
    RosterState,
    RosterWork,
    Taken,
)

MOST_DAYS = 62
SECONDS = range(5, 301)


@transaction.atomic
def request_roster(
    *,
    agreement: Agreement,
    from_on: date,
    until_on: date,
    by: Actor,
    seconds: int = 60,
    level: int = 0,
) -> Roster:
    """Ask for a roster of one's own agency's patrols under an agreement.

    It holds patrols up to ``level``. A worker takes ``seconds`` at most for it.
    """
    require(by, Permission.PATROL_PLAN)
    owner = agency_of(by)
    parties = Party.objects.visible_to(by).present().filter(agreement=agreement)
    if not parties.filter(agency=owner).exists():
        text = _("Your agency is not a party to this agreement.")
        raise Invalid("not_a_party", text, pointer="/agreement")
    today = timezone.localdate()
    length = (until_on - from_on).days
    if not 0 <= length < MOST_DAYS or until_on > LATEST.date():
        text = _("From the first to the last day, %(most)s days at most.")
        shown = text % {"most": MOST_DAYS}
        raise Invalid("bad_span", shown, pointer="/until_on")
    if until_on < today:
        raise Invalid("in_the_past", _("These days are over."), pointer="/until_on")
    _require_seconds(seconds)
    if level > by.clearance:
        text = _("The level is above your clearance.")
        raise Invalid("level_too_high", text, pointer="/level")
    row = Roster(
        owner=owner,
        agreement=agreement,
        from_on=from_on,
        until_on=until_on,
        seconds=seconds,
        level=level,
    )
    return _queue(row, by)


def _require_seconds(seconds: int) -> None:
    if seconds not in SECONDS:
        text = _("From 5 to 300 seconds.")
        raise Invalid("bad_seconds", text, pointer="/seconds")


def _queue(row: Roster, by: Actor) -> Roster:
    row.open_to(Audience(frozenset({agency_key(row.owner.code, row.level)})))
    row.save(force_insert=True)
    record_event(Kind.ROSTER_REQUESTED, by=by, subject=row)
    return row


@transaction.atomic
def stop_roster(*, roster: Roster, by: Actor) -> Roster:
    """Say that it is good enough: what was found so far is kept.

    One that nobody has begun to work on is called off.
    """
    row = _own(roster, by, RosterState.QUEUED, RosterState.SOLVING)
    if row.state == RosterState.QUEUED:
        row.state, row.failure = RosterState.FAILED, "stopped"
        row.finished_at = timezone.now()
    row.should_stop = True
    row.touch()
    row.save()
    record_event(Kind.ROSTER_STOPPED, by=by, subject=row)
    return row


@transaction.atomic
def replan(*, roster: Roster, by: Actor, seconds: int | None = None) -> Roster:
    """Ask for it anew as things stand now.

    One that is published is mended: with as few changes as close its gaps; so is what
    a draft mends. Another is worked out from the beginning, around what was locked.
    """
    row = _own(roster, by, RosterState.READY, RosterState.PUBLISHED)
    return ask_anew(roster=row, by=by, seconds=seconds or row.seconds)


@transaction.atomic
def ask_anew(*, roster: Roster, by: Actor, seconds: int, causes: Any = ()) -> Roster:
    """Ask for a roster that follows another: a part of other actions.

    ``causes`` are those of the column: who cannot go any more, by patrol and agency.
    """
    _require_seconds(seconds)
    made = Roster(
        owner=roster.owner,
        agreement_id=roster.agreement_id,
        from_on=roster.from_on,
        until_on=roster.until_on,
        seconds=seconds,
        level=roster.level,
        mends=roster,
        causes=list(causes),
    )
    return _queue(made, by)


@transaction.atomic
def lock_assignment(*, assignment: Assignment, is_locked: bool, by: Actor) -> None:
    """Keep a colleague where they are when the roster is worked out again, or not."""
    row = Assignment.objects.locked(by, assignment.pk)
    require(by, Permission.PATROL_PLAN)
    if row.is_locked == is_locked:
        return
    row.is_locked = is_locked
    row.save(update_fields=["is_locked"])
    kind = Kind.ASSIGNMENT_LOCKED if is_locked else Kind.ASSIGNMENT_UNLOCKED
    record_event(kind, by=by, subject=row)


@transaction.atomic
def publish_roster(*, roster: Roster, by: Actor) -> Roster:
    """Send the people of a roster on its patrols; what was there before ends.

    The plan is judged again, by code that shares nothing with the engine, against what
    it was worked out from and against how things stand now. If either finds anything,
    or another roster was published meanwhile, nothing changes.
    """
    row = _own(roster, by, RosterState.READY)
    with booking():
        # The people of all agencies, of whom the planner sees only colleagues.
        with system("publish roster"):
            work = RosterWork.objects.get(roster=row)
            patrols = _locked_patrols(row, work, by)
            _require_sound(work, row, patrols, by)
            former = _people(patrols)
            found = _replace_crews(row, patrols, by)
            people = _people(patrols)
        for patrol in patrols:
            commander, crew = found[patrol.pk]
            own = {code for code, _officer in former[patrol.pk] ^ people[patrol.pk]}
            sending.send(patrol=patrol, commander=commander, crew=crew, own=own, by=by)
    row.state, row.published_at = RosterState.PUBLISHED, timezone.now()
    row.touch()
    row.save()
    record_event(Kind.ROSTER_PUBLISHED, by=by, subject=row)
    return row


def _own(roster: Roster, by: Actor, *states: str) -> Roster:
    row = Roster.objects.locked(by, roster.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    if row.state not in states:
        shown = {"state": row.get_state_display()}
        text = _("The roster is %(state)s: this is not possible now.") % shown
        raise Conflict("wrong_state", text)
    return row


def _locked_patrols(row: Roster, work: RosterWork, by: Actor) -> list[Patrol]:
    """Lock all that a plan sends, and where; refuse what cannot be planned any more."""
    from patrols.roster_problem import patrols_of  # noqa: PLC0415 - loads OR-Tools

    ids = [UUID(one["id"]) for one in work.problem["patrols"]]
    sent = {officer for _patrol, officer, _is in work.plan["assignments"]}
    used = {unit for _patrol, _code, _kind, unit in work.plan["units"]}
    hold(ids, sent, used)
    found = {patrol.pk: patrol for patrol in patrols_of(row, ids)}
    if gone := set(ids) - set(found):
        raise Conflict("patrols_gone", _gone(gone, by))
    return [found[pk] for pk in ids]


def _gone(gone: Collection[UUID], by: Actor) -> str:
    """Say which patrols are gone, of those that the planner sees still."""
    seen = Patrol.objects.visible_to(by).filter(pk__in=gone)
    refs = sorted(seen.values_list("ref", flat=True))[:5]
    if not refs:
        return str(_("Some of its patrols cannot be planned any more. Plan anew."))
    text = _("Not to be planned any more: %(refs)s. Plan anew.")
    return text % {"refs": ", ".join(refs)}


def _require_sound(
    work: RosterWork, row: Roster, patrols: list[Patrol], by: Actor
) -> None:
    """Refuse a plan with a fault, and one that things have overtaken."""
    from patrols.roster import to_json  # noqa: PLC0415 - loads OR-Tools
    from patrols.roster_problem import build  # noqa: PLC0415 - loads OR-Tools

    fresh = to_json(build(row, patrols))
    if fresh["published"] != work.problem["published"]:
        text = _("Another roster was published for these patrols. Plan anew.")
        raise Conflict("published_meanwhile", text)
    found = roster_check.check(work.problem, work.plan)
    # What it costs may have changed; whether it can be may not.
    found += [one for one in roster_check.check(fresh, work.plan) if one.rule]
    if found:
        told = roster_words.findings(found, work.problem, patrols, by)
        shown = _("The plan does not hold: %(findings)s") % {"findings": told}
        raise Conflict("plan_refused", shown)


def _people(patrols: list[Patrol]) -> dict[UUID, set[tuple[str, UUID]]]:
    """Return who is sent on each patrol: agency and officer."""
    found: dict[UUID, set[tuple[str, UUID]]] = {patrol.pk: set() for patrol in patrols}
    active = Assignment.objects.filter(patrol__in=found, is_active=True)
    for patrol, code, officer in active.order_by().values_list(
        "patrol_id", "agency__code", "officer_id"
    ):
        found[patrol].add((code, officer))
    return found


def _replace_crews(
    row: Roster, patrols: list[Patrol], by: Actor
) -> dict[UUID, tuple[UUID | None, Crew]]:
    """Make a roster's drafts the active crews; return commanders and crews."""
    by_id = {patrol.pk: patrol for patrol in patrols}
    _end_former(row, by_id, by)
    drafts: list[Any] = [
        one
        for model in PARTS
        for one in model._default_manager.filter(roster=row, patrol__in=by_id)
    ]
    for taken in drafts:
        _activate(taken, by_id[taken.patrol_id])
    sent = Assignment.objects.filter(roster=row).select_related("officer", "agency")
    return crews(sent, by_id)


def _end_former(row: Roster, patrols: Collection[UUID], by: Actor) -> None:
    """Take back what was published for these patrols."""
    active = {"patrol__in": patrols, "is_active": True}
    former = Assignment.objects.filter(**active).values_list("roster_id", flat=True)
    ids = set(former.order_by()) - {row.pk}
    for model in PARTS:
        model._default_manager.filter(**active).update(is_active=False)
    for old in Roster.objects.filter(pk__in=ids).order_by("pk"):
        if not Assignment.objects.filter(roster=old, is_active=True).exists():
            old.state = RosterState.SUPERSEDED
            old.touch()
            old.save()
            record_event(Kind.ROSTER_SUPERSEDED, by=by, subject=old)


def _activate(taken: Any, patrol: Patrol) -> None:
    """Let one draft count, for the eyes of the agency that it is about."""
    if isinstance(taken, Taken):
        taken.during = (patrol.starts_at, patrol.ends_at)
    taken.open_to(share(patrol, taken.agency))
    taken.is_active = True
    taken.save()
