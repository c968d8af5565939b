"""Lines of logs and read marks, whatever record they are of."""

from typing import Any

from django.db.models import Case, F, OuterRef, When
from rest_framework import serializers

from agencies.fields import MomentField
from agencies.policy import Actor
from agencies.serializers import AgencyCode, person_seen
from agencies.serializers.files import FileSerializer
from agencies.shown import ShownSerializer, reference


class LineSerializer(ShownSerializer):
    """A line in a log, its files, and who wrote it, if the reader may know.

    ``shown_file`` is how a concrete line shows its files, as ``attachments``.
    """

    COMMON = ["id", "agency", "by", "at", "text", "sharing", "attachments"]

    shown_file: type[FileSerializer]

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know, add the files that it may see."""
        model: Any = cls.shown_file.Meta.model
        files = model.objects.visible_to(actor).filter(entry=OuterRef("pk"))
        return {
            "by": person_seen("by", actor, colleagues="agency"),
            "attachments": cls.shown_file.each(files, actor),
        }


class MarkSerializer(ShownSerializer):
    """How far a log was read: of other agencies the latest time, and no name."""

    COMMON = ["agency", "at", "by", "entry"]

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)
    entry = serializers.UUIDField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Keep person and line to the own agency."""
        model: Any = cls.Meta.model
        seen = model.lines().objects.visible_to(actor)
        lines = reference("entry_id", seen)
        return {
            "by": Case(When(agency=actor.agency_id, then=F("by"))),
            "entry": Case(When(agency=actor.agency_id, then=lines)),
        }
