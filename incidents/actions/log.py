"""The log of an incident: its lines, the files they carry, how far it was read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.errors import Invalid, NotFound
from agencies.policy import Actor, Permission, require
from incidents.actions.attachments import keep
from incidents.checks import choice_of
from incidents.models import Incident, LogEntry, LogRead
from incidents.receiving import Upload, received
from incidents.sharing import audience_for, shared_with
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def write_log(
    *,
    incident: Incident,
    text: str,
    by: Actor,
    sharing: str = LogEntry.Sharing.OWNER,
    files: Iterable[Upload] = (),
) -> LogEntry:
    """Add a line to the incident's log, for all its readers or for fewer.

    Files that come with it are for the same readers. If one is refused (400, 413, 415)
    nothing is written.
    """
    require(by, Permission.INCIDENT_REPORT)
    with received(files) as taken:
        row = Incident.objects.locked(by, incident.pk)
        if not text.strip():
            raise Invalid("empty", _("Write something."), pointer="/text")
        wanted = choice_of(LogEntry.Sharing, sharing, "/sharing")
        audience = audience_for(row, by, wanted)
        entry = LogEntry(
            incident=row,
            agency=agency_of(by),
            by=by.label,
            at=timezone.now(),
            text=text,
            sharing=wanted,
        )
        entry.open_to(audience)
        entry.save(force_insert=True)
        for one in taken:
            keep(row, one, by, audience, entry=entry, sharing=wanted)
        record_event(Kind.INCIDENT_LOGGED, by=by, subject=row, audience=audience)
    return entry


@transaction.atomic
def read_log(
    *, incident: Incident, by: Actor, entry: LogEntry | None = None
) -> LogRead:
    """Note that somebody has read the log, up to a line; it never goes back.

    Nobody is told: whoever may know finds it at the log.
    """
    row = Incident.objects.locked(by, incident.pk)
    if entry is not None and not _is_of(entry, row, by):
        raise NotFound
    marks = LogRead.objects.visible_to(by).filter(incident=row, by=by.label)
    mark = marks.first() or LogRead(incident=row, agency=agency_of(by), by=by.label)
    lines = LogEntry.objects.visible_to(by)
    before = lines.filter(pk=mark.entry_id).first() if mark.entry_id else None
    if entry is not None and (before is None or _place(before) < _place(entry)):
        mark.entry = entry
    mark.at = timezone.now()
    mark.open_to(shared_with(row, by))
    mark.save()
    return mark


def _is_of(entry: LogEntry, row: Incident, by: Actor) -> bool:
    """Whether a line stands in an incident's log, or in that of its tear line."""
    tear_line = row.tear_line_for(by)
    return entry.incident_id in (row.pk, tear_line and tear_line.pk)


def _place(entry: LogEntry) -> tuple[datetime, UUID]:
    return entry.at, entry.pk
