"""Who reads what an agency adds to an incident: never more than may see it."""

from agencies.policy import Actor, Audience
from incidents.models import (
    Incident,
    LogEntry,
)


def shared_with(row: Incident, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the incident."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)


def audience_for(row: Incident, by: Actor, sharing: LogEntry.Sharing) -> Audience:
    """Who reads what ``by`` adds to an incident: never more than may see it."""
    shared = shared_with(row, by)
    return {
        LogEntry.Sharing.ALL: row.stored_audience,
        LogEntry.Sharing.OWNER: shared,
        LogEntry.Sharing.OWN: (
            shared if by.owns(row) else row.stored_audience.share_of(by)
        ),
    }[sharing]
