"""Swaps: two officers of an agency and its planner change who goes on a patrol."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.context import system
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.models import Officer
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import roster_words, rules, swap_rules
from patrols.actions import sending
from patrols.crews import Crew, booking, crews, hold, shared, told_of
from patrols.models import OPEN_SWAPS, Assignment, Patrol, Swap, SwapState


@transaction.atomic
def ask_swap(
    *,
    assignment: Assignment,
    colleague: Officer,
    by: Actor,
    wanted: Assignment | None = None,
    note: str = "",
) -> Swap:
    """Ask a colleague to take over one's duty, or to exchange it for ``wanted``.

    Nothing changes before the colleague and a planner have agreed. Whether the rules
    allow it is judged at both steps, as things stand then.
    """
    given, patrol = swap_rules.duty(assignment, by, "/assignment")
    if given.officer_id != by.officer_id:
        raise Forbidden("not_yours", _("This is a colleague's duty."))
    row = Swap(
        patrol=patrol,
        assignment=given,
        agency=given.agency,
        asker_id=given.officer_id,
        colleague=colleague,
        note=note.strip(),
    )
    patrols = [patrol]
    row.open_to(shared(patrol, row.agency))
    if wanted is not None:
        patrols.append(_take(row, wanted, by))
    swap_rules.require_colleague(colleague, by, patrols)
    swap_rules.require_free(patrol, colleague.pk, by, "/colleague")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "swap_asked_once" not in str(error):
            raise
        text = _("You have asked this colleague about this duty already.")
        raise Conflict("asked_already", text, pointer="/colleague") from None
    _tell(Kind.SWAP_ASKED, row, by)
    return row


@transaction.atomic
def accept_swap(*, swap: Swap, by: Actor) -> Swap:
    """Agree, as the colleague who was asked; then a planner decides.

    Refused with ``swap_refused``, naming the rule, if the crews would break one that
    they keep now, and with ``swap_overtaken`` if the duties are others by now.
    """
    row = _to_answer(swap, by, "colleague")
    _judged(row, by)
    row.answered_at = timezone.now()
    return _move(row, SwapState.ACCEPTED, Kind.SWAP_ACCEPTED, by)


@transaction.atomic
def decline_swap(*, swap: Swap, reason: str, by: Actor) -> Swap:
    """Say no, as the colleague who was asked, and why."""
    row = _to_answer(swap, by, "colleague")
    row.reason, row.answered_at = rules.require_reason(reason), timezone.now()
    return _move(row, SwapState.DECLINED, Kind.SWAP_DECLINED, by)


@transaction.atomic
def take_back_swap(*, swap: Swap, by: Actor) -> Swap:
    """Think better of it, as the one who asked, until a planner has agreed."""
    row = _to_answer(swap, by, "asker", *OPEN_SWAPS)
    return _move(row, SwapState.WITHDRAWN, Kind.SWAP_TAKEN_BACK, by)


@transaction.atomic
def approve_swap(*, swap: Swap, by: Actor) -> Swap:
    """Let two officers change duties, as a planner of theirs.

    Judged as at acceptance. Who goes is written into the patrols at once; what
    partners see of a crew changes only if call signs or the commander do.
    """
    row = _to_decide(swap, by)
    found = _judged(row, by)
    with booking():
        with system("swap"):
            sent = _made(row, found)
        for pk, patrol in found.items():
            commander, crew = sent[pk]
            sending.send(patrol=patrol, commander=commander, crew=crew, by=by)
    return _move(row, SwapState.APPROVED, Kind.SWAP_APPROVED, by)


@transaction.atomic
def refuse_swap(*, swap: Swap, reason: str, by: Actor) -> Swap:
    """Say no, as a planner of the two officers, and why."""
    row = _to_decide(swap, by)
    row.reason = rules.require_reason(reason)
    return _move(row, SwapState.REFUSED, Kind.SWAP_REFUSED, by)


@transaction.atomic
def lapse_swap(*, swap_id: UUID, by: Actor) -> bool:
    """End a swap that nobody can agree to any more; return whether it was one.

    For the schedule: outside the system context the other duties are not found.
    """
    rows = Swap.objects.waiting().filter(pk=swap_id)
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None or swap_rules.stands(row, swap_rules.changes_of(row)):
        return False
    _move(row, SwapState.LAPSED, Kind.SWAP_LAPSED, by)
    return True


def _take(row: Swap, wanted: Assignment, by: Actor) -> Patrol:
    """Let the asker take a duty of the colleague's; readers see both patrols."""
    row.wanted, patrol = swap_rules.duty(wanted, by, "/wanted")
    if row.wanted.officer_id != row.colleague_id:
        text = _("This is no duty of this colleague.")
        raise Invalid("not_theirs", text, pointer="/wanted")
    swap_rules.require_free(patrol, row.asker_id, by, "/wanted")
    both = row.stored_audience.within(shared(patrol, row.agency), frozenset())
    if not both.keys:
        text = _("Your agency sees the two patrols by different releases.")
        raise Conflict("not_together", text)
    row.open_to(both)
    return patrol


