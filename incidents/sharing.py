"""Who reads what an agency adds to an incident: never more than may see it."""

from agencies.policy import Actor, Audience
from incidents.models import Incident


def shared_with(row: Incident, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the incident."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)
