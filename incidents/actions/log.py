"""The log of an incident: its lines, the files they carry, how far it was read."""

from collections.abc import Iterable

from django.db import transaction

from agencies.actions import logs
from agencies.logs import new_line
from agencies.policy import Actor, Permission, require
from incidents.actions.attachments import keep
from incidents.models import Incident, LogEntry, LogRead
from incidents.receiving import Upload, received
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
        entry = new_line(LogEntry, row, text=text, sharing=sharing, by=by)
        entry.save(force_insert=True)
        wanted, audience = LogEntry.Sharing(entry.sharing), entry.stored_audience
        for one in taken:
            keep(row, one, by, audience, entry=entry, sharing=wanted)
        record_event(Kind.INCIDENT_LOGGED, by=by, subject=row, audience=audience)
    return entry


@transaction.atomic
def read_log(
    *, incident: Incident, by: Actor, entry: LogEntry | None = None
) -> LogRead:
    """Note that somebody has read the log, up to a line; it never goes back."""
    return logs.read_log(record=incident, marks=LogRead, entry=entry, by=by)
