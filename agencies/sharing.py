"""Who reads what an agency adds to a record: never more than may see it."""

from agencies.policy import Actor, Audience
from agencies.records import Owned


def shared_with(row: Owned, reader: Actor) -> Audience:
    """The owner and one agency: never more than may see the record."""
    return row.stored_audience.share_of(reader).joined(row.owner_keys)


def audience_for(row: Owned, by: Actor, sharing: str) -> Audience:
    """Who reads what ``by`` adds to a record: never more than may see it.

    ``sharing`` is ``all``, ``owner`` (the owner and one's own agency) or ``own``.
    """
    shared = shared_with(row, by)
    return {
        "all": row.stored_audience,
        "owner": shared,
        "own": shared if by.owns(row) else row.stored_audience.share_of(by),
    }[sharing]
