"""The lead of a patrol that is out goes to another agency.

One agency leads at every moment: an offer changes nothing until the other accepts it,
and what was offered and not answered has no effect. Whoever is out with a lead that
does not answer takes it, and says why.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Agency, Party
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols import hand_overs, rules
from patrols.actions import steps
from patrols.models import (
    HandOver,
    HandOverQuerySet,
    HandOverState,
    Patrol,
    PatrolState,
)


@transaction.atomic
def offer_lead(*, patrol: Patrol, to: str, reason: str, by: Actor) -> Patrol:
    """Offer the lead to another agency that may have it; the lead agency does."""
    row = _out(patrol, by)
    if by.agency != row.lead.code:
        raise Forbidden("not_lead", _("Only the agency that leads can offer the lead."))
    if to not in hand_overs.takers(row):
        text = _("This agency cannot take the lead of this patrol.")
        raise Invalid("cannot_lead", text, pointer="/to")
    if _open(row, by).exists():
        raise Conflict("offered", _("The lead is offered already; take that back."))
    _add(row, to, HandOverState.OFFERED, rules.require_reason(reason), by)
    record_event(Kind.LEAD_OFFERED, by=by, subject=row, detail={"agency": to})
    return row


@transaction.atomic
def accept_lead(*, patrol: Patrol, by: Actor) -> Patrol:
    """Take over the lead that one's own agency was offered, from now on.

    Whether it may lead is asked again: it may have left the agreement meanwhile.
    """
    row = _out(patrol, by)
    offer = _offer_to(row, by)
    _require_party(row, by)
    _answer(offer, HandOverState.ACCEPTED, by.label)
    return _pass_on(row, offer.taker, Kind.LEAD_HANDED_OVER, by)


@transaction.atomic
def decline_lead(*, patrol: Patrol, reason: str, by: Actor) -> Patrol:
    """Say that one's own agency does not take the lead that it was offered."""
    row = _out(patrol, by)
    offer = _offer_to(row, by)
    _answer(offer, HandOverState.DECLINED, by.label, rules.require_reason(reason))
    record_event(Kind.LEAD_DECLINED, by=by, subject=row)
    return row


@transaction.atomic
def withdraw_lead(*, patrol: Patrol, by: Actor) -> Patrol:
    """Take an offer of the lead back."""
    row = _out(patrol, by)
    offer = _offer(row, by)
    if offer.giver_id != by.agency_id:
        raise Forbidden("not_lead", _("Only the agency that leads can offer the lead."))
    _answer(offer, HandOverState.WITHDRAWN, by.label)
    record_event(Kind.LEAD_WITHDRAWN, by=by, subject=row)
    return row


@transaction.atomic
def seize_lead(*, patrol: Patrol, reason: str, by: Actor) -> Patrol:
    """Take the lead in an emergency, unasked; any agency that takes part can.

    It goes before every offer. It is booked for the time served alone.
    """
    row = _out(patrol, by)
    agency = agency_of(by)
    if agency.code not in row.participants:
        raise Forbidden("not_part", _("Only an agency that takes part can lead."))
    if agency.pk == row.lead_id:
        raise Conflict("leads", _("Your agency leads already."))
    _require_party(row, by)
    why = rules.require_reason(reason)
    for offer in _open(row, by):
        # By nobody: whoever takes the lead need be of neither of the two.
        _answer(offer, HandOverState.WITHDRAWN, "")
    _add(row, agency.code, HandOverState.SEIZED, why, by)
    return _pass_on(row, agency, Kind.LEAD_SEIZED, by)


def _out(patrol: Patrol, by: Actor) -> Patrol:
    """Lock a patrol that is out."""
    row = Patrol.objects.locked(by, patrol.pk)
    require(by, Permission.PATROL_RUN)
    rules.require_state(row, PatrolState.UNDER_WAY)
    return row


def _require_party(row: Patrol, by: Actor) -> None:
    """Refuse an agency that is no longer a party to what the patrol rests on."""
    if row.agreement_id is None:
        return
    parties = Party.objects.visible_to(by).present().filter(agency=by.agency_id)
    if not parties.filter(agreement=row.agreement_id).exists():
        text = _("Your agency has left the agreement that this patrol rests on.")
        raise Conflict("party_left", text)


def _open(row: Patrol, by: Actor) -> HandOverQuerySet:
    rows = HandOver.objects.visible_to(by).open().filter(patrol=row)
    return rows.select_related("taker")


def _offer(row: Patrol, by: Actor) -> HandOver:
    offer = _open(row, by).first()
    if offer is None:
        raise Conflict("no_offer", _("The lead is not offered to anybody."))
    return offer


def _offer_to(row: Patrol, by: Actor) -> HandOver:
    """Return the open offer, for the agency that it was made to."""
    offer = _offer(row, by)
    if offer.taker_id != by.agency_id:
        raise Forbidden("not_offered", _("The lead was offered to another agency."))
    return offer


def _add(row: Patrol, taker: str, state: str, reason: str, by: Actor) -> None:
    now = timezone.now()
    made = HandOver(
        patrol=row,
        giver=row.lead,
        taker=Agency.objects.get(code=taker),
        state=state,
        reason=reason,
        offered_at=now,
        offered_by=by.label,
    )
    if state != HandOverState.OFFERED:
        made.answered_at, made.answered_by = now, by.label
    made.open_to(row.stored_audience)
    made.save(force_insert=True)


def _answer(offer: HandOver, state: str, who: str, text: str = "") -> None:
    offer.state, offer.answer = state, text
    offer.answered_at, offer.answered_by = timezone.now(), who
    offer.save()


def _pass_on(row: Patrol, agency: Agency, kind: Kind, by: Actor) -> Patrol:
    """Give a locked patrol its new lead; the commander was the former one's."""
    detail = {"from": row.lead.code, "to": agency.code}
    return steps.move(
        patrol=row, kind=kind, by=by, detail=detail, lead=agency, commander=None
    )
