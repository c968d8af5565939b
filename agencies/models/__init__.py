"""The tables of this application, by noun."""

from agencies.models.agreements import (
    Agreement,
    AgreementQuerySet,
    Party,
    PartyQuerySet,
    Purpose,
)
from agencies.models.clients import (
    Client,
    IdempotencyKey,
)
from agencies.models.directory import (
    Agency,
    AgencyKind,
    Post,
    State,
)
from agencies.models.officers import (
    Certification,
    Officer,
    OfficerManager,
)
from agencies.models.releases import (
    Release,
    ReleaseQuerySet,
)
from agencies.models.rights import RightsVersion

__all__ = [
    "Agency",
    "AgencyKind",
    "Agreement",
    "AgreementQuerySet",
    "Certification",
    "Client",
    "IdempotencyKey",
    "Officer",
    "OfficerManager",
    "Party",
    "PartyQuerySet",
    "Post",
    "Purpose",
    "Release",
    "ReleaseQuerySet",
    "RightsVersion",
    "State",
]
