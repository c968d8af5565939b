"""Attachments, their custody, and read marks as they go in and out."""

from rest_framework import serializers

from agencies.fields import Seen, StrictSerializer
from agencies.serializers.files import (
    CustodySerializer,
    FileSerializer,
    FileWriteSerializer,
)
from agencies.serializers.logs import MarkSerializer
from incidents.models import Attachment, CustodyLine, LogEntry, LogRead


class AttachmentSerializer(FileSerializer):
    """A file at an incident; ``sha256`` is of the original, as it was received."""

    class Meta:
        """What it is, who brought it, for whom."""

        model = Attachment
        fields = FileSerializer.COMMON


class AttachmentWriteSerializer(FileWriteSerializer):
    """A new file; at a line of the log it is for the line's readers."""

    sharing = serializers.ChoiceField(LogEntry.Sharing.choices, required=False)
    entry = Seen(LogEntry, required=False)


class CustodyLineSerializer(CustodySerializer):
    """Who did what with which copy, as far as the reader may know of them."""

    class Meta:
        """One line."""

        model = CustodyLine
        fields = CustodySerializer.COMMON


class LogReadSerializer(MarkSerializer):
    """How far the log was read: of other agencies the latest time, and no name."""

    class Meta:
        """Which agency, when; of one's own also who, and up to which line."""

        model = LogRead
        fields = MarkSerializer.COMMON


class LogReadWriteSerializer(StrictSerializer):
    """The last line that was read."""

    entry = Seen(LogEntry, required=False)
