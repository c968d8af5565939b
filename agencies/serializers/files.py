"""Files at records and their custody, whatever record they are of."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, StrictSerializer, Text
from agencies.policy import Actor
from agencies.serializers import AgencyCode, person_seen
from agencies.shown import ShownSerializer, reference


class FileSerializer(ShownSerializer):
    """A file at a record; ``sha256`` is of the original, as it was received."""

    COMMON = [
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

    entry = serializers.UUIDField(read_only=True, allow_null=True)
    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)
    withdrawn_at = MomentField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the line and the person that the reader may know."""
        model: Any = cls.Meta.model
        seen = model.lines().objects.visible_to(actor)
        return {
            "entry": reference("entry_id", seen),
            "by": person_seen("by", actor, colleagues="agency"),
        }


class FileWriteSerializer(StrictSerializer):
    """A new file; what else may be said of it, each record says."""

    file = serializers.FileField(allow_empty_file=True, use_url=False)
    caption = Text(max_length=200, allow_blank=True, required=False)


class CustodySerializer(ShownSerializer):
    """Who did what with which copy, as far as the reader may know of them."""

    COMMON = ["at", "act", "copy", "agency", "by"]

    agency = AgencyCode(read_only=True, allow_null=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {"by": person_seen("by", actor, colleagues="agency")}
