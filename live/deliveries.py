"""Sending the journal to agencies' systems: the outbox of every webhook.

What an agency may see of the feed is taken up as deliveries, each event once; each is
read again under the agency's rights when it is sent. There is one sender at a time:
receivers that are slow hold up one worker, never the schedules. A message arrives at
least once, and mostly in order; ``webhook-id`` tells a second copy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.db import connection
from django.utils import timezone

from agencies.accounts import actor_of_agency
from agencies.context import reading_as, system
from agencies.policy import Actor
from agencies.records import Owned, guarded_models
from live import journal, sealing, sending
from live.feed import newest
from live.journal import record as record_event
from live.kinds import Kind
from live.models import Delivery, DeliveryFault, DeliveryState, Webhook
from live.sending import Answer
from live.sockets import encode

_LOCK = 0x686F6F6B73  # "hooks"
# After each attempt that failed; after the last one it is given up: three days.
WAITS = [
    *(timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2)),
    *(timedelta(minutes=10), timedelta(hours=1), timedelta(hours=3)),
    *(timedelta(hours=6), timedelta(hours=12), timedelta(hours=24)),
    timedelta(hours=24),
]
# How long a receiver that does not answer is left in peace, at most.
PEACE = timedelta(minutes=5)
# Events taken up at a time.
BATCH = 200
# Messages to one webhook before the next one's turn.
IN_A_ROW = 50

log = structlog.get_logger(__name__)


def collect_all() -> None:
    """Take up all that is new, for every webhook; paused ones keep it for later."""
    upto = newest()
    with system("webhooks"):
        found = list(Webhook.objects.filter(revoked_at=None, seq__lt=upto))
    for webhook in found:
        is_more = True
        while is_more:
            with system("webhooks"):
                is_more = collect(webhook, upto)


def deliver(until: datetime) -> int:
    """Send what is due, one webhook after the other; return how many were sent.

    While somebody else is at it, none.
    """
    count = 0
    with _alone() as is_alone:
        while is_alone and timezone.now() < until:
            with system("webhooks"):
                webhook = next_due(timezone.now())
            if webhook is None:
                break
            count += _serve(webhook, until)
    return count


@contextmanager
def _alone() -> Iterator[bool]:
    """Tell whether nobody else sends; the lock ends with the connection at last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def collect(webhook: Webhook, upto: int) -> bool:
    """Take up what its agency may see of the feed since the last look, up to a place.

    Returns whether there may be more. Whoever else is at it comes first.
    """
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    keys = reader_of(row).keys
    with reading_as(keys):
        entries, place = journal.page(keys, after=row.seq, upto=upto, limit=BATCH)
    made = [
        Delivery(webhook=row, event=entry.id, kind=entry.kind, seq=entry.seq)
        for entry in entries
        if _is_wanted(row, entry.kind)
    ]
    for one in made:
        one.open_to(row.stored_audience)
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    row.seq = max(row.seq, upto if place is None else place)
    row.save(update_fields=["seq"])
    return place is not None


