"""The log of a patrol: its lines, and how far each reader has read."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.logs import LogLine, ReadMark
from patrols.models.patrols import Patrol


class PatrolLogEntry(LogLine):
    """A line in a patrol's log; ``sharing`` says who was meant to read it."""

    class Sharing(models.TextChoices):
        """Who reads an entry; never more than may see the patrol."""

        ALL = "all", _("everybody who sees the patrol")
        OWN = "own", _("my agency only")

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="log")
    sharing = models.CharField(
        _("who reads it"), max_length=5, choices=Sharing, default=Sharing.ALL
    )

    guard_parent: ClassVar[str | None] = "patrol"

    class Meta(LogLine.Meta):
        """Found by the patrol."""

        indexes = [
            *LogLine.Meta.indexes,
            models.Index(fields=["patrol", "at"], name="log_of_patrol"),
        ]


class PatrolLogRead(ReadMark):
    """How far somebody has read the log of a patrol."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="+")
    entry = models.ForeignKey(
        PatrolLogEntry, models.PROTECT, null=True, related_name="+"
    )

    guard_parent: ClassVar[str | None] = "patrol"

    class Meta(ReadMark.Meta):
        """Found by the patrol and who read."""

        indexes = [
            *ReadMark.Meta.indexes,
            models.Index(fields=["patrol", "by"], name="read_of_patrol"),
        ]