# --- who may, and when ---------------------------------------------------------


def _to_answer(swap: Swap, by: Actor, part: str, *states: str) -> Swap:
    """Return a swap locked, for the asker or the colleague alone."""
    row = Swap.objects.locked(by, swap.pk)
    if by.officer_id is None or getattr(row, f"{part}_id") != by.officer_id:
        raise Forbidden("not_yours", _("This is between two of your colleagues."))
    return _in_state(row, *(states or (SwapState.ASKED,)))


def _to_decide(swap: Swap, by: Actor) -> Swap:
    """Return a swap locked, for a planner of the two officers who is neither.

    Not for an agency's system: it could stand for one of the two.
    """
    row = Swap.objects.locked(by, swap.pk)
    require(by, Permission.PATROL_PLAN)
    if row.agency_id != by.agency_id:
        raise Forbidden("not_owner", _("Only the officers' own agency may do this."))
    if by.officer_id is None:
        raise Forbidden("officer_needed", _("An officer decides on this, no system."))
    if by.officer_id in (row.asker_id, row.colleague_id):
        text = _("You are one of the two: another planner decides.")
        raise Forbidden("own_swap", text)
    return _in_state(row, SwapState.ACCEPTED)


def _in_state(row: Swap, *states: str) -> Swap:
    if row.state not in states:
        shown = {"state": row.get_state_display()}
        text = _("The swap: %(state)s. This is not possible now.") % shown
        raise Conflict("wrong_state", text)
    return row


# --- what it changes -----------------------------------------------------------


def _judged(row: Swap, by: Actor) -> dict[UUID, Patrol]:
    """Return the locked patrols of a swap that every rule allows, or refuse it."""
    from patrols.swap_check import faults  # noqa: PLC0415 - loads OR-Tools

    with system("swap"):
        ids = [one.duty.patrol_id for one in swap_rules.changes_of(row)]
        hold(ids, [row.asker_id, row.colleague_id])
        changes = swap_rules.changes_of(row)
        is_current = swap_rules.stands(row, changes)
    patrols = Patrol.objects.visible_to(by).select_related("owner", "lead").in_bulk(ids)
    if len(patrols) != len(ids):
        raise NotFound
    if not is_current:
        text = _("The duties have changed since this was asked.")
        raise Conflict("swap_overtaken", text)
    swap_rules.require_no_command(changes, patrols)
    with system("swap"):
        found, problem = faults(changes, list(patrols.values()))
    if found:
        told = roster_words.findings(found, problem, patrols.values(), by)
        shown = _("The rules do not allow it: %(findings)s") % {"findings": told}
        raise Conflict("swap_refused", shown)
    return patrols


def _made(
    row: Swap, patrols: dict[UUID, Patrol]
) -> dict[UUID, tuple[UUID | None, Crew]]:
    """Write who goes; return commanders and crews of the patrols."""
    changes = swap_rules.changes_of(row)
    for one in changes:
        one.duty.officer_id = one.takes
        # Whatever kept the former from going.
        one.duty.hindrance, one.duty.mended_by = "", None
        one.duty.save()
    active = Assignment.objects.filter(patrol__in=patrols, is_active=True)
    found = crews(active.select_related("officer", "agency"), patrols)
    commands = {one.duty.patrol_id for one in changes if one.duty.is_commander}
    return {
        pk: (commander if pk in commands else patrols[pk].commander_id, crew)
        for pk, (commander, crew) in found.items()
    }


def _move(row: Swap, state: str, kind: Kind, by: Actor) -> Swap:
    row.state = state
    if state in (SwapState.APPROVED, SwapState.REFUSED):
        row.decided_at, row.decided_by = timezone.now(), by.label
    row.touch()
    row.save()
    _tell(kind, row, by)
    return row


def _tell(kind: Kind, row: Swap, by: Actor) -> None:
    audience = told_of(row, row.asker_id, row.colleague_id)
    record_event(kind, by=by, subject=row, audience=audience)
