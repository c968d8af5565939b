"""Periodic work on incidents; safe to run twice, and by several workers at once."""

import smtplib
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import OperationalError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.context import system
from agencies.models import Agency
from agencies.policy import Actor
from incidents.actions import escalation, mails
from incidents.models import (
    Escalation,
    EscalationProgress,
    EscalationRule,
    MailState,
    Notice,
)
from live.kinds import Kind
from live.models import Event

log = structlog.get_logger(__name__)

_AT_ONCE = 500
# The platform was away: nobody is called about what was told longer ago.
OLDEST = timedelta(days=1)
# What a worker waits for in memory; the schedule finds what is due later.
AHEAD = timedelta(minutes=30)

NEW = (Kind.INCIDENT_REPORTED.value, Kind.of("incident", Kind.RELEASED))
OVER = (
    Kind.INCIDENT_RESOLVED.value,
    Kind.INCIDENT_CLOSED.value,
    Kind.of("incident", Kind.WITHDRAWN),
)
# Changes after which another rule may fit.
MARKS = ("severity", "category", "place")


class News(NamedTuple):
    """An event after which somebody may have to be called, or nobody any more."""

    seq: int
    kind: str
    incident: UUID
    at: datetime


@shared_task
def keep_watch() -> int:
    """Open escalations of what is new, take the steps that are due; return how many.

    Started by events about incidents, by the schedule each second, and at the moment
    of each step: any one of the three is enough.
    """
    opened, stepped = follow_incidents(), take_steps()
    soon = timezone.now() + AHEAD
    for row in {one.pk: one for one in [*opened, *stepped]}.values():
        if row.due_at is not None and row.due_at < soon:
            keep_watch.apply_async(eta=row.due_at)
    if stepped:
        send_mails.delay()
    return len(stepped)


@shared_task
def send_mails() -> int:
    """Send the e-mails that are due, one for each officer; return how many.

    They say that there is something, and not what. Whether their officers may still
    see it is asked at this moment.
    """
    with system("mail"):
        due = Notice.objects.filter(
            mail=MailState.WAITING, mail_due_at__lte=timezone.now()
        )
        officers = list(due.order_by().values_list("officer", flat=True).distinct())
    count = 0
    for officer_id in officers[:_AT_ONCE]:
        with system("mail") as by:
            address, notices = mails.claim_mail(officer_id=officer_id, by=by)
        if not notices:
            continue
        is_sent = _send(address)
        with system("mail") as by:
            mails.settle_mail(notices=notices, is_sent=is_sent, by=by)
        count += is_sent
    return count


def follow_incidents() -> list[Escalation]:
    """Look at the events since the last time; return the escalations opened.

    The position moves with the work, an event a transaction: of two workers one finds
    it done, and one that dies has done nothing.
    """
    with system("escalation"):
        progress, _made = EscalationProgress.objects.get_or_create(pk=1)
        newest = Event.objects.exclude(seq=None).order_by("-seq")
        upto = newest.values_list("seq", flat=True).first() or 0
        if upto <= progress.seq:
            return []
        agencies = _watched()
        news = _news(progress.seq, upto) if agencies else []
    opened: list[Escalation] = []
    for one in news:
        try:
            with system("escalation") as by:
                if not _take_up(one.seq):
                    return opened
                opened += _follow(one, agencies, by)
        except OperationalError:
            # The database is away, or somebody holds the incident: the next time.
            log.warning("escalation_waits", seq=one.seq)
            return opened
        except Exception:
            # One that nobody foresaw must not keep all others from being called.
            log.exception("escalation_not_opened", seq=one.seq)
            with system("escalation"):
                _take_up(one.seq)
    if len(news) < _AT_ONCE:
        with system("escalation"):
            _take_up(upto)
    return opened


def take_steps() -> list[Escalation]:
    """Take the steps that are due, each in a transaction of its own; return whose."""
    with system("escalation"):
        due = Escalation.objects.due(timezone.now()).order_by("due_at")
        ids = list(due.values_list("pk", flat=True)[:_AT_ONCE])
    stepped = []
    for pk in ids:
        try:
            with system("escalation") as by:
                row = escalation.step_escalation(escalation_id=pk, by=by)
        except Exception:
            log.exception("escalation_not_stepped", escalation=str(pk))
            continue
        if row is not None:
            stepped.append(row)
    return stepped


def _watched() -> list[Agency]:
    """Return the agencies that have rules, or somebody who waits."""
    ruled = EscalationRule.objects.filter(is_active=True).values("agency")
    waiting = Escalation.objects.open().values("agency")
    return list(Agency.objects.filter(Q(pk__in=ruled) | Q(pk__in=waiting)))


def _news(after: int, upto: int) -> list[News]:
    changed = Q(kind=Kind.INCIDENT_CHANGED.value)
    graver = Q(detail__fields__has_any_keys=list(MARKS))
    rows = Event.objects.filter(
        Q(kind__in=[*NEW, *OVER]) | changed & graver,
        seq__gt=after,
        seq__lte=upto,
        at__gt=timezone.now() - OLDEST,
    )
    found = rows.order_by("seq").values_list("seq", "kind", "subject_id", "at")
    return [
        News(seq or 0, kind, subject, at) for seq, kind, subject, at in found[:_AT_ONCE]
    ]


def _take_up(seq: int) -> bool:
    """Move the position on; return whether it was this worker that did."""
    rows = EscalationProgress.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=1, seq__lt=seq).first()
    if row is None:
        return False
    row.seq = seq
    row.save()
    return True


def _follow(one: News, agencies: list[Agency], by: Actor) -> list[Escalation]:
    if one.kind in OVER:
        waiting = Escalation.objects.filter(incident=one.incident).open()
        for pk in waiting.order_by("pk").values_list("pk", flat=True):
            escalation.end_if_over(escalation_id=pk, by=by)
        return []
    made: list[Any] = [
        escalation.open_escalation(
            incident_id=one.incident, agency=agency, at=one.at, by=by
        )
        for agency in agencies
    ]
    return [row for row in made if row is not None]


def _send(address: str) -> bool:
    """Send one e-mail that says nothing of its cause; return whether it was taken."""
    text = _("Critical item: open the platform.")
    mail = EmailMessage(
        subject=_("Karaul: critical item"),
        body=f"{text}\n\n{settings.PUBLIC_URL}/\n",
        to=[address],
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        # Its type alone: its words may hold the address.
        log.warning("mail_failed", error=type(error).__name__)
        return False
    return True


@shared_task
def make_sitreps() -> int:
    """Make the situation reports that wait, one after another; return how many.

    Started by every request; and by the schedule, which finds those whose worker died.
    """
    from incidents.sitrep_run import make_next  # noqa: PLC0415 - loads Pango

    count = 0
    while count < _AT_ONCE and make_next():
        count += 1
    return count
