"""Consent of every side: only what all have accepted becomes an agreed patrol.

The owner proposes; each agency that takes part accepts, refuses with a reason or
proposes something else, until a deadline. Whoever says no, or nothing, sends it back
to a draft. Answers are told to the owner and those who take part; others who were
released the patrol learn its state alone.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.actions import releases
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.policy import Actor, Permission, require
from live.kinds import Kind
from patrols import commanding, rules
from patrols.actions import asking, steps
from patrols.actions.crewing import follow_patrol
from patrols.models import (
    Consent,
    ConsentState,
    Patrol,
    PatrolState,
    Programme,
)


@transaction.atomic
def propose(
    *, patrol: Patrol, by: Actor, deadline_at: datetime | None = None
) -> Patrol:
    """Ask every other agency that takes part for its consent to a draft.

    Without a deadline it is the usual one (``consent_rules.deadline``). A patrol of
    the owner alone is agreed at once.
    """
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    return asking.ask(patrol=row, by=by, deadline_at=deadline_at)


@transaction.atomic
def propose_drafts(*, programme: Programme, upto: datetime, by: Actor) -> list[Patrol]:
    """Propose all drafts of a programme that start before ``upto``, soonest first.

    All or none: the first that is refused says which it is.
    """
    row = Programme.objects.locked(by, programme.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    drafts = (
        Patrol.objects.visible_to(by)
        .filter(programme=row, state=PatrolState.PLANNED, tear_line_of=None)
        .filter(starts_at__gt=timezone.now(), starts_at__lt=upto)
        .select_for_update(of=("self",))
        .order_by("starts_at", "id")
    )
    return [asking.ask(patrol=patrol, by=by) for patrol in drafts]


@transaction.atomic
def agree(*, patrol: Patrol, by: Actor) -> Patrol:
    """Say that one's own agency goes along: the owner proposes, the others accept."""
    row = Patrol.objects.locked(by, patrol.pk)
    if by.owns(row):
        return propose(patrol=row, by=by)
    return accept(patrol=row, by=by)


@transaction.atomic
def accept(*, patrol: Patrol, by: Actor) -> Patrol:
    """Consent to a proposed patrol; the last to do so makes it agreed."""
    row, consent = _to_answer(patrol, by)
    _answer(consent, by, ConsentState.ACCEPTED)
    asking.tell(kind=Kind.CONSENT_ACCEPTED, consent=consent, by=by)
    return asking.settle(patrol=row, by=by)


@transaction.atomic
def refuse(*, patrol: Patrol, reason: str, by: Actor) -> Patrol:
    """Refuse a proposed patrol, for a reason that those who take part may read.

    It is a draft again: the owner may change it, and propose it anew.
    """
    row, consent = _to_answer(patrol, by)
    _answer(consent, by, ConsentState.REFUSED, reason=rules.require_reason(reason))
    asking.tell(kind=Kind.CONSENT_REFUSED, consent=consent, by=by)
    return asking.redraft(patrol=row, by=by)


@transaction.atomic
def counter(*, patrol: Patrol, by: Actor, reason: str = "", **values: Any) -> Patrol:
    """Propose other hours or places; the owner adopts them, or does not.

    ``values`` are some of starts_at, ends_at, zone and route. Whether the owner knows
    the places is not said here: that would tell what others released to it.
    """
    row, consent = _to_answer(patrol, by)
    now_is = {
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "zone": row.zone_id,
        "route": row.route_id,
    }
    given = {
        name: value
        for name, value in values.items()
        if value is not None and getattr(value, "pk", value) != now_is[name]
    }
    if not given:
        raise Invalid("nothing_proposed", _("Propose other hours or another place."))
    now = timezone.now()
    if given.get("starts_at", now) < now:
        raise Invalid("in_the_past", _("The time has passed."), pointer="/starts_at")
    wanted = Patrol(
        starts_at=given.get("starts_at", row.starts_at),
        ends_at=given.get("ends_at", row.ends_at),
    )
    rules.require_hours(wanted)
    rules.require_seen(by, zone=given.get("zone"), route=given.get("route"))
    _answer(consent, by, ConsentState.COUNTERED, reason=reason.strip(), **given)
    asking.tell(kind=Kind.CONSENT_COUNTERED, consent=consent, by=by)
    return row


@transaction.atomic
def adopt(*, patrol: Patrol, agency: str, by: Actor) -> Patrol:
    """Take over an agency's counter-proposal; who else it touches is asked again."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    rules.require_state(row, PatrolState.PROPOSED)
    current = Consent.objects.visible_to(by).current().filter(patrol=row)
    consent = current.filter(agency__code=agency, state=ConsentState.COUNTERED).first()
    if consent is None:
        raise Conflict("no_counter", _("This agency has proposed nothing else."))
    _require_time(consent)
    before = row.tear_line_values()
    changed = row.take(consent.proposal)
    rules.require_patrol(row, by, changed=changed)
    names = [name.removesuffix("_id") for name in changed]
    names = commanding.let_go(row, names, by)
    releases.save_changed(row=row, changed=names, kind=Kind.PATROL_CHANGED, by=by)
    follow_patrol(patrol=row, by=by)
    steps.carry_over(patrol=row, before=before, kind=Kind.PATROL_CHANGED, by=by)
    # The answer stands as its own agency gave it; it is the owner who goes along.
    consent.state = ConsentState.ACCEPTED
    consent.save(update_fields=["state"])
    asking.tell(kind=Kind.CONSENT_ADOPTED, consent=consent, by=by)
    asking.ask_again(patrol=row, changed=names, by=by, but=[agency])
    return asking.settle(patrol=row, by=by)


@transaction.atomic
def withdraw_proposal(*, patrol: Patrol, by: Actor) -> Patrol:
    """Take a proposal back: the patrol is a draft again, and nobody is asked."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN, owner_of=row)
    rules.require_state(row, PatrolState.PROPOSED)
    return asking.redraft(patrol=row, by=by)


def _to_answer(patrol: Patrol, by: Actor) -> tuple[Patrol, Consent]:
    """Lock a proposed patrol; return it with what the actor's agency was asked."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_PLAN)
    if not rules.takes_part(row, by):
        raise Forbidden("not_asked", _("Only agencies that take part are asked."))
    rules.require_state(row, PatrolState.PROPOSED)
    current = Consent.objects.visible_to(by).current()
    consent = current.filter(patrol=row, agency=by.agency_id).first()
    if consent is None:
        raise Conflict("no_question", _("Your agency has not been asked."))
    _require_time(consent)
    return row, consent


def _require_time(consent: Consent) -> None:
    if consent.deadline_at <= timezone.now():
        raise Conflict("deadline_passed", _("The time to answer is over."))


def _answer(
    consent: Consent, by: Actor, state: str, reason: str = "", **proposal: Any
) -> None:
    """Write an answer over whatever the agency had said before."""
    consent.state, consent.reason = state, reason
    consent.answered_at, consent.answered_by = timezone.now(), by.label
    for name in ("starts_at", "ends_at", "zone", "route"):
        setattr(consent, name, proposal.get(name))
    consent.save()
