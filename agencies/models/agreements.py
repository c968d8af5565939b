"""The legal bases of what is done together, and who is a party to them."""

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models.directory import Agency
from agencies.policy import TLP
from agencies.records import Guarded, GuardedQuerySet


class Purpose(models.TextChoices):
    """What an agreement may permit joint action for."""

    PATROL = "patrol", _("joint patrol")
    INCIDENT = "incident", _("incident response")
    INTELLIGENCE = "intelligence", _("sharing of intelligence")
    TRAINING = "training", _("joint training")
    RESCUE = "rescue", _("search and rescue")


class AgreementQuerySet(GuardedQuerySet["Agreement"]):
    """Agreements."""

    def in_force(self, on: date) -> Self:
        """Keep those that bind on a day."""
        return self.filter(
            Q(in_force_until__isnull=True) | Q(in_force_until__gte=on),
            in_force_from__lte=on,
        )


class Agreement(Guarded):
    """A legal basis for joint action; seen by its parties only.

    ``epoch`` rises when a party joins: what was released before stays closed to
    the newcomer.
    """

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=160)
    is_multilateral = models.BooleanField(_("multilateral"), default=False)
    signed_on = models.DateField(_("signed on"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until"), null=True, blank=True)
    purposes = ArrayField(
        models.CharField(max_length=16, choices=Purpose), verbose_name=_("purposes")
    )
    area = models.MultiPolygonField(_("area"), null=True, blank=True)
    max_crossing_m = models.PositiveIntegerField(_("crossing depth, m"), default=0)
    max_tlp = models.CharField(
        _("strictest TLP"), max_length=12, choices=TLP, default=TLP.AMBER
    )
    epoch = models.PositiveIntegerField(default=1, editable=False)

    objects = AgreementQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {"title": Concat("code", Value(" "), "name")}

    class Meta(Guarded.Meta):
        """An agreement ends after it begins."""

        ordering = ["code"]
        verbose_name = _("agreement")
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(in_force_until__isnull=True)
                | Q(in_force_until__gte=F("in_force_from")),
                name="agreement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class PartyQuerySet(GuardedQuerySet["Party"]):
    """Memberships."""

    def present(self) -> Self:
        """Keep those that have not ended."""
        return self.filter(left_at__isnull=True)


class Party(Guarded):
    """One agency's membership of an agreement, from ``joined_at`` to ``left_at``."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties")
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="memberships", verbose_name=_("agency")
    )
    # The agency's entitlement to lead, relative to the other parties'.
    weight = models.PositiveSmallIntegerField(_("lead entitlement"), default=1)
    joined_at = models.DateTimeField(default=timezone.now)
    joined_epoch = models.PositiveIntegerField()
    left_at = models.DateTimeField(null=True)

    objects = PartyQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Guarded.Meta):
        """An agency is a present party once."""

        ordering = ["agency__code"]
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["agreement", "agency"],
                condition=Q(left_at__isnull=True),
                name="party_present_once",
            ),
        ]

    def __str__(self) -> str:
        """Return the agency's code."""
        return self.agency.code
