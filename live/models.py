"""The journal: one row per thing that happened."""

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency
from agencies.records import Guarded


class Event(Guarded):
    """A line in the journal: audit line, feed entry and outbox row in one.

    ``seq`` is null until the sequencer has seen the commit. The column
    ``inserted`` (in the table only, see the first migration) keeps the order of
    insertion. The audience is a copy of the subject's at that moment; it narrows
    with the subject's and never widens.
    """

    seq = models.PositiveBigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=48)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    # For the owner's audit only; never sent in a frame.
    detail = models.JSONField(default=dict)
    # The subject's audience is gone for these readers: sent without its headline.
    is_tombstone = models.BooleanField(default=False)

    guard_follows: ClassVar[bool] = False
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Fed in the order of ``seq``."""

        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["subject_id", "seq"], name="event_subject"),
        ]

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind

    @classmethod
    def guard_rows(cls, record: Guarded) -> "models.QuerySet[Any] | None":
        """Return a row's events; a tombstone stays with those it is for."""
        return cls._base_manager.filter(subject_id=record.pk, is_tombstone=False)


class Dispatch(models.Model):
    """How far the sequencer is, and when it last was at work; one row."""

    # Up to here, the tasks that follow events have been started.
    seq = models.PositiveBigIntegerField(default=0)
    alive_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """There is one row."""

        constraints = [models.CheckConstraint(condition=Q(id=1), name="dispatch_one")]

    def __str__(self) -> str:
        """Return the position."""
        return str(self.seq)
