"""Periodic work on patrols; safe to run twice, and by two workers at once."""

import structlog
from celery import shared_task

from agencies.context import system
from agencies.errors import Refused
from patrols.actions import open_due
from patrols.models import Programme

log = structlog.get_logger(__name__)


@shared_task
def open_patrols() -> int:
    """Open the patrols of all active programmes up to their horizon.

    Each programme in its own transaction: one that is refused, because a party
    has left its agreement, does not hold up the others. Returns how many opened.
    """
    with system("open patrols"):
        active = Programme.objects.filter(is_active=True).order_by("pk")
        ids = list(active.values_list("pk", flat=True))
    opened = 0
    for programme_id in ids:
        try:
            with system("open patrols") as by:
                opened += len(open_due(programme_id=programme_id, by=by))
        except Refused as refusal:
            log.warning(
                "programme_not_opened",
                programme=str(programme_id),
                code=refusal.code,
            )
    return opened
