"""Logs of records: their lines, and how far they were read.

A concrete line says in ``sharing`` who was meant to read it, a concrete mark in
``entry`` which line was the last.
"""

from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.checks import choice_of
from agencies.errors import Invalid
from agencies.models import Agency
from agencies.policy import Actor
from agencies.records import Guarded, GuardedQuerySet, Owned
from agencies.sharing import audience_for

Line = TypeVar("Line", bound="LogLine")
Mark = TypeVar("Mark", bound="ReadMark")


class LogLine(Guarded):
    """A line in a record's log; never for more than may read the record."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    text = models.TextField(_("text"), max_length=4000)

    # The choices of ``sharing``.
    Sharing: ClassVar[type[models.TextChoices]]
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Oldest first."""

        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        """Return the first words."""
        return self.text[:60]

    @property
    def record_id(self) -> UUID:
        """The record in whose log it stands."""
        return getattr(self, f"{self.guard_parent}_id")  # type: ignore[no-any-return]

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Where it stands in the log."""
        return self.at, self.pk


class ReadMarkQuerySet(GuardedQuerySet[Mark]):
    """Read marks."""

    def told_to(self, actor: Actor) -> Self:
        """Keep all of the own agency, of each other agency the latest alone.

        How many of another agency read is its own affair.
        """
        record = self.model.guard_parent or ""
        later = self.filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")),
            agency=OuterRef("agency"),
            **{record: OuterRef(record)},
        )
        return self.filter(Q(agency=actor.agency_id) | ~Exists(later.order_by()))


class ReadMark(Guarded):
    """How far somebody has read the log of a record.

    For the own agency with the name; the owner of the record is told of the agency
    and the time alone, which do not depend on what is for that agency only.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    # When somebody last looked.
    at = models.DateTimeField()

    objects = ReadMarkQuerySet.as_manager()  # type: ignore[misc]
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Whoever looked last comes first."""

        abstract = True
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        """Return the agency."""
        return self.agency.code

    @classmethod
    def lines(cls) -> Any:
        """Return the model of the lines of which it marks one."""
        return cls._meta.get_field("entry").related_model


def new_line(
    lines: type[Line], row: Owned, *, text: str, sharing: str, by: Actor
) -> Line:
    """Return a line for the log of a locked record; the caller saves it.

    Refuses one that says nothing, and a ``sharing`` that is none of its choices.
    """
    if not text.strip():
        raise Invalid("empty", _("Write something."), pointer="/text")
    wanted = choice_of(lines.Sharing, sharing, "/sharing")
    record: Any = {lines.guard_parent: row}
    line = lines(
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        text=text,
        sharing=wanted,
        **record,
    )
    line.open_to(audience_for(row, by, wanted))
    return line
