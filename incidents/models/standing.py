"""What an agency releases of its incidents by rule, as soon as they are reported."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded, GuardedQuerySet, ReleaseScope
from incidents.models.choosing import ChoosesIncidents


class StandingReleaseQuerySet(GuardedQuerySet["StandingRelease"]):
    """Standing releases."""

    def in_force(self) -> Self:
        """Keep those that count for what is reported now."""
        return self.filter(ended_at=None)


class StandingRelease(ChoosesIncidents, Guarded):
    """One version of a rule; a change ends it and makes the next.

    What is written here never changes, so that every release that it made can be
    traced to the words of its day. For the own agency alone.
    """

    # The same for all versions.
    rule = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    grantee = models.CharField(_("to whom"), max_length=200)
    scope = models.CharField(
        _("how much"), max_length=8, choices=ReleaseScope, default=ReleaseScope.FULL
    )
    # None: for good.
    hours = models.PositiveIntegerField(_("for how many hours"), null=True)
    created_by = models.CharField(max_length=120, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = StandingReleaseQuerySet.as_manager()  # type: ignore[misc]
    headline: ClassVar[dict[str, Any]] = {"title": "name", "agency": "agency__code"}

    class Meta(Guarded.Meta):
        """By name; of each rule one version is in force."""

        ordering = ["name", "created_at", "id"]
        verbose_name = _("standing release")
        constraints = [
            *Guarded.Meta.constraints,
            models.UniqueConstraint(
                fields=["rule", "version"], name="standing_version"
            ),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(ended_at=None), name="standing_in_force"
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
