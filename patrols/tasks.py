"""Periodic work on patrols; safe to run twice, and by two workers at once."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone

from agencies.context import system
from agencies.errors import Refused
from patrols.actions import open_due
from patrols.actions.asking import follow_up, look_again
from patrols.actions.mending import mend, supersede_drafts
from patrols.actions.swaps import lapse_swap
from patrols.consent_rules import REMINDERS
from patrols.models import Consent, Programme, Roster, RosterState, Swap

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


@shared_task
def watch_consents() -> int:
    """Ask anew about what was redrawn, remind, end waits that are over.

    Started by redrawing, and by the schedule. Each patrol in its own transaction.
    Returns how many there was something to do for.
    """
    with system("watch consents"):
        until = timezone.now() + max(REMINDERS)
        waiting = Consent.objects.waiting().filter(deadline_at__lte=until)
        redrawn = Consent.objects.redrawn().values_list("patrol", flat=True)
        ids = sorted({*redrawn, *waiting.values_list("patrol", flat=True)})
    count = 0
    for patrol_id in ids:
        with system("watch consents") as by:
            is_redrawn = look_again(patrol_id=patrol_id, by=by)
            count += is_redrawn or follow_up(patrol_id=patrol_id, by=by)
    return count


@shared_task
def watch_swaps() -> int:
    """End swaps that nobody can agree to any more, each in its own transaction.

    Started by what changes duties, and by the schedule, for patrols that have left.
    Returns how many ended.
    """
    with system("watch swaps"):
        ids = list(Swap.objects.waiting().order_by("pk").values_list("pk", flat=True))
    count = 0
    for swap_id in ids:
        with system("watch swaps") as by:
            count += lapse_swap(swap_id=swap_id, by=by)
    return count


@shared_task
def solve_rosters() -> bool:
    """Work out the next roster that waits, if none is being worked on.

    Started by every request and after every roster; and by the schedule, which finds
    those whose worker died. Returns whether there was one.
    """
    from patrols.roster_run import run_next  # noqa: PLC0415 - loads OR-Tools

    return run_next()


@shared_task
def mend_rosters() -> int:
    """Ask for published rosters anew whose people or assets cannot go any more.

    Older drafts for the same patrols are superseded.

    Started by whatever changes people, papers and assets, and by the schedule; each
    roster in its own transaction. Returns how many were asked for.
    """
    from patrols.hindrances import hindrances  # noqa: PLC0415 - loads OR-Tools

    with system("mend rosters"):
        today = timezone.localdate() - timedelta(days=1)
        rows = Roster.objects.filter(state=RosterState.PUBLISHED, until_on__gte=today)
        rosters = list(rows.select_related("owner").order_by("pk"))
    count = 0
    for roster in rosters:
        with system("mend rosters") as by:
            supersede_drafts(roster=roster, by=by)
            found = hindrances(roster)
            count += mend(roster=roster, found=found, by=by) is not None
    return count
