"""Files that hang on an incident, and the record of who had them in hand."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.policy import Actor, Permission
from agencies.records import Guarded
from incidents.files.kinds import TYPES
from incidents.models.incidents import Incident
from incidents.models.log import LogEntry
from incidents.scanning import SERVED, Scan
from incidents.store import Copy


class FileKind(models.TextChoices):
    """What kind of file it is."""

    PHOTO = "photo", _("photo")
    VIDEO = "video", _("video")
    DOCUMENT = "document", _("document")


class Attachment(Guarded):
    """A file at an incident, perhaps of one line of its log; never wider than either.

    The original is sealed: a trigger (migration 0005) refuses any change of what it is,
    where it lies and who brought it. Only ``agency``, which brought it, is given the
    original; everybody else gets the working copy, which has no metadata.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments")
    entry = models.ForeignKey(
        LogEntry, models.PROTECT, null=True, related_name="attachments"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    sharing = models.CharField(_("who sees it"), max_length=5, choices=LogEntry.Sharing)
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

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False

    class Meta(Guarded.Meta):
        """Oldest first."""

        ordering = ["at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["incident", "at"], name="attachment_of_incident"),
            models.Index(fields=["entry"], name="attachment_of_entry"),
        ]

    def __str__(self) -> str:
        """Return the kind and when it came."""
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

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
        if is_own and actor.may(Permission.INCIDENT_HANDLE):
            copies.append(Copy.ORIGINAL)
        return copies


class CustodyLine(Guarded):
    """One line of an attachment's custody: who did what with which copy, and when.

    Append-only. For the incident's owner and the agency that acted: no other reader
    learns from it who else reads.
    """

    class Act(models.TextChoices):
        """What was done."""

        RECEIVED = "received", _("received")
        SCANNED = "scanned", _("scanned")
        VIEWED = "viewed", _("viewed")
        EXPORTED = "exported", _("original taken out")
        WITHDRAWN = "withdrawn", _("withdrawn")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="custody")
    # None: the platform itself.
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    act = models.CharField(max_length=9, choices=Act)
    copy = models.CharField(max_length=9, choices=Copy, blank=True)

    guard_parent: ClassVar[str | None] = "incident"
    guard_follows: ClassVar[bool] = False
    guard_append_only: ClassVar[bool] = True

    class Meta(Guarded.Meta):
        """Oldest first."""

        ordering = ["at", "id"]
        indexes = [
            *Guarded.Meta.indexes,
            models.Index(fields=["attachment", "at"], name="custody_of_attachment"),
        ]

    def __str__(self) -> str:
        """Return what was done."""
        return self.act
