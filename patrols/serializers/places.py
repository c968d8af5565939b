"""Zones, routes, checkpoints and border sections."""

from agencies.fields import GeometryField
from agencies.serializers import OwnedSerializer, PlaceChange, PlaceWrite
from agencies.shown import ShownSerializer
from patrols.models import BorderSection, Checkpoint, Route, Zone


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


class BorderSectionSerializer(ShownSerializer):
    """A stretch of the border: reference data, the same for every agency."""

    line = GeometryField("MultiLineString", read_only=True)

    class Meta:
        """Which states, how far settled, and by what source."""

        model = BorderSection
        fields = ["code", "name", "states", "status", "line", "source", "valid_from"]
