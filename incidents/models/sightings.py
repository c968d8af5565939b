"""Who of other agencies has opened an incident, and when."""

from typing import ClassVar

from django.db import models

from agencies.models import Agency
from agencies.records import Guarded
from incidents.models.incidents import Incident


class Sighting(Guarded):
    """Somebody of another agency than the owner's was given an incident.

    Seen by the owner and that agency only. A tear line is an incident of its own to
    its readers, and has sightings of its own. Who lost an incident and gets it again
    begins a new row: of one person there may be several.
    """

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="+", db_index=False
    )
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=120)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Whoever opened it first comes first."""

        ordering = ["first_at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["incident", "by"], name="sighting_of_incident"),
        ]

    def __str__(self) -> str:
        """Return who."""
        return self.by
