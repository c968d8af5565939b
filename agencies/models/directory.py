"""Who takes part: states, agencies and their posts."""

import uuid
from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from agencies.records import Owned


class State(models.Model):
    """A sovereign state, by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        """Listed by name."""

        ordering = ["name"]
        verbose_name = _("state")

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class AgencyKind(models.TextChoices):
    """What an agency is."""

    BORDER_GUARD = "border_guard", _("border guard")
    POLICE = "police", _("police")
    CUSTOMS = "customs", _("customs")
    MILITARY = "military", _("military")
    CIVIL = "civil", _("civil authority")
    OBSERVER = "observer", _("international observer")


class Agency(models.Model):
    """A security agency; the directory of agencies is known to all who log in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=AgencyKind)
    state = models.ForeignKey(
        State, models.PROTECT, null=True, blank=True, verbose_name=_("state")
    )
    languages = ArrayField(
        models.CharField(max_length=8), default=list, verbose_name=_("languages")
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")

    class Meta:
        """Listed by code."""

        ordering = ["code"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class Post(Owned):
    """A border post or station of an agency."""

    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=120)
    place = models.PointField(_("place"))

    headline: ClassVar[dict[str, Any]] = {"code": "code", "title": "name"}

    class Meta(Owned.Meta):
        """Codes are unique within their owner."""

        ordering = ["code"]
        verbose_name = _("post")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["owner", "code"], name="post_code"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
