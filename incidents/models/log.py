"""What is noted about an incident: who has seen it, and the lines of its log."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded
from incidents.models.incidents import Incident


class Acknowledgement(Guarded):
    """An agency has taken note; seen by the owner and that agency only."""

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="acknowledgements"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """In the order in which it was noted."""

        ordering = ["at"]

    def __str__(self) -> str:
        """Return the agency."""
        return self.agency.code


class LogEntry(Guarded):
    """A line in an incident's log; ``sharing`` says who was meant to read it."""

    class Sharing(models.TextChoices):
        """Who reads an entry; never more than may read the incident."""

        ALL = "all", _("everybody who sees the incident")
        OWNER = "owner", _("the owner and my agency")
        OWN = "own", _("my agency only")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="log")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    text = models.TextField(_("text"), max_length=4000)
    sharing = models.CharField(
        _("who reads it"), max_length=5, choices=Sharing, default=Sharing.OWNER
    )

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Oldest first."""

        ordering = ["at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["incident", "at"], name="log_of_incident"),
        ]

    def __str__(self) -> str:
        """Return the first words."""
        return self.text[:60]
