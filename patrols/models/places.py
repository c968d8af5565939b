"""Places: zones, routes, checkpoints, the shapes they had, and border sections."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from agencies.records import Guarded, Owned


class Place(Owned):
    """A named place of an agency; codes are unique within their owner."""

    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=120)

    # The column that holds its shape.
    shape: ClassVar[str]
    headline: ClassVar[dict[str, Any]] = {
        "code": "code",
        "title": "name",
        "owner": "owner__code",
    }

    class Meta(Owned.Meta):
        """Listed by code."""

        abstract = True
        ordering = ["code"]
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["owner", "code"], name="%(class)s_code"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def geometry(self) -> Any:
        """The shape that it has now."""
        return getattr(self, self.shape)

    @property
    def redrawn_at(self) -> datetime | None:
        """Since when the shape stands, or None for its first one."""
        former: Any = self
        last = former.versions.first()
        return last.stood_until if last else None

    @classmethod
    def version_model(cls) -> "type[PlaceVersion]":
        """Return the table of the shapes that it had."""
        relation: Any = cls._meta.get_field("versions")
        found: type[PlaceVersion] = relation.related_model
        return found


class Zone(Place):
    """An area in which patrols go."""

    area = models.MultiPolygonField(_("area"))

    shape: ClassVar[str] = "area"

    class Meta(Place.Meta):
        """A zone."""

        verbose_name = _("zone")


class SectionStatus(models.TextChoices):
    """How far two states have settled a stretch of their border."""

    AGREED = "agreed", _("agreed")
    DELIMITED = "delimited", _("delimited")
    DEMARCATED = "demarcated", _("demarcated")
    NOT_AGREED = "not_agreed", _("not agreed")


class BorderSection(models.Model):
    """A stretch of the border between two states.

    Reference data: every agency sees the same lines, and none of them says whose
    ground lies on which side.
    """

    code = models.CharField(_("code"), max_length=16, primary_key=True)
    name = models.CharField(_("name"), max_length=120)
    states = ArrayField(models.CharField(max_length=2), size=2)
    status = models.CharField(_("status"), max_length=12, choices=SectionStatus)
    line = models.MultiLineStringField(_("line"))
    source = models.CharField(_("source"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)

    class Meta:
        """Listed by code."""

        ordering = ["code"]
        verbose_name = _("border section")

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class Route(Place):
    """The way a patrol takes."""

    line = models.LineStringField(_("line"))

    shape: ClassVar[str] = "line"

    class Meta(Place.Meta):
        """A route."""

        verbose_name = _("route")


class Checkpoint(Place):
    """A crossing or control point."""

    place = models.PointField(_("place"))

    shape: ClassVar[str] = "place"

    class Meta(Place.Meta):
        """A checkpoint."""

        verbose_name = _("checkpoint")


class PlaceVersion(Guarded):
    """A shape that a place had until it was changed; whoever sees the place sees it.

    What stands now is in the place itself. ``replaced_by`` is the label of whoever
    drew what came after.
    """

    stood_from = models.DateTimeField()
    stood_until = models.DateTimeField()
    replaced_by = models.CharField(max_length=120)

    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Newest first."""

        abstract = True
        ordering = ["-stood_until", "-id"]

    def __str__(self) -> str:
        """Return until when it stood."""
        return self.stood_until.isoformat()

    @property
    def geometry(self) -> Any:
        """The shape."""
        parent: Any = self._meta.get_field(self.guard_parent or "").related_model
        return getattr(self, parent.shape)


class ZoneVersion(PlaceVersion):
    """An area that a zone had."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="versions")
    area = models.MultiPolygonField(spatial_index=False)

    guard_parent: ClassVar[str | None] = "zone"


class RouteVersion(PlaceVersion):
    """A line that a route had."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="versions")
    line = models.LineStringField(spatial_index=False)

    guard_parent: ClassVar[str | None] = "route"


class CheckpointVersion(PlaceVersion):
    """A place that a checkpoint had."""

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="versions")
    place = models.PointField(spatial_index=False)

    guard_parent: ClassVar[str | None] = "checkpoint"
