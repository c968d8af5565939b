"""The tables of this application, by noun."""

from patrols.models.patrols import Patrol, PatrolQuerySet, PatrolState
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

__all__ = [
    "BorderSection",
    "Checkpoint",
    "CheckpointVersion",
    "Fix",
    "Patrol",
    "PatrolQuerySet",
    "PatrolState",
    "Place",
    "PlaceVersion",
    "Programme",
    "Route",
    "RouteVersion",
    "SectionStatus",
    "Zone",
    "ZoneVersion",
]
