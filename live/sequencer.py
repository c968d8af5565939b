"""Giving committed events their order.

A bare sequence column skips transactions that commit late. So the one sequencer
numbers what is committed and has no number yet, densely and in order of insertion; a
later commit simply gets a later number. An advisory lock, held for each transaction
alone, makes a second sequencer harmless: no session state to lose.
"""

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from agencies.context import system
from live.models import Dispatch, Event

_LOCK = 0x6B617261756C  # "karaul"
_BATCH = 1000
_SEQUENCE = """
WITH fresh AS (
    SELECT id, row_number() OVER (ORDER BY inserted) AS step
    FROM live_event WHERE seq IS NULL ORDER BY inserted LIMIT %s
)
UPDATE live_event AS event
SET seq = step + (SELECT coalesce(max(seq), 0) FROM live_event)
FROM fresh WHERE event.id = fresh.id AND event.seq IS NULL
"""

log = structlog.get_logger(__name__)


def sequence() -> int:
    """Number the committed events that have no number; return how many.

    While another sequencer is at it, none. The lock comes first: the statement after
    it sees all that its last holder committed.
    """
    with system("sequencer"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_SEQUENCE, [_BATCH])
        return int(cursor.rowcount)


def alive() -> None:
    """Leave a sign of life for ``/readyz``."""
    with system("sequencer"):
        now = timezone.now()
        Dispatch.objects.update_or_create(pk=1, defaults={"alive_at": now})


def dispatch() -> bool:
    """Start the tasks that settings name for each new event; at least once.

    Returns whether there may be more. A broker that is away leaves the position
    where it was; a name that leads nowhere is a fault of the settings, said aloud,
    and holds up nothing.
    """
    with system("sequencer"):
        position, _made = Dispatch.objects.get_or_create(pk=1)
        events = Event.objects.filter(seq__gt=position.seq).order_by("seq")
        rows = list(events.values_list("seq", "kind")[:_BATCH])
    names = {n for _seq, kind in rows for n in settings.EVENT_TASKS.get(kind, [])}
    # Nothing is locked meanwhile: a broker that hangs holds up no sign of life.
    for name in sorted(names):
        _start(name)
    if rows:
        with system("sequencer"):
            # Unless another sequencer, dispatching the same, has moved it already.
            unmoved = Dispatch.objects.filter(pk=1, seq=position.seq)
            unmoved.update(seq=rows[-1][0])
    return len(rows) == _BATCH


def _start(name: str) -> None:
    try:
        task = import_string(name)
    except ImportError:
        log.exception("no_such_task", task=name)
        return
    task.delay()
