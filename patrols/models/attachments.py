"""Files that lines of a patrol's log carry, and the record of who had them in hand."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.attachments import AttachedFile, CustodyEntry
from agencies.policy import Permission
from patrols.models.log import PatrolLogEntry
from patrols.models.patrols import Patrol


class PatrolAttachment(AttachedFile):
    """A file of a line in a patrol's log; sealed by migration 0016."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="attachments")
    entry = models.ForeignKey(
        PatrolLogEntry, models.PROTECT, related_name="attachments"
    )
    sharing = models.CharField(
        _("who sees it"), max_length=5, choices=PatrolLogEntry.Sharing
    )

    guard_parent: ClassVar[str | None] = "patrol"
    add_permission: ClassVar[Permission] = Permission.PATROL_LOG
    original_permission: ClassVar[Permission] = Permission.PATROL_RUN

    class Meta(AttachedFile.Meta):
        """Found by the patrol, and by the line."""

        indexes = [
            *AttachedFile.Meta.indexes,
            models.Index(fields=["patrol", "at"], name="attachment_of_patrol"),
            models.Index(fields=["entry"], name="attachment_of_patrol_entry"),
        ]


class PatrolCustodyLine(CustodyEntry):
    """One line of the custody of a file in a patrol's log."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="+")
    attachment = models.ForeignKey(
        PatrolAttachment, models.PROTECT, related_name="custody"
    )

    guard_parent: ClassVar[str | None] = "patrol"

    class Meta(CustodyEntry.Meta):
        """Found by the file."""

        indexes = [
            *CustodyEntry.Meta.indexes,
            models.Index(fields=["attachment", "at"], name="custody_of_patrol_file"),
        ]
