"""What is noted about an incident: who has seen it, and the lines of its log."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.logs import LogLine, ReadMark
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


class LogEntry(LogLine):
    """A line in an incident's log; ``sharing`` says who was meant to read it."""

    class Sharing(models.TextChoices):
        """Who reads an entry; never more than may read the incident."""

        ALL = "all", _("everybody who sees the incident")
        OWNER = "owner", _("the owner and my agency")
        OWN = "own", _("my agency only")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="log")
    sharing = models.CharField(
        _("who reads it"), max_length=5, choices=Sharing, default=Sharing.OWNER
    )

    guard_parent: ClassVar[str | None] = "incident"

    class Meta(LogLine.Meta):
        """Found by the incident."""

        indexes = [
            *LogLine.Meta.indexes,
            models.Index(fields=["incident", "at"], name="log_of_incident"),
        ]


class LogRead(ReadMark):
    """How far somebody has read the log of an incident."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    entry = models.ForeignKey(LogEntry, models.PROTECT, null=True, related_name="+")

    guard_parent: ClassVar[str | None] = "incident"

    class Meta(ReadMark.Meta):
        """Found by the incident and who read."""

        indexes = [
            *ReadMark.Meta.indexes,
            models.Index(fields=["incident", "by"], name="read_of_incident"),
        ]
