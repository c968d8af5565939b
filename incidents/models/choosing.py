"""For which incidents a rule of an agency's counts (``incidents.fitting``)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incidents import Category, Severity
from patrols.models import Zone


class ChoosesIncidents(models.Model):
    """By category, severity and zone."""

    # Empty: all.
    categories = ArrayField(
        models.CharField(max_length=12, choices=Category),
        default=list,
        blank=True,
        verbose_name=_("categories"),
    )
    severity = models.CharField(
        _("least severity"), max_length=8, choices=Severity, default=Severity.UNKNOWN
    )
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, related_name="+", verbose_name=_("zone")
    )

    class Meta:
        """A part of other models."""

        abstract = True
