"""Zones, routes, checkpoints and border sections."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from agencies.fields import GeometryField
from agencies.geo import geojson
from agencies.serializers import OwnedSerializer, PlaceChange, PlaceWrite
from agencies.shown import ShownSerializer
from patrols.models import BorderSection, Checkpoint, PlaceVersion, Route, Zone


class ZoneSerializer(OwnedSerializer):
    """A zone."""

    area = GeometryField("MultiPolygon", read_only=True)

    class Meta:
        """Code, name and area."""

        model = Zone
        fields = [*OwnedSerializer.COMMON, "code", "name", "area"]


class ZoneChangeSerializer(PlaceChange):
    """What may be changed of a zone."""

    area = GeometryField("MultiPolygon", "Polygon", required=False)


class ZoneWriteSerializer(PlaceWrite):
    """A new zone."""

    area = GeometryField("MultiPolygon", "Polygon")


class RouteSerializer(OwnedSerializer):
    """A route."""

    line = GeometryField("LineString", read_only=True)

    class Meta:
        """Code, name and line."""

        model = Route
        fields = [*OwnedSerializer.COMMON, "code", "name", "line"]


class RouteChangeSerializer(PlaceChange):
    """What may be changed of a route."""

    line = GeometryField("LineString", required=False)


class RouteWriteSerializer(PlaceWrite):
    """A new route."""

    line = GeometryField("LineString")


class CheckpointSerializer(OwnedSerializer):
    """A checkpoint."""

    place = GeometryField("Point", read_only=True)

    class Meta:
        """Code, name and place."""

        model = Checkpoint
        fields = [*OwnedSerializer.COMMON, "code", "name", "place"]


class CheckpointChangeSerializer(PlaceChange):
    """What may be changed of a checkpoint."""

    place = GeometryField("Point", required=False)


class CheckpointWriteSerializer(PlaceWrite):
    """A new checkpoint."""

    place = GeometryField("Point")


class VersionSerializer(serializers.Serializer[PlaceVersion]):
    """A shape that a place had; who drew the next one, to its owner."""

    id = serializers.UUIDField()
    stood_from = serializers.DateTimeField(default_timezone=UTC)
    stood_until = serializers.DateTimeField(default_timezone=UTC)
    shape = serializers.SerializerMethodField()
    replaced_by = serializers.SerializerMethodField()

    def get_shape(self, row: PlaceVersion) -> dict[str, Any]:
        """Return it as GeoJSON."""
        return geojson(row.geometry) or {}

    def get_replaced_by(self, row: PlaceVersion) -> str | None:
        """Return the label of whoever drew what came after."""
        return row.replaced_by if self.context["is_own"] else None


class VersionsSerializer(serializers.Serializer[Any]):
    """The shapes that a place had."""

    results = VersionSerializer(many=True)


class BorderSectionSerializer(ShownSerializer):
    """A stretch of the border: reference data, the same for every agency."""

    line = GeometryField("MultiLineString", read_only=True)

    class Meta:
        """Which states, how far settled, and by what source."""

        model = BorderSection
        fields = ["code", "name", "states", "status", "line", "source", "valid_from"]
