"""Putting the question of consent, and what comes of the answers.

Parts of other actions on a locked patrol, except :func:`follow_up`, the schedule's.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import share_of
from agencies.context import system
from agencies.errors import Conflict, Invalid
from agencies.models import Agency
from agencies.policy import Actor, Audience
from live.journal import record as record_event
from live.kinds import Kind
from patrols import consent_rules, rules
from patrols.actions import steps
from patrols.models import (
    ASKED_STATES,
    Consent,
    ConsentState,
    Patrol,
    PatrolState,
    Programme,
)


@transaction.atomic
def ask(*, patrol: Patrol, by: Actor, deadline_at: datetime | None = None) -> Patrol:
    """Ask everybody who takes part but the owner; refuse what cannot be asked.

    Of nobody, the patrol is agreed at once.
    """
    rules.require_state(patrol, PatrolState.PLANNED)
    now = timezone.now()
    if patrol.ends_at <= now:
        raise Conflict("over", _("The hours of this patrol have passed."))
    until = deadline_at or _deadline(patrol, by)
    if not now < until <= patrol.ends_at:
        text = _("The deadline lies ahead, and before the patrol ends.")
        raise Invalid("bad_deadline", text, pointer="/deadline_at")
    others = set(patrol.participants) - {patrol.owner.code}
    if not others:
        state = PatrolState.AGREED
        return steps.move(patrol=patrol, kind=Kind.PATROL_AGREED, by=by, state=state)
    for consent in _ask(patrol, others, until, by):
        _require_released(patrol, consent.agency)
    state = PatrolState.PROPOSED
    return steps.move(patrol=patrol, kind=Kind.PATROL_PROPOSED, by=by, state=state)


@transaction.atomic
def ask_again(
    *,
    patrol: Patrol,
    changed: Iterable[str],
    by: Actor,
    leads: Iterable[str] = (),
    own: Iterable[str] = (),
    but: Iterable[str] = (),
) -> Patrol:
    """Ask anew those whose consent a change of a locked patrol touches.

    ``changed``, ``leads`` and ``own`` are as ``consent_rules.touched`` has them. Not
    asked are the owner, whoever made the change, and ``but``. A patrol that was
    agreed is proposed again until they have answered.
    """
    if patrol.state not in ASKED_STATES:
        return patrol
    codes = consent_rules.touched(
        changed, participants=patrol.participants, leads=leads, own=own
    ) - {patrol.owner.code, by.agency, *but}
    if not codes:
        return patrol
    asked = _ask(patrol, codes, _deadline(patrol, by), by)
    if patrol.state == PatrolState.AGREED:
        state = PatrolState.PROPOSED
        return steps.move(patrol=patrol, kind=Kind.PATROL_PROPOSED, by=by, state=state)
    tell(kind=Kind.CONSENT_ASKED, consent=asked[0], by=by)
    return patrol


@transaction.atomic
def look_again(*, patrol_id: UUID, by: Actor) -> bool:
    """Ask anew who accepted a patrol before its zone or route was redrawn.

    A place of another agency was redrawn without the patrol's owner too: the patrol is
    a draft again. For the schedule: outside the system context no row is found.
    Returns whether there was anything to do.
    """
    rows = Patrol.objects.select_for_update(of=("self",)).select_related("owner")
    row = rows.filter(pk=patrol_id, state__in=ASKED_STATES).first()
    if row is None:
        return False
    current = Consent.objects.current().filter(patrol=row)
    stale: set[str] = set()
    for place in filter(None, (row.zone, row.route)):
        at = place.redrawn_at
        if at is None:
            continue
        if place.owner_id != row.owner_id and current.filter(asked_at__lt=at).exists():
            redraft(patrol=row, by=by)
            return True
        accepted = current.filter(state=ConsentState.ACCEPTED, answered_at__lt=at)
        stale |= set(accepted.values_list("agency__code", flat=True))
    if stale:
        fresh = set(row.participants) - stale
        ask_again(patrol=row, changed=["zone"], by=by, but=fresh)
    return bool(stale)


@transaction.atomic
def end_asking(*, patrol: Patrol, by: Actor) -> None:
    """Stop waiting for answers about a locked patrol, as a part of what ends it."""
    with system("consents"):
        waiting = Consent.objects.current().filter(patrol=patrol)
        waiting.filter(state=ConsentState.ASKED).update(state=ConsentState.WITHDRAWN)


@transaction.atomic
def tell(*, kind: Kind, consent: Consent, by: Actor) -> None:
    """Tell the owner and those who take part, and nobody else."""
    audience = consent.stored_audience
    detail = {"agency": consent.agency.code}
    record_event(kind, by=by, subject=consent.patrol, audience=audience, detail=detail)


@transaction.atomic
def settle(*, patrol: Patrol, by: Actor) -> Patrol:
    """Make a patrol agreed that all have accepted."""
    with system("consents"):
        current = Consent.objects.current().filter(patrol=patrol)
        is_open = current.exclude(state=ConsentState.ACCEPTED).exists()
    if is_open or patrol.state != PatrolState.PROPOSED:
        return patrol
    state = PatrolState.AGREED
    return steps.move(patrol=patrol, kind=Kind.PATROL_AGREED, by=by, state=state)


@transaction.atomic
def redraft(*, patrol: Patrol, by: Actor) -> Patrol:
    """Make a proposed patrol a draft again; what was answered stays to be read."""
    end_asking(patrol=patrol, by=by)
    state = PatrolState.PLANNED
    return steps.move(patrol=patrol, kind=Kind.PATROL_REDRAFTED, by=by, state=state)


@transaction.atomic
def follow_up(*, patrol_id: UUID, by: Actor) -> bool:
    """Remind whom a proposed patrol waits for, or end a wait that is over.

    For the schedule: outside the system context no row is found. Each reminder is
    told once, to the asked agency alone; nobody's silence is consent. Returns whether
    there was anything to do.
    """
    rows = Patrol.objects.select_for_update(of=("self",)).select_related("owner")
    row = rows.filter(pk=patrol_id, state=PatrolState.PROPOSED).first()
    if row is None:
        return False
    now = timezone.now()
    waiting = Consent.objects.waiting().filter(patrol=row).select_related("agency")
    found = list(waiting.order_by("deadline_at"))
    if found and found[0].deadline_at <= now:
        silent = Consent.objects.current().filter(
            patrol=row, state=ConsentState.ASKED, deadline_at__lte=now
        )
        silent.update(state=ConsentState.LAPSED)
        tell(kind=Kind.CONSENT_LAPSED, consent=found[0], by=by)
        redraft(patrol=row, by=by)
        return True
    reminded = [_remind(row, consent, now, by) for consent in found]
    return any(reminded)


def _deadline(row: Patrol, by: Actor) -> datetime:
    # That of no programme is as good as one that the actor does not see.
    programmes = Programme.objects.visible_to(by).filter(patrol=row)
    days = programmes.values_list("consent_days", flat=True).first()
    return consent_rules.deadline(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        now=timezone.now(),
        days=consent_rules.DAYS if days is None else days,
    )


def _ask(row: Patrol, codes: set[str], until: datetime, by: Actor) -> list[Consent]:
    """Put the question to some agencies; earlier answers of theirs count no more."""
    now, audience = timezone.now(), _parties(row)
    asked = [
        Consent(patrol=row, agency=agency, asked_at=now, deadline_at=until)
        for agency in Agency.objects.filter(code__in=codes).order_by("code")
    ]
    with system("consents"):
        former = Consent.objects.current().filter(patrol=row, agency__code__in=codes)
        former.update(replaced_at=now)
        for consent in asked:
            consent.open_to(audience)
            consent.save(force_insert=True)
    return asked


def _parties(row: Patrol) -> Audience:
    """The owner and those who take part, as far as they see the patrol."""
    keys: set[str] = set()
    expiring: dict[str, float] = {}
    for agency in Agency.objects.filter(code__in=row.participants):
        share = share_of(row, agency)
        keys |= share.keys
        expiring |= share.expiring
    return Audience(frozenset(keys), expiring).joined(row.owner_keys)


def _require_released(row: Patrol, agency: Agency) -> None:
    if not share_of(row, agency).keys:
        raise Conflict(
            "not_released",
            _("Release %(ref)s to %(code)s first: it takes part.")
            % {"ref": row.ref, "code": agency.code},
        )


def _remind(row: Patrol, consent: Consent, now: datetime, by: Actor) -> bool:
    due = consent_rules.reminders_due(
        asked_at=consent.asked_at, deadline_at=consent.deadline_at, now=now
    )
    if consent.state != ConsentState.ASKED or due <= consent.reminders:
        return False
    consent.reminders = due
    consent.save(update_fields=["reminders"])
    share = share_of(row, consent.agency)
    if share.keys:
        record_event(Kind.CONSENT_REMINDED, by=by, subject=row, audience=share)
    return True
