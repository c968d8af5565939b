"""Programmes: recurring series of patrols."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from agencies.models import Agreement, Purpose
from agencies.policy import Permission
from agencies.records import Owned
from patrols.models.places import Route, Zone
from patrols.recurrence import end_of


class Programme(Owned):
    """A recurring series of joint patrols under one agreement.

    ``recurrence`` is an RFC 5545 RRULE in the wall-clock time of ``time_zone``.
    ``entitlements`` maps agency codes to whole-number weights of leading.
    """

    code = models.CharField(_("code"), max_length=24)
    name = models.CharField(_("name"), max_length=120)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, verbose_name=_("agreement")
    )
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=Purpose, default=Purpose.PATROL
    )
    zone = models.ForeignKey(Zone, models.PROTECT, verbose_name=_("zone"))
    route = models.ForeignKey(
        Route, models.PROTECT, null=True, blank=True, verbose_name=_("route")
    )
    section_codes = ArrayField(
        models.CharField(max_length=16), default=list, verbose_name=_("sections")
    )
    recurrence = models.CharField(_("recurrence"), max_length=200)
    first_on = models.DateField(_("first day"))
    # Days on which it does not go out, though the rule says so (EXDATE).
    excepted_on = ArrayField(
        models.DateField(), default=list, blank=True, verbose_name=_("days left out")
    )
    start_time = models.TimeField(_("start"))
    time_zone = models.CharField(_("time zone"), max_length=40)
    duration = models.DurationField(_("duration"), default=timedelta(hours=8))
    entitlements = models.JSONField(_("lead entitlements"))
    # What each of its patrols asks for (``patrols.demand``); empty: the usual.
    demand = models.JSONField(_("demand"), default=dict, blank=True)
    # Agencies that are passed over where no commander of theirs is free; each says so
    # for itself, for partners learn from it that none is.
    commanders_asked = ArrayField(
        models.CharField(max_length=16), default=list, editable=False
    )
    # Starts that nobody may lead and that are therefore not open, with the rules.
    unled = models.JSONField(default=list, editable=False)
    horizon_days = models.PositiveSmallIntegerField(_("days ahead"), default=28)
    consent_days = models.PositiveSmallIntegerField(_("days to answer"), default=7)
    is_active = models.BooleanField(_("active"), default=True)

    release_permission: ClassVar[Permission] = Permission.PATROL_PLAN
    headline: ClassVar[dict[str, Any]] = {
        "code": "code",
        "title": "name",
        "owner": "owner__code",
        "is_active": "is_active",
    }

    class Meta(Owned.Meta):
        """Codes are unique within their owner."""

        ordering = ["code"]
        verbose_name = _("programme")
        constraints = [
            *Owned.Meta.constraints,
            models.UniqueConstraint(fields=["owner", "code"], name="programme_code"),
        ]

    def end_after(self, start: datetime) -> datetime:
        """Return when a patrol that starts then ends, by the clock on the wall."""
        return end_of(start, self.duration, ZoneInfo(self.time_zone))

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"