def next_due(at: datetime) -> Webhook | None:
    """Return a webhook that something is due for: the one that waited longest."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=at)
    rows = Webhook.objects.working().filter(held_until__lte=at)
    return rows.filter(pk__in=due.values("webhook")).order_by("held_until").first()


def note(delivery: Delivery, answer: Answer | None, at: datetime) -> None:
    """Write down what came of an attempt; without an answer it was withheld."""
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state != DeliveryState.WAITING:
        return
    if answer is None:
        row.state, row.ended_at = DeliveryState.WITHHELD, at
    else:
        row.attempts += 1
        row.status, row.fault = answer.status, answer.fault
        if answer.is_taken:
            row.state, row.ended_at = DeliveryState.DELIVERED, at
        elif row.attempts > len(WAITS):
            row.state, row.ended_at = DeliveryState.DEAD, at
        else:
            row.next_at = at + WAITS[row.attempts - 1]
    row.save()


def let_go(webhook: Webhook, answer: Answer | None, by: Actor) -> None:
    """Turn to the next webhook; a receiver that is down is left in peace a while.

    ``answer`` is the last one; a receiver that is gone is not written to any more.
    """
    row = Webhook.objects.select_for_update().get(pk=webhook.pk)
    now = timezone.now()
    is_down = answer is not None and answer.is_down
    row.failures = row.failures + 1 if is_down else 0
    wait = WAITS[min(row.failures, len(WAITS)) - 1] if is_down else timedelta()
    row.held_until = now + min(wait, PEACE)
    is_gone = answer is not None and answer.is_gone and row.paused_at is None
    if is_gone:
        row.paused_at, row.pause = now, Webhook.Pause.GONE
        row.touch()
    row.save()
    if is_gone:
        detail = {"changed": ["is_paused"]}
        record_event(Kind.WEBHOOK_CHANGED, by=by, subject=row, detail=detail)


def clear(before: datetime) -> int:
    """Forget what ended long ago; return how many."""
    ended = [DeliveryState.DELIVERED, DeliveryState.WITHHELD]
    old = Delivery.objects.filter(state__in=ended, ended_at__lt=before)
    return old.delete()[0]


def known_kinds() -> set[str]:
    """Return every kind of event there is: those of any record by each type's name."""
    of_any = [kind for kind in Kind if "." not in kind]
    types = [m.type_name() for m in guarded_models() if issubclass(m, Owned)]
    own = {kind.value for kind in Kind} - set(of_any)
    return own | {Kind.of(name, kind) for name in types for kind in of_any}


def reader_of(webhook: Webhook) -> Actor:
    """Return whom a webhook reads the feed as: its agency, as it stands now."""
    return actor_of_agency(webhook.agency, webhook.clearance)


def _is_wanted(webhook: Webhook, kind: str) -> bool:
    return kind in webhook.kinds if webhook.kinds else kind != Kind.PATROL_MOVED


def _serve(webhook: Webhook, until: datetime) -> int:
    """Send what is due to one webhook, in order, until its receiver is down."""
    answer: Answer | None = None
    count = 0
    for delivery in _due(webhook, timezone.now()):
        answer = _send(webhook, delivery)
        with system("webhooks"):
            note(delivery, answer, timezone.now())
        if answer is None:
            continue
        count += 1
        if not answer.is_taken:
            said = {"status": answer.status, "fault": answer.fault}
            log.warning("webhook_failed", webhook=str(webhook.pk), **said)
        if answer.is_down or answer.is_gone or timezone.now() > until:
            break
    with system("webhooks") as by:
        let_go(webhook, answer, by)
    return count


def _due(webhook: Webhook, at: datetime) -> list[Delivery]:
    with system("webhooks"):
        waiting = Delivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
        return list(waiting.filter(next_at__lte=at).order_by("seq")[:IN_A_ROW])


def _send(webhook: Webhook, delivery: Delivery) -> Answer | None:
    """Send one event as its agency may see it now, or nothing if it may not.

    Both are looked up before each message: meanwhile rights may end, and the webhook
    be revoked.
    """
    with system("webhooks"):
        now = Webhook.objects.working().filter(pk=webhook.pk).first()
        keys = reader_of(now).keys if now else ()
    if now is None:
        return Answer(None, DeliveryFault.PAUSED)
    seq = delivery.seq
    with reading_as(keys):
        found = journal.read(keys, after=seq - 1, upto=seq, limit=1)
    if not found:
        return None
    at = timezone.now()
    body = encode(message(found[0])).text
    try:
        secrets = _secrets(now, at)
    except InvalidToken:
        # The site's key was changed, and the one before is not among its fall-backs.
        return Answer(None, DeliveryFault.SECRET_LOST)
    headers = sending.signed(str(delivery.event), at, body, secrets)
    return sending.post(now.url, body, headers)


def message(entry: journal.Entry) -> dict[str, Any]:
    """Return an event as Standard Webhooks wrap it; ``data`` is the feed's frame."""
    return {"type": entry.kind, "timestamp": entry.at, "data": entry.frame()}


def _secrets(webhook: Webhook, at: datetime) -> list[str]:
    sealed = [webhook.secret]
    if webhook.old_secret_until and at < webhook.old_secret_until:
        sealed.append(webhook.old_secret)
    return [sealing.unseal(one) for one in sealed]
