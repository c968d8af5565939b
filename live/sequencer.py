"""Giving committed events their order.

A bare sequence column skips transactions that commit late. So the one sequencer
(an advisory lock elects it) numbers what is committed and has no number yet,
densely and in order of insertion; a later commit simply gets a later number.
"""

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from agencies.context import system
from live.models import Dispatch, Event

_LOCK = 0x6B617261756C  # "karaul"
_BATCH = 1000


def elected() -> bool:
    """Whether this connection is, or now becomes, the only sequencer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def sequence() -> int:
    """Number the committed events that have no number; return how many."""
    with system("sequencer"), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS (
                SELECT id, row_number() OVER (ORDER BY inserted) AS step
                FROM live_event WHERE seq IS NULL ORDER BY inserted LIMIT %s
            )
            UPDATE live_event AS event
            SET seq = step + (SELECT coalesce(max(seq), 0) FROM live_event)
            FROM fresh WHERE event.id = fresh.id
            """,
            [_BATCH],
        )
        return cursor.rowcount


def dispatch() -> None:
    """Start the tasks that settings name for each new event; at least once."""
    with system("sequencer"):
        position = Dispatch.objects.get_or_create(pk=1)[0]
        events = Event.objects.filter(seq__gt=position.seq).order_by("seq")
        rows = list(events.values_list("seq", "kind")[:_BATCH])
        names = {n for _seq, kind in rows for n in settings.EVENT_TASKS.get(kind, [])}
        for name in sorted(names):
            import_string(name).delay()
        if rows:
            position.seq = rows[-1][0]
            position.save(update_fields=["seq"])
