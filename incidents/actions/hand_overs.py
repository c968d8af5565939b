"""The change of shift: offered with a list, accepted or refused."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of
from agencies.errors import Conflict, Invalid, NotFound
from agencies.models import Officer
from agencies.policy import Actor, Audience, Permission, require
from incidents.called import own_open
from incidents.models import (
    OPEN_STATES,
    RESPONSE_OVER,
    Acknowledgement,
    Duty,
    DutyHandOver,
    HandOverItem,
    HandOverState,
    Incident,
    ItemKind,
    Response,
)
from incidents.on_duty import (
    one_at_a_time,
    require_ahead,
    require_own,
    require_reason,
    require_running,
)
from live.journal import record as record_event
from live.kinds import Kind

# More open incidents than this nobody hands over by a list.
MOST = 500


@transaction.atomic
def offer_hand_over(
    *, duty: Duty, to: Duty, by: Actor, remark: str = ""
) -> DutyHandOver:
    """Hand one's duty over to who comes next, with a list of what is open.

    The list holds what both officers see. Until it is accepted, the outgoing officer
    stays accountable.
    """
    row: Duty = Duty.objects.locked(by, duty.pk)
    require_own(row, by)
    require_running(row)
    taker = _next(row, to, by)
    made = DutyHandOver(
        duty=row,
        to=taker,
        agency=row.agency,
        remark=remark.strip(),
        offered_at=timezone.now(),
        offered_by=by.label,
    )
    made.open_to(row.stored_audience)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if "dutyhandover_one_offer" not in str(error):
            raise
        text = _("It is being handed over already.")
        raise Conflict("offered_already", text) from None
    HandOverItem.objects.bulk_create(_items(made, by))
    record_event(Kind.DUTY_OFFERED, by=by, subject=row)
    return made


@transaction.atomic
def accept_hand_over(*, hand_over: DutyHandOver, by: Actor) -> DutyHandOver:
    """Take the watch over, as the incoming officer: accountable from this moment."""
    row, duty = _offered(hand_over, by)
    taker: Duty = Duty.objects.locked(by, row.to_id)
    require_own(taker, by)
    require(by, Permission.INCIDENT_ACKNOWLEDGE)
    require_ahead(taker)
    now = timezone.now()
    duty.ended_at = now
    taker.started_at = now
    for one in (duty, taker):
        one.touch()
    duty.save()
    with one_at_a_time():
        taker.save()
    _answer(row, HandOverState.ACCEPTED, by)
    record_event(Kind.DUTY_HANDED_OVER, by=by, subject=duty)
    record_event(Kind.DUTY_STARTED, by=by, subject=taker)
    return row


@transaction.atomic
def refuse_hand_over(
    *, hand_over: DutyHandOver, reason: str, by: Actor
) -> DutyHandOver:
    """Do not take the watch over, as the incoming officer, and say why."""
    row, duty = _offered(hand_over, by)
    require_own(row.to, by)
    row.answer = require_reason(reason)
    _answer(row, HandOverState.REFUSED, by)
    record_event(Kind.DUTY_REFUSED, by=by, subject=duty)
    return row


@transaction.atomic
def take_back_hand_over(*, hand_over: DutyHandOver, by: Actor) -> DutyHandOver:
    """Think better of it, as the outgoing officer, until it is answered.

    Who keeps the watch may, too: the incoming officer may never come.
    """
    row, duty = _offered(hand_over, by)
    if duty.officer_id != by.officer_id:
        require(by, Permission.WATCH_KEEP)
    _answer(row, HandOverState.WITHDRAWN, by)
    record_event(Kind.DUTY_TAKEN_BACK, by=by, subject=duty)
    return row


# --- who, and in which state -----------------------------------------------------


def _next(row: Duty, to: Duty, by: Actor) -> Duty:
    """Return the duty that comes next, locked, if this one can be handed to it."""
    taker: Duty = Duty.objects.locked(by, to.pk)
    if (taker.agency_id, taker.post_id) != (row.agency_id, row.post_id):
        text = _("This is a duty of another watch.")
        raise Invalid("another_watch", text, pointer="/to")
    if taker.officer_id == row.officer_id:
        text = _("One does not hand over to oneself.")
        raise Invalid("same_officer", text, pointer="/to")
    require_ahead(taker, "/to")
    return taker


def _offered(hand_over: DutyHandOver, by: Actor) -> tuple[DutyHandOver, Duty]:
    """Return a hand-over that waits for an answer and its duty, both locked."""
    # The duty first, as everywhere: two orders of locking could meet head-on.
    known = DutyHandOver.objects.visible_to(by).filter(pk=hand_over.pk).first()
    if known is None:
        raise NotFound
    duty: Duty = Duty.objects.locked(by, known.duty_id)
    row = DutyHandOver.objects.locked(by, hand_over.pk)
    if row.state != HandOverState.OFFERED:
        shown = {"state": row.get_state_display()}
        text = _("The hand-over: %(state)s. This is not possible now.") % shown
        raise Conflict("wrong_state", text)
    return row, duty


def _answer(row: DutyHandOver, state: HandOverState, by: Actor) -> None:
    row.state, row.answered_at, row.answered_by = state, timezone.now(), by.label
    row.save()


# --- what is listed ----------------------------------------------------------------


def _items(made: DutyHandOver, by: Actor) -> Iterator[HandOverItem]:
    """List what is open, or came to an end in this shift, and both officers see."""
    officer = Officer.objects.select_related("agency").get(pk=made.to.officer_id)
    taker = actor_of(officer)
    since = made.duty.started_at
    for row in _to_list(by, taker, since)[:MOST]:
        item = HandOverItem(
            hand_over=made,
            incident=row,
            agency=made.agency,
            kind=_kind(row, by),
            ref=row.ref,
            severity=row.severity,
            state=row.state,
            responses=row.under_way,
            is_changed=row.updated_at >= since,
        )
        both = [row.stored_audience.share_of(one) for one in (by, taker)]
        item.open_to(
            Audience(both[0].keys | both[1].keys, both[0].expiring | both[1].expiring)
        )
        yield item


def _to_list(by: Actor, taker: Actor, since: Any) -> Any:
    """Return the incidents that both see, the gravest first, with what is known."""
    noted = Acknowledgement.objects.visible_to(by).filter(
        incident=OuterRef("pk"), agency=by.agency_id
    )
    sent = Response.objects.visible_to(by).filter(incident=OuterRef("pk"))
    under_way = sent.exclude(state__in=RESPONSE_OVER).order_by()
    counted = under_way.values("incident").annotate(number=Count("pk"))
    is_over = Q(resolved_at__gte=since) | Q(closed_at__gte=since)
    rows = Incident.objects.visible_to(by).visible_to(taker)
    listed = rows.filter(Q(state__in=OPEN_STATES) | is_over)
    return (
        listed.without_doubles_of(by.agency_id)
        .worst_first()
        .annotate(
            is_noted=Exists(noted),
            is_escalating=Exists(own_open(by)),
            under_way=Coalesce(Subquery(counted.values("number")), 0),
        )
    )


def _kind(row: Any, by: Actor) -> ItemKind:
    """Return why it is listed; one's own is acknowledged unless it escalates."""
    if row.state not in OPEN_STATES:
        return ItemKind.OVER
    is_seen = row.is_noted or by.owns(row)
    return ItemKind.WAITING if row.is_escalating or not is_seen else ItemKind.OPEN
