"""Work that a worker holds for a while: what others take up again if it dies.

A claim has a number; whoever comes back with an older one has been given up for dead
meanwhile, and changes nothing.
"""

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from agencies.records import Guarded, GuardedQuerySet

QUEUED = "queued"
Row = TypeVar("Row", bound=Guarded)


class LeasedQuerySet(GuardedQuerySet[Row]):
    """Rows of a :class:`Leased` model."""

    def waiting(self, now: datetime) -> Self:
        """Keep those to work on: queued, or left behind by a worker that died."""
        left = Q(state=self._working, lease_until__lt=now)
        return self.filter(Q(state=QUEUED) | left)

    def held(self, row: Any) -> Self:
        """Keep the row, as long as its claim is the last and still in force."""
        return self.filter(pk=row.pk, claims=row.claims, state=self._working)

    @property
    def _working(self) -> str:
        return self.model.WORKING  # type: ignore[attr-defined, no-any-return]


class Leased(models.Model):
    """What workers take from a queue; its ``state`` begins as ``queued``."""

    # The state of what a worker is at.
    WORKING: ClassVar[str]

    # Until then its worker is taken to be alive; the claims so far, the last in force.
    lease_until = models.DateTimeField(null=True, editable=False)
    claims = models.PositiveSmallIntegerField(default=0, editable=False)
    failure = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        """A part of other models."""

        abstract = True
