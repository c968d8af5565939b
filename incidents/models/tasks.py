"""What an agency is to do about an incident, and until when."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.records import Guarded, GuardedQuerySet
from incidents.models.incidents import Incident


class TaskState(models.TextChoices):
    """What became of a task."""

    OPEN = "open", _("open")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class TaskQuerySet(GuardedQuerySet["Task"]):
    """Tasks."""

    def open(self) -> Self:
        """Keep those that are still to be done."""
        return self.filter(state=TaskState.OPEN)


class Task(Guarded):
    """Something that ``agency`` is to do; seen by the owner and that agency only."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks")
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="+", verbose_name=_("agency")
    )
    what = models.CharField(_("what is to be done"), max_length=300)
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(
        _("state"), max_length=9, choices=TaskState, default=TaskState.OPEN
    )
    set_by = models.CharField(max_length=120)
    set_for = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.CharField(max_length=120, blank=True)
    ended_for = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]
    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """What is due first comes first; what is over has an end."""

        ordering = ["due_at", "id"]
        verbose_name = _("task")
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(
                fields=["agency", "due_at"],
                condition=Q(state=TaskState.OPEN),
                name="task_open_of_agency",
            ),
        ]
        constraints = [
            *Guarded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, ended_at__isnull=True)
                | (~Q(state=TaskState.OPEN) & Q(ended_at__isnull=False)),
                name="task_ended_at",
            ),
        ]

    def __str__(self) -> str:
        """Return the first words."""
        return self.what[:60]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == TaskState.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been done by now."""
        return self.is_open and self.due_at < timezone.now()
