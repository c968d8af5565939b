"""The tables of this application, by noun."""

from patrols.models.consents import Consent, ConsentState
from patrols.models.feeds import FeedKey
from patrols.models.leads import LeadPlan, PlanReason
from patrols.models.patrols import OPEN_STATES, Patrol, PatrolQuerySet, PatrolState
from patrols.models.places import (
    BorderSection,
    Checkpoint,
    CheckpointVersion,
    Place,
    PlaceVersion,
    Route,
    RouteVersion,
    SectionStatus,
    Zone,
    ZoneVersion,
)
from patrols.models.positions import Fix
from patrols.models.programmes import Programme
from patrols.models.rosters import (
    AssetUse,
    Assignment,
    Gap,
    Roster,
    RosterState,
    RosterWork,
)

__all__ = [
    "OPEN_STATES",
    "AssetUse",
    "Assignment",
    "BorderSection",
    "Checkpoint",
    "CheckpointVersion",
    "Consent",
    "ConsentState",
    "FeedKey",
    "Fix",
    "Gap",
    "LeadPlan",
    "Patrol",
    "PatrolQuerySet",
    "PatrolState",
    "Place",
    "PlaceVersion",
    "PlanReason",
    "Programme",
    "Roster",
    "RosterState",
    "RosterWork",
    "Route",
    "RouteVersion",
    "SectionStatus",
    "Zone",
    "ZoneVersion",
]
