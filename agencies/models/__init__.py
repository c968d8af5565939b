"""The tables of this application, by noun."""

from agencies.models.agreements import (
    Agreement,
    AgreementQuerySet,
    Party,
    PartyQuerySet,
    Purpose,
)
from agencies.models.assets import (
    USABLE,
    Asset,
    AssetKind,
    AssetStatus,
    Maintenance,
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
    Officer,
    OfficerManager,
)
from agencies.models.personnel import (
    PERSONAL,
    Absence,
    AbsenceKind,
    Authorisation,
    Certification,
    Qualification,
    certification_code,
)
from agencies.models.releases import (
    Release,
    ReleaseQuerySet,
)
from agencies.models.rights import RightsVersion

__all__ = [
    "PERSONAL",
    "USABLE",
    "Absence",
    "AbsenceKind",
    "Agency",
    "AgencyKind",
    "Agreement",
    "AgreementQuerySet",
    "Asset",
    "AssetKind",
    "AssetStatus",
    "Authorisation",
    "Certification",
    "Client",
    "IdempotencyKey",
    "Maintenance",
    "Officer",
    "OfficerManager",
    "Party",
    "PartyQuerySet",
    "Post",
    "Purpose",
    "Qualification",
    "Release",
    "ReleaseQuerySet",
    "RightsVersion",
    "State",
    "certification_code",
]
