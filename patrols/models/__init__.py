"""The tables of this application, by noun."""

from patrols.models.attachments import PatrolAttachment, PatrolCustodyLine
from patrols.models.consents import Consent, ConsentState
from patrols.models.feeds import FeedKey
from patrols.models.hand_overs import (
    TAKEN,
    HandOver,
    HandOverQuerySet,
    HandOverState,
)
from patrols.models.leads import LeadPlan, PlanReason
from patrols.models.log import PatrolLogEntry, PatrolLogRead
from patrols.models.markers import BorderMarker
from patrols.models.patrols import (
    ASKED_STATES,
    CURRENT_STATES,
    OPEN_STATES,
    Patrol,
    PatrolQuerySet,
    PatrolState,
)
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
    PARTS,
    AssetUse,
    Assignment,
    Booking,
    Gap,
    Remedy,
    Roster,
    RosterState,
    RosterWork,
    Taken,
    is_planner,
)
from patrols.models.swaps import OPEN_SWAPS, Swap, SwapState, Wish

__all__ = [
    "ASKED_STATES",
    "CURRENT_STATES",
    "OPEN_STATES",
    "OPEN_SWAPS",
    "PARTS",
    "TAKEN",
    "AssetUse",
    "Assignment",
    "Booking",
    "BorderMarker",
    "BorderSection",
    "Checkpoint",
    "CheckpointVersion",
    "Consent",
    "ConsentState",
    "FeedKey",
    "Fix",
    "Gap",
    "HandOver",
    "HandOverQuerySet",
    "HandOverState",
    "LeadPlan",
    "Patrol",
    "PatrolAttachment",
    "PatrolCustodyLine",
    "PatrolLogEntry",
    "PatrolLogRead",
    "PatrolQuerySet",
    "PatrolState",
    "Place",
    "PlaceVersion",
    "PlanReason",
    "Programme",
    "Remedy",
    "Roster",
    "RosterState",
    "RosterWork",
    "Route",
    "RouteVersion",
    "SectionStatus",
    "Swap",
    "SwapState",
    "Taken",
    "Wish",
    "Zone",
    "ZoneVersion",
    "is_planner",
]
