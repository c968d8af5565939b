"""An incident's life: the steps it may take, those it took, and who confirms it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded
from incidents.models.incidents import CloseReason, Incident, IncidentState

# Where an incident may go from each state; ``docs/incident-life.md`` shows the table.
# Out of ``closed`` a duplicate that is unmerged, and what nobody responded to yet, goes
# back to where it was instead.
STEPS = {
    IncidentState.REPORTED: [
        IncidentState.CONFIRMED,
        IncidentState.RESPONDING,
        IncidentState.CONTAINED,
        IncidentState.RESOLVED,
        IncidentState.CLOSED,
    ],
    IncidentState.CONFIRMED: [
        IncidentState.RESPONDING,
        IncidentState.CONTAINED,
        IncidentState.RESOLVED,
        IncidentState.CLOSED,
    ],
    IncidentState.RESPONDING: [
        IncidentState.CONTAINED,
        IncidentState.RESOLVED,
        IncidentState.CLOSED,
    ],
    IncidentState.CONTAINED: [
        IncidentState.RESPONDING,
        IncidentState.RESOLVED,
        IncidentState.CLOSED,
    ],
    IncidentState.RESOLVED: [IncidentState.RESPONDING, IncidentState.CLOSED],
    IncidentState.CLOSED: [IncidentState.REPORTED, IncidentState.RESPONDING],
}
# From these it is opened again, for a reason.
REOPENED_FROM = (
    IncidentState.CONTAINED,
    IncidentState.RESOLVED,
    IncidentState.CLOSED,
)


class Transition(Guarded):
    """A step of an incident: from which state to which, when, by whom and why.

    Whoever sees the incident sees its steps: all are the owner's. Who took one is for
    the owner's own people (``docs/incident-life.md``).
    """

    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="transitions", db_index=False
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    from_state = models.CharField(max_length=12, choices=IncidentState)
    to_state = models.CharField(max_length=12, choices=IncidentState)
    close_reason = models.CharField(max_length=16, choices=CloseReason, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)

    guard_parent: ClassVar[str | None] = "incident"
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Oldest first."""

        ordering = ["at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["incident", "at"], name="transition_of_incident"),
        ]

    def __str__(self) -> str:
        """Return the step."""
        return f"{self.from_state} → {self.to_state}"


class Confirmation(Guarded):
    """An agency to which the incident was released confirms it.

    Seen by the owner and that agency only; the owner takes it up by confirming.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="confirmations")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    reason = models.CharField(_("why"), max_length=300, blank=True)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """In the order in which it was given."""

        ordering = ["at"]

    def __str__(self) -> str:
        """Return the agency."""
        return self.agency.code
