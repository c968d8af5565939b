"""Positions."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models.functions import Now

from agencies.records import Guarded
from patrols.models.patrols import Patrol


class Fix(Guarded):
    """One position of a patrol. ``cell`` is its H3 cell (``patrols.cells``)."""

    # Without an index of its own: the constraint below begins with the patrol.
    patrol = models.ForeignKey(
        Patrol, models.PROTECT, related_name="fixes", db_index=False
    )
    device = models.CharField(max_length=40, default="", blank=True)
    at = models.DateTimeField()
    place = models.PointField(spatial_index=False)
    cell = models.BigIntegerField()
    speed_mps = models.FloatField(null=True)
    heading_deg = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    guard_parent: ClassVar[str | None] = "patrol"

    class Meta(Guarded.Meta):
        """One fix per device and moment: sending a batch twice is harmless."""

        ordering = ["at"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["cell", "-at"], name="fix_cell"),
            models.Index(fields=["-at", "-id"], name="fix_newest"),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(fields=["patrol", "at", "device"], name="fix_once"),
        ]

    def __str__(self) -> str:
        """Return the moment."""
        return self.at.isoformat()
