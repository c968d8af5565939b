"""What is noted about an incident: who has seen it, and the lines of its log."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.policy import Actor
from agencies.records import Guarded, GuardedQuerySet
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


class LogReadQuerySet(GuardedQuerySet["LogRead"]):
    """Read marks."""

    def told_to(self, actor: Actor) -> Self:
        """Keep all of the own agency, of each other agency the latest alone.

        How many of another agency read is its own affair.
        """
        later = self.filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
            incident=OuterRef("incident"),
            agency=OuterRef("agency"),
        )
        return self.filter(Q(agency=actor.agency_id) | ~Exists(later.order_by()))


class LogRead(Guarded):
    """How far somebody has read the log of an incident.

    For the own agency with the name; the owner of the incident is told of the agency
    and the time alone, which do not depend on what is for that agency only.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    # The last line that was read, and when somebody last looked.
    entry = models.ForeignKey(LogEntry, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = LogReadQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Whoever looked last comes first."""

        ordering = ["-at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["incident", "by"], name="read_of_incident"),
        ]

    def __str__(self) -> str:
        """Return the agency."""
        return self.agency.code
