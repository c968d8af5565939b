"""Positions and tracks."""

from typing import Any

from rest_framework import serializers

from agencies.fields import GeometryField, MomentField, Seen, StrictSerializer, Text
from agencies.shown import ShownSerializer
from patrols.models import Fix, Patrol


class FixSerializer(ShownSerializer):
    """One position."""

    patrol = serializers.UUIDField(source="patrol_id", read_only=True)
    at = MomentField(read_only=True)
    place = GeometryField("Point", read_only=True)
    received_at = MomentField(read_only=True)

    class Meta:
        """Where a patrol was, when, by which device."""

        model = Fix
        fields = [
            "id",
            "patrol",
            "at",
            "place",
            "speed_mps",
            "heading_deg",
            "accuracy_m",
            "device",
            "received_at",
        ]


class NewFixSerializer(StrictSerializer):
    """One position that is sent (for the API's description; see ``patrols.fixes``)."""

    at = MomentField()
    place = GeometryField("Point")
    speed_mps = serializers.FloatField(required=False, allow_null=True)
    heading_deg = serializers.FloatField(required=False, allow_null=True)
    accuracy_m = serializers.FloatField(required=False, allow_null=True)
    device = Text(max_length=40, required=False, allow_blank=True)


class PositionsSerializer(StrictSerializer):
    """A batch of positions of one patrol."""

    patrol = Seen(Patrol)
    fixes = NewFixSerializer(many=True)


class Untouched(serializers.ListField):
    """A list as it came; DRF would visit each of thousands."""

    def run_child_validation(self, data: Any) -> Any:
        """Leave it to who reads it."""
        return data


class BatchSerializer(StrictSerializer):
    """The same as it came: ``patrols.fixes`` and the action read it."""

    patrol = serializers.UUIDField()
    fixes = Untouched()


class SinceSerializer(StrictSerializer):
    """From when on."""

    since = MomentField(required=False)


class AcceptedSerializer(serializers.Serializer[Any]):
    """How many positions were new, and how many were known already."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()


class TrackSerializer(serializers.Serializer[Any]):
    """A GeoJSON feature (RFC 7946): the way of a patrol, with a time per point."""

    type = serializers.CharField(default="Feature")
    geometry = GeometryField("LineString", "Point", allow_null=True)
    properties = serializers.DictField()
