"""Plans of leads: what the rotation decided, and the proof of it."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.records import Guarded
from patrols.models.programmes import Programme


class PlanReason(models.TextChoices):
    """Why leads were given."""

    OPENED = "opened", _("patrols were opened")
    REPAIRED = "repaired", _("leads were repaired")
    STOOD_DOWN = "stood_down", _("an agency stood down")


class LeadPlan(Guarded):
    """The leads of a programme as they stood at a moment, with their certificate.

    ``certificate`` is what ``patrols.rotation_check`` verifies: the patrols from the
    first one ahead, on the credits of all before. ``counted`` are the ids of all
    patrols, in order; ``gave`` are those that it gave a lead. They count what a reader
    may not see: he is shown what ``patrols.lead_plans`` makes of it.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="lead_plans")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=12, choices=PlanReason)
    counted = ArrayField(models.UUIDField())
    gave = ArrayField(models.UUIDField(), default=list)
    certificate = models.JSONField()

    guard_parent: ClassVar[str | None] = "programme"
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Newest first."""

        ordering = ["-made_at", "-id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["programme", "-made_at"], name="leadplan_newest"),
        ]

    def __str__(self) -> str:
        """Return the moment."""
        return self.made_at.isoformat()
