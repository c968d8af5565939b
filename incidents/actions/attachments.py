"""Files at an incident; what else is done with them is the same of every record's."""

from collections.abc import Iterable

from django.db import transaction

from agencies.actions import files as core
from agencies.files.receiving import Upload
from agencies.policy import Actor
from incidents.models import Attachment, Incident, LogEntry


@transaction.atomic
def attach(
    *,
    incident: Incident,
    files: Iterable[Upload],
    by: Actor,
    caption: str = "",
    sharing: str = LogEntry.Sharing.OWNER,
    entry: LogEntry | None = None,
) -> list[Attachment]:
    """Add files to an incident, or to a line of its log, for all readers or for fewer.

    As ``agencies.actions.files.attach`` says.
    """
    return core.attach(
        record=incident,
        files=files,
        caption=caption,
        sharing=sharing,
        entry=entry,
        by=by,
    )
