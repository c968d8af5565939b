"""Lines of logs and read marks, whatever record they are of."""

from typing import Any

from django.db.models import Case, F, When
from rest_framework import serializers

from agencies.fields import MomentField
from agencies.policy import Actor
from agencies.serializers import AgencyCode, person_seen
from agencies.shown import ShownSerializer, reference


class LineSerializer(ShownSerializer):
    """A line in a log, and who wrote it, if the reader may know."""

    COMMON = ["id", "agency", "by", "at", "text", "sharing"]

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {"by": person_seen("by", actor, colleagues="agency")}


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
