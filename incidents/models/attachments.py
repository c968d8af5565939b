"""Files that hang on an incident, and the record of who had them in hand."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.attachments import AttachedFile, CustodyEntry
from agencies.policy import Permission
from incidents.models.incidents import Incident
from incidents.models.log import LogEntry


class Attachment(AttachedFile):
    """A file at an incident; sealed by migration 0005."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments")
    entry = models.ForeignKey(
        LogEntry, models.PROTECT, null=True, related_name="attachments"
    )
    sharing = models.CharField(_("who sees it"), max_length=5, choices=LogEntry.Sharing)

    guard_parent: ClassVar[str | None] = "incident"
    add_permission: ClassVar[Permission] = Permission.INCIDENT_REPORT
    original_permission: ClassVar[Permission] = Permission.INCIDENT_HANDLE

    class Meta(AttachedFile.Meta):
        """Found by the incident, and by the line."""

        indexes = [
            *AttachedFile.Meta.indexes,
            models.Index(fields=["incident", "at"], name="attachment_of_incident"),
            models.Index(fields=["entry"], name="attachment_of_entry"),
        ]


class CustodyLine(CustodyEntry):
    """One line of the custody of a file at an incident."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="custody")

    guard_parent: ClassVar[str | None] = "incident"

    class Meta(CustodyEntry.Meta):
        """Found by the file."""

        indexes = [
            *CustodyEntry.Meta.indexes,
            models.Index(fields=["attachment", "at"], name="custody_of_attachment"),
        ]
