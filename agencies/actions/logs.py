"""The logs of records: their lines, the files they carry, how far they were read."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.accounts import agency_of
from agencies.actions.files import keep
from agencies.attachments import files_of
from agencies.errors import NotFound
from agencies.files.receiving import Upload, received
from agencies.logs import LogLine, Mark, new_line
from agencies.policy import Actor, require
from agencies.records import Record
from agencies.sharing import shared_with
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def write_line(
    *, record: Record, text: str, sharing: str, by: Actor, files: Iterable[Upload] = ()
) -> Any:
    """Add a line to a record's log, for whom ``sharing`` says, and return it.

    Files that come with it are for the same readers. If one is refused (400, 413, 415)
    nothing is written. Whoever may add files may write, and the other way round.
    """
    model = files_of(type(record))
    require(by, model.add_permission)
    with received(files) as taken:
        row: Record = type(record).objects.locked(by, record.pk)
        entry: Any = new_line(model.lines(), row, text=text, sharing=sharing, by=by)
        entry.save(force_insert=True)
        audience = entry.stored_audience
        for one in taken:
            keep(row, one, by, audience, entry=entry, sharing=entry.sharing)
        kind = Kind(f"{row.type_name()}.logged")
        record_event(kind, by=by, subject=row, audience=audience)
    return entry


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
