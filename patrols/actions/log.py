"""The log of a patrol: its lines, and how far it was read."""

from django.db import transaction

from agencies.actions import logs
from agencies.logs import new_line
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind
from patrols.models import Patrol, PatrolLogEntry, PatrolLogRead


@transaction.atomic
def write_patrol_log(
    *,
    patrol: Patrol,
    text: str,
    by: Actor,
    sharing: str = PatrolLogEntry.Sharing.ALL,
) -> PatrolLogEntry:
    """Add a line to the patrol's log, for all who see it or for one's own agency.

    In every state: what was learnt is often written down after the return.
    """
    require(by, Permission.PATROL_LOG)
    row = Patrol.objects.locked(by, patrol.pk)
    entry = new_line(PatrolLogEntry, row, text=text, sharing=sharing, by=by)
    entry.save(force_insert=True)
    record_event(Kind.PATROL_LOGGED, by=by, subject=row, audience=entry.stored_audience)
    return entry


@transaction.atomic
def read_patrol_log(
    *, patrol: Patrol, by: Actor, entry: PatrolLogEntry | None = None
) -> PatrolLogRead:
    """Note that somebody has read the log, up to a line; it never goes back."""
    return logs.read_log(record=patrol, marks=PatrolLogRead, entry=entry, by=by)
