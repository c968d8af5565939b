"""The log of an incident: its lines, the files they carry, how far it was read."""

from collections.abc import Iterable

from django.db import transaction

from agencies.actions import logs
from agencies.files.receiving import Upload
from agencies.policy import Actor
from incidents.models import Incident, LogEntry, LogRead


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

    As ``agencies.actions.logs.write_line`` says.
    """
    made: LogEntry = logs.write_line(
        record=incident, text=text, sharing=sharing, files=files, by=by
    )
    return made


@transaction.atomic
def read_log(
    *, incident: Incident, by: Actor, entry: LogEntry | None = None
) -> LogRead:
    """Note that somebody has read the log, up to a line; it never goes back."""
    return logs.read_log(record=incident, marks=LogRead, entry=entry, by=by)
