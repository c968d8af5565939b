"""Border markers: the numbered pillars along a section of the border."""

import uuid
from typing import Self

from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patrols.distances import Metres
from patrols.models.places import BorderSection


class BorderMarkerQuerySet(models.QuerySet["BorderMarker"]):
    """Border markers."""

    def standing(self) -> Self:
        """Keep those that are valid today."""
        today = timezone.localdate()
        has_begun = Q(valid_from=None) | Q(valid_from__lte=today)
        return self.filter(has_begun, Q(valid_until=None) | Q(valid_until__gte=today))

    def nearest(self, place: Point, metres: int) -> "BorderMarker | None":
        """Return the one that is nearest to a place, if one is so near."""
        near: models.QuerySet[BorderMarker] = self.filter(
            place__bboverlaps=place.buffer(metres / 60_000)
        )
        near = near.annotate(away=Metres("place", place)).filter(away__lte=metres)
        return near.order_by("away", "pk").first()


class BorderMarker(models.Model):
    """A numbered pillar of a border section.

    Reference data, as the sections are: every agency sees the same. One that was
    moved or renumbered is a new row from the day on which the old one ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    section = models.ForeignKey(
        BorderSection,
        models.PROTECT,
        related_name="markers",
        verbose_name=_("border section"),
    )
    number = models.CharField(_("number"), max_length=16)
    place = models.PointField(_("place"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = BorderMarkerQuerySet.as_manager()

    class Meta:
        """Listed by section and number; a number stands once at a time."""

        ordering = ["section", "number", "valid_from"]
        verbose_name = _("border marker")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "number"],
                condition=Q(valid_until=None),
                name="bordermarker_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None)
                | Q(valid_from=None)
                | Q(valid_until__gte=F("valid_from")),
                name="bordermarker_validity",
            ),
        ]

    def __str__(self) -> str:
        """Return section and number."""
        return f"{self.section_id} {self.number}"
