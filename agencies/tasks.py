"""Periodic work on releases and keys; safe to run twice."""

from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from oauth2_provider.models import clear_expired

from agencies.actions import releases
from agencies.context import system
from agencies.models import IdempotencyKey, Release

_AT_ONCE = 500


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
