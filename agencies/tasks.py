"""Periodic work on releases, keys and files; safe to run twice."""

from datetime import date, datetime, timedelta
from secrets import SystemRandom
from zoneinfo import ZoneInfo

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from oauth2_provider.models import clear_expired

from agencies.actions import files, personnel, releases
from agencies.attachments import file_models
from agencies.context import system
from agencies.files import store
from agencies.files.scanning import Scan, scan
from agencies.models import (
    Authorisation,
    Certification,
    IdempotencyKey,
    Release,
)
from agencies.models.personnel import Paper

_AT_ONCE = 500
# A scanner that is away takes twenty seconds for each.
_SCANNED_AT_ONCE = 20


@shared_task
def end_expired_releases() -> int:
    """Write the tombstones of releases that have expired; return how many.

    Each in a transaction of its own: no record stays locked while others wait.
    """
    with system("end expired releases"):
        expired = Release.objects.expired().order_by("expires_at")
        found = list(expired.values_list("record_type", "record_id", "pk")[:_AT_ONCE])
    count = 0
    for kind, record, pk in found:
        with system("end expired releases") as by:
            count += releases.end_expired(
                record_type=kind, record_id=record, release_id=pk, by=by
            )
    return count


@shared_task
def notice_expiring_papers() -> int:
    """Tell colleagues of papers that run out; return how many were told of.

    Thirty days ahead, seven, and on the last day, by the clock of the officer's
    agency; once each, however often this runs.
    """
    now = timezone.now()
    latest = now.date() + timedelta(days=max(Paper.NOTICES) + 1)
    count = 0
    for model in (Certification, Authorisation):
        with system("notice expiring papers"):
            rows = model.objects.in_force().filter(expires_on__lte=latest)
            waiting = rows.exclude(noticed_days=0).select_related("officer__agency")
            found = [(paper, _day(paper, now)) for paper in waiting[:_AT_ONCE]]
        for paper, today in found:
            with system("notice expiring papers") as by:
                count += personnel.notice_expiry(paper=paper, today=today, by=by)
    return count


def _day(paper: Certification | Authorisation, now: datetime) -> date:
    agency = paper.officer.agency
    return now.astimezone(ZoneInfo(agency.time_zone if agency else "UTC")).date()


@shared_task
def clear_old_idempotency_keys() -> int:
    """Forget the answers kept longer than 48 hours; return how many."""
    before = timezone.now() - timedelta(hours=48)
    with system("clear old keys"):
        old = IdempotencyKey.objects.filter(created_at__lt=before)
        return old.delete()[0]


@shared_task
def clear_ended_logins() -> None:
    """Delete sessions and tokens that have ended; they would only pile up."""
    SessionStore.clear_expired()
    clear_expired()


@shared_task
def scan_waiting_files() -> int:
    """Ask the scanner again about files that wait for it; return how many it judged."""
    with system("scan files"):
        found = [
            (model, pk, name)
            for model in file_models()
            for pk, name in model.objects.filter(scan=Scan.QUARANTINED)
            .order_by("?")
            .values_list("pk", "stored_as")[:_SCANNED_AT_ONCE]
        ]
    count = 0
    # In any order: one that it cannot judge holds up no other.
    for model, pk, name in SystemRandom().sample(found, len(found))[:_SCANNED_AT_ONCE]:
        verdict = scan(store.path(name, store.Copy.ORIGINAL))
        with system("scan files") as by:
            count += files.judge(files=model, attachment_id=pk, verdict=verdict, by=by)
    return count


@shared_task
def sweep_files() -> int:
    """Take away the files that a failure left without a row; return how many.

    An hour is more than any request takes between its file and its row.
    """
    names = sorted(store.old_names(seconds=3600))
    count = 0
    for begin in range(0, len(names), _AT_ONCE):
        some = set(names[begin : begin + _AT_ONCE])
        with system("sweep files"):
            for model in file_models():
                rows = model.objects.filter(stored_as__in=some)
                some -= set(rows.values_list("stored_as", flat=True))
        for name in some:
            store.remove(name)
            count += 1
    return count
