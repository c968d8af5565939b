"""Sending to agencies' systems; safe to run twice, and side by side."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from agencies.context import system
from live import deliveries

# Then the worker is free again, whatever is left.
LONGEST = timedelta(seconds=10)
# Delivered ones are kept so long, for the page that shows them.
KEPT = timedelta(days=30)


@shared_task
def deliver_webhooks() -> int:
    """Take up what is new and send what is due; return how many were sent."""
    until = timezone.now() + LONGEST
    deliveries.collect_all()
    return deliveries.deliver(until)


@shared_task
def clear_old_deliveries() -> int:
    """Forget what was delivered long ago; return how many."""
    with system("webhooks"):
        return deliveries.clear(timezone.now() - KEPT)
