"""Hand-overs: the lead of a patrol goes to another agency while it is out."""

from typing import ClassVar, Self

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded, GuardedQuerySet
from patrols.models.patrols import Patrol, PatrolState


class HandOverState(models.TextChoices):
    """How far it has come."""

    OFFERED = "offered", _("offered")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("taken back")
    SEIZED = "seized", _("taken in an emergency")


# Those with which the lead has gone to another agency, at ``answered_at``.
TAKEN = (HandOverState.ACCEPTED, HandOverState.SEIZED)


class HandOverQuerySet(GuardedQuerySet["HandOver"]):
    """Hand-overs."""

    def open(self) -> Self:
        """Keep offers that can still be answered: the patrol is out."""
        is_out = Q(patrol__state=PatrolState.UNDER_WAY)
        return self.filter(is_out, state=HandOverState.OFFERED)


class HandOver(Guarded):
    """The lead offered by one agency to another, or taken in an emergency.

    Whoever sees the patrol sees it: they also see who leads.
    """

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="hand_overs")
    giver = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=9, choices=HandOverState, default=HandOverState.OFFERED
    )
    reason = models.CharField(_("reason"), max_length=300)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.CharField(max_length=120)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)

    objects = HandOverQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "patrol"

    class Meta(Guarded.Meta):
        """In the order of time; a patrol has one open offer."""

        ordering = ["offered_at", "id"]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["patrol"],
                condition=Q(state=HandOverState.OFFERED),
                name="handover_one_offer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TAKEN) | Q(answered_at__isnull=False),
                name="handover_taken_at",
            ),
        ]

    def __str__(self) -> str:
        """Return who hands over to whom."""
        return f"{self.giver.code} → {self.taker.code}: {self.state}"
