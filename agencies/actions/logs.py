"""How far the logs of records were read."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.errors import NotFound
from agencies.logs import LogLine, Mark
from agencies.policy import Actor
from agencies.records import Record
from agencies.sharing import shared_with


@transaction.atomic
def read_log(
    *, record: Record, marks: type[Mark], by: Actor, entry: LogLine | None = None
) -> Mark:
    """Note that somebody has read a record's log, up to a line; it never goes back.

    ``marks`` is the model of the marks of such records. Nobody is told: whoever may
    know finds it at the log.
    """
    row: Record = type(record).objects.locked(by, record.pk)
    if entry is not None and not _is_of(entry, row, by):
        raise NotFound
    of_row = {marks.guard_parent or "": row}
    seen = marks.objects.visible_to(by).filter(by=by.label, **of_row)
    mark: Any = seen.first() or marks(agency=agency_of(by), by=by.label, **of_row)
    lines = marks.lines().objects.visible_to(by)
    before = lines.filter(pk=mark.entry_id).first() if mark.entry_id else None
    if entry is not None and (before is None or before.place < entry.place):
        mark.entry = entry
    mark.at = timezone.now()
    mark.open_to(shared_with(row, by))
    mark.save()
    return mark  # type: ignore[no-any-return]


def _is_of(entry: LogLine, row: Record, by: Actor) -> bool:
    """Whether a line stands in a record's log, or in that of its tear line."""
    tear_line = row.tear_line_for(by)
    return entry.record_id in (row.pk, tear_line and tear_line.pk)
