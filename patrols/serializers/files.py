"""Files in the log of a patrol, and their custody, as they go in and out."""

from agencies.fields import Seen
from agencies.serializers.files import (
    CustodySerializer,
    FileSerializer,
    FileWriteSerializer,
)
from patrols.models import PatrolAttachment, PatrolCustodyLine, PatrolLogEntry


class PatrolAttachmentSerializer(FileSerializer):
    """A file in a patrol's log; ``sha256`` is of the original, as it was received."""

    class Meta:
        """What it is, who brought it, for whom."""

        model = PatrolAttachment
        fields = FileSerializer.COMMON


class PatrolAttachmentWriteSerializer(FileWriteSerializer):
    """A new file at a line of the log; it is for the line's readers."""

    entry = Seen(PatrolLogEntry)


class PatrolCustodyLineSerializer(CustodySerializer):
    """Who did what with which copy, as far as the reader may know of them."""

    class Meta:
        """One line."""

        model = PatrolCustodyLine
        fields = CustodySerializer.COMMON
