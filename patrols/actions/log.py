"""The log of a patrol: its lines, the files they carry, how far it was read."""

from collections.abc import Iterable

from django.db import transaction

from agencies.actions import files as core
from agencies.actions import logs
from agencies.files.receiving import Upload
from agencies.policy import Actor
from patrols.models import (
    Patrol,
    PatrolAttachment,
    PatrolLogEntry,
    PatrolLogRead,
)


@transaction.atomic
def write_patrol_log(
    *,
    patrol: Patrol,
    text: str,
    by: Actor,
    sharing: str = PatrolLogEntry.Sharing.ALL,
    files: Iterable[Upload] = (),
) -> PatrolLogEntry:
    """Add a line to the patrol's log, for all who see it or for one's own agency.

    In every state: what was learnt is often written down after the return. Otherwise
    as ``agencies.actions.logs.write_line`` says.
    """
    made: PatrolLogEntry = logs.write_line(
        record=patrol, text=text, sharing=sharing, files=files, by=by
    )
    return made


@transaction.atomic
def attach_to_patrol_log(
    *,
    patrol: Patrol,
    entry: PatrolLogEntry,
    files: Iterable[Upload],
    by: Actor,
    caption: str = "",
) -> list[PatrolAttachment]:
    """Add files to a line of the patrol's log that one's own agency wrote.

    They are for the line's readers. As ``agencies.actions.files.attach`` says.
    """
    return core.attach(record=patrol, entry=entry, files=files, caption=caption, by=by)


@transaction.atomic
def read_patrol_log(
    *, patrol: Patrol, by: Actor, entry: PatrolLogEntry | None = None
) -> PatrolLogRead:
    """Note that somebody has read the log, up to a line; it never goes back."""
    return logs.read_log(record=patrol, marks=PatrolLogRead, entry=entry, by=by)
