"""The log of a patrol as it is shown, and what is written to it."""

from rest_framework import serializers

from agencies.fields import Seen, StrictSerializer, Text
from agencies.serializers.logs import LineSerializer, MarkSerializer
from patrols.models import PatrolLogEntry, PatrolLogRead
from patrols.serializers.files import PatrolAttachmentSerializer


class PatrolLogEntrySerializer(LineSerializer):
    """A line in a patrol's log, its files, and who wrote it, if the reader may know."""

    shown_file = PatrolAttachmentSerializer
    attachments = PatrolAttachmentSerializer(many=True, read_only=True)

    class Meta:
        """Who wrote what, and for whom."""

        model = PatrolLogEntry
        fields = LineSerializer.COMMON


class PatrolLogEntryWriteSerializer(StrictSerializer):
    """A new line in a patrol's log."""

    text = Text(max_length=4000)
    sharing = serializers.ChoiceField(
        PatrolLogEntry.Sharing.choices, default=PatrolLogEntry.Sharing.ALL
    )


class PatrolLogReadSerializer(MarkSerializer):
    """How far the log was read: of other agencies the latest time, and no name."""

    class Meta:
        """Which agency, when; of one's own also who, and up to which line."""

        model = PatrolLogRead
        fields = MarkSerializer.COMMON


class PatrolLogReadWriteSerializer(StrictSerializer):
    """The last line that was read."""

    entry = Seen(PatrolLogEntry, required=False)
