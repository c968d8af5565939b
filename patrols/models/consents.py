"""What each agency that takes part says to a patrol that was proposed."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.gis.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded, GuardedQuerySet
from patrols.models.patrols import ASKED_STATES, Patrol, PatrolState
from patrols.models.places import Route, RouteVersion, Zone, ZoneVersion


class ConsentState(models.TextChoices):
    """What an agency has said so far."""

    ASKED = "asked", _("asked")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    COUNTERED = "countered", _("counter-proposal")
    LAPSED = "lapsed", _("no answer in time")
    WITHDRAWN = "withdrawn", _("no longer asked")


# Without an answer that the owner could go by.
WAITING = (ConsentState.ASKED, ConsentState.COUNTERED)
# What a counter-proposal can be about: columns of a patrol.
PROPOSED = ("starts_at", "ends_at", "zone_id", "route_id")


class ConsentQuerySet(GuardedQuerySet["Consent"]):
    """Consents."""

    def current(self) -> Self:
        """Keep the newest of each patrol and agency."""
        return self.filter(replaced_at=None)

    def waiting(self) -> Self:
        """Keep those that hold up a proposed patrol."""
        proposed = Q(patrol__state=PatrolState.PROPOSED)
        return self.current().filter(proposed, state__in=WAITING)

    def redrawn(self) -> Self:
        """Keep those asked before a zone or route of an open patrol was redrawn."""
        patrol = Q(patrol__state__in=ASKED_STATES)
        later = {"stood_until__gt": OuterRef("asked_at")}
        zones = ZoneVersion.objects.filter(zone=OuterRef("patrol__zone"), **later)
        routes = RouteVersion.objects.filter(route=OuterRef("patrol__route"), **later)
        return self.current().filter(patrol, Exists(zones) | Exists(routes))

    def waiting_for(self, agency_id: UUID | None) -> Self:
        """Keep those that an agency is to answer: its own, or a counter-proposal."""
        own = Q(state=ConsentState.ASKED, agency=agency_id)
        countered = Q(state=ConsentState.COUNTERED, patrol__owner=agency_id)
        return self.waiting().filter(own | countered).order_by("deadline_at", "id")


class Consent(Guarded):
    """One agency is asked whether it takes part in a patrol as proposed.

    Seen by the owner and the agencies that take part, and by nobody else who was
    released the patrol. A change that touches the agency replaces the row by another.
    ``starts_at``, ``ends_at``, ``zone`` and ``route`` are a counter-proposal's: what it
    leaves as it is is null.
    """

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="consents")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=9, choices=ConsentState, default=ConsentState.ASKED
    )
    asked_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    # How many of the reminders have been sent (``patrols.consent_rules``).
    reminders = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("starts at"), null=True)
    ends_at = models.DateTimeField(_("ends at"), null=True)
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")
    route = models.ForeignKey(Route, models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "patrol"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """One current consent of each agency; the latest deadline comes last."""

        ordering = ["agency__code", "-asked_at"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(
                fields=["deadline_at"],
                condition=Q(replaced_at=None, state__in=WAITING),
                name="consent_waiting",
            ),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["patrol", "agency"],
                condition=Q(replaced_at=None),
                name="consent_current",
            ),
        ]

    def __str__(self) -> str:
        """Return agency and state."""
        return f"{self.agency.code}: {self.state}"

    @property
    def proposal(self) -> dict[str, Any]:
        """What a counter-proposal would change: columns of the patrol, by id."""
        values = {name: getattr(self, name) for name in PROPOSED}
        return {name: value for name, value in values.items() if value is not None}
