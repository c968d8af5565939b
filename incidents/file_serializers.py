"""Attachments, their custody, and read marks as they go in and out."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer, Text
from agencies.policy import Actor
from agencies.serializers import AgencyCode, person_seen
from agencies.serializers.logs import MarkSerializer
from agencies.shown import ShownSerializer, reference
from incidents.models import Attachment, CustodyLine, LogEntry, LogRead


class AttachmentSerializer(ShownSerializer):
    """A file at an incident; ``sha256`` is of the original, as it was received."""

    entry = serializers.UUIDField(read_only=True, allow_null=True)
    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)
    withdrawn_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """What it is, who brought it, for whom."""

        model = Attachment
        fields = [
            "id",
            "entry",
            "agency",
            "by",
            "at",
            "sharing",
            "caption",
            "kind",
            "media_type",
            "size",
            "sha256",
            "scan",
            "withdrawn_at",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the line and the person that the reader may know."""
        return {
            "entry": reference("entry_id", LogEntry.objects.visible_to(actor)),
            "by": person_seen("by", actor, colleagues="agency"),
        }


class AttachmentWriteSerializer(StrictSerializer):
    """A new file; at a line of the log it is for the line's readers."""

    file = serializers.FileField(allow_empty_file=True, use_url=False)
    caption = Text(max_length=200, allow_blank=True, required=False)
    sharing = serializers.ChoiceField(LogEntry.Sharing.choices, required=False)
    entry = Seen(LogEntry, required=False)


class CustodyLineSerializer(ShownSerializer):
    """Who did what with which copy, as far as the reader may know of them."""

    agency = AgencyCode(read_only=True, allow_null=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """One line."""

        model = CustodyLine
        fields = ["at", "act", "copy", "agency", "by"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {"by": person_seen("by", actor, colleagues="agency")}


class LogReadSerializer(MarkSerializer):
    """How far the log was read: of other agencies the latest time, and no name."""

    class Meta:
        """Which agency, when; of one's own also who, and up to which line."""

        model = LogRead
        fields = MarkSerializer.COMMON


class LogReadWriteSerializer(StrictSerializer):
    """The last line that was read."""

    entry = Seen(LogEntry, required=False)
