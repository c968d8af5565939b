"""Files at records, and the record of who had them in hand.

A concrete file says in ``sharing`` who was meant to see it and in ``entry`` at which
line of the log it hangs; a concrete line of custody says in ``attachment`` whose it is.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.files.kinds import TYPES
from agencies.files.scanning import SERVED, Scan
from agencies.files.store import Copy
from agencies.logs import LogLine
from agencies.models import Agency
from agencies.policy import Actor, Permission
from agencies.records import Guarded, Record


class FileKind(models.TextChoices):
    """What kind of file it is."""

    PHOTO = "photo", _("photo")
    VIDEO = "video", _("video")
    DOCUMENT = "document", _("document")


class AttachedFile(Guarded):
    """A file at a record, perhaps of one line of its log; never wider than either.

    The original is sealed: a trigger of each table refuses any change of what it is,
    where it lies and who brought it. Only ``agency``, which brought it, is given the
    original; everybody else gets the working copy, which has no metadata.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    caption = models.CharField(_("caption"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=FileKind)
    media_type = models.CharField(
        max_length=40, choices=[(name, name) for name in TYPES]
    )
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    stored_as = models.CharField(max_length=32, unique=True, editable=False)
    scan = models.CharField(_("scan"), max_length=11, choices=Scan)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    # The lines of its custody, which name it ``attachment``.
    custody: Any

    guard_follows: ClassVar[bool] = False
    # What one must be allowed: to add a file and take it back; to take out an original.
    add_permission: ClassVar[Permission]
    original_permission: ClassVar[Permission]

    class Meta(Guarded.Meta):
        """Oldest first."""

        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        """Return the kind and when it came."""
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def records(cls) -> Any:
        """Return the model of the records at which such files hang."""
        return cls._meta.get_field(cls.guard_parent or "").related_model

    @classmethod
    def lines(cls) -> type[LogLine]:
        """Return the model of the lines at which such files hang."""
        return cls._meta.get_field("entry").related_model  # type: ignore[return-value]

    @property
    def record(self) -> Any:
        """The record at which it hangs; whoever reads that has to see it."""
        return getattr(self, self.guard_parent or "")

    @property
    def record_id(self) -> UUID:
        """The id of that record."""
        return getattr(self, f"{self.guard_parent}_id")  # type: ignore[no-any-return]

    @property
    def is_served(self) -> bool:
        """Whether its files are given out at all."""
        return self.scan in SERVED

    def copies_for(self, actor: Actor) -> list[str]:
        """Return which copies a reader may have; the original is its agency's own."""
        copies: list[str] = [Copy.WORKING]
        if self.kind == FileKind.PHOTO:
            copies.append(Copy.THUMBNAIL)
        is_own = actor.agency_id is not None and self.agency_id == actor.agency_id
        if is_own and actor.may(self.original_permission):
            copies.append(Copy.ORIGINAL)
        return copies


class CustodyEntry(Guarded):
    """One line of a file's custody: who did what with which copy, and when.

    Append-only. For the record's owner and the agency that acted: no other reader
    learns from it who else reads.
    """

    class Act(models.TextChoices):
        """What was done."""

        RECEIVED = "received", _("received")
        SCANNED = "scanned", _("scanned")
        VIEWED = "viewed", _("viewed")
        EXPORTED = "exported", _("original taken out")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # None: the platform itself.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    act = models.CharField(max_length=9, choices=Act)
    copy = models.CharField(max_length=9, choices=Copy, blank=True)

    guard_follows: ClassVar[bool] = False
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Oldest first."""

        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        """Return what was done."""
        return self.act


def file_models() -> list[type[AttachedFile]]:
    """Return every model of files, so that a new one is scanned and swept as well."""
    return [m for m in apps.get_models() if issubclass(m, AttachedFile)]


def files_of(records: type[Record]) -> type[AttachedFile]:
    """Return the model of the files that hang at such records."""
    return next(model for model in file_models() if model.records() is records)
