"""Vehicles, radios and what else agencies bring along; and when it is in repair."""

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.directory import Post
from agencies.models.personnel import SPAN, Spell
from agencies.policy import Permission
from agencies.records import Owned


class AssetKind(models.TextChoices):
    """What an asset is."""

    VEHICLE = "vehicle", _("vehicle")
    DRONE = "drone", _("drone")
    RADIO = "radio", _("radio")
    OPTICS = "optics", _("optics")
    DOG = "dog", _("dog")
    BOAT = "boat", _("boat")
    AIRCRAFT = "aircraft", _("aircraft")
    OTHER = "other", _("other")


class AssetStatus(models.TextChoices):
    """Whether an asset can be used."""

    SERVICEABLE = "serviceable", _("serviceable")
    LIMITED = "limited", _("limited")
    UNSERVICEABLE = "unserviceable", _("unserviceable")
    RETIRED = "retired", _("retired")


# In these an asset is of use, maintenance apart.
USABLE = (AssetStatus.SERVICEABLE, AssetStatus.LIMITED)


class Asset(Owned):
    """Something an agency brings along; partners see what is released to them."""

    code = models.CharField(_("code or call sign"), max_length=24)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=AssetKind)
    status = models.CharField(
        _("status"),
        max_length=14,
        choices=AssetStatus,
        default=AssetStatus.SERVICEABLE,
    )
    plate = models.CharField(_("plate"), max_length=24, blank=True)
    serial = models.CharField(_("serial number"), max_length=60, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    # Of a radio, as ``agencies.interoperability`` has them.
    bands = models.JSONField(_("bands"), default=list, blank=True)
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    release_permission: ClassVar[Permission] = Permission.ASSET_KEEP
    headline: ClassVar[dict[str, Any]] = {
        "code": "code",
        "title": "name",
        "kind": "kind",
        "status": "status",
    }

    class Meta(Owned.Meta):
        """Codes are unique within their owner."""

        ordering = ["code", "id"]
        verbose_name = _("asset")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["owner", "code"], name="asset_code"),
        ]

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"


class Maintenance(Spell):
    """A time in which an asset is in repair or inspection."""

    asset = models.ForeignKey(
        Asset, models.PROTECT, related_name="maintenances", verbose_name=_("asset")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    guard_parent: ClassVar[str | None] = "asset"

    class Meta(Spell.Meta):
        """One at a time."""

        verbose_name = _("maintenance")
        constraints = [
            *Spell.Meta.constraints,
            ExclusionConstraint(
                name="maintenance_overlap",
                expressions=[
                    ("asset", RangeOperators.EQUAL),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason or str(_("maintenance"))
