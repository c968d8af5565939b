"""Strict input: unknown fields, times without a zone and bad geometries are errors."""

import json
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.checks import uuid_of
from agencies.geo import where_invalid
from agencies.policy import MAX_LEVEL, TLP
from agencies.records import Guarded

MAX_POINTS = 5000
# Codes in one list.
MAX_CODES = 50
# Faults of one body that are told.
MAX_FAULTS = 50
# Days that a system of ours can mean; beyond them clocks and calendars break.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class StrictSerializer(serializers.Serializer[Any]):
    """Input in which an unknown field is an error, not silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse fields that are not known or not writable."""
        if isinstance(data, dict):
            known = {name for name, f in self.fields.items() if not f.read_only}
            unknown = set(data) - known
            if unknown:
                text = _("Unknown field.")
                raise serializers.ValidationError(
                    {
                        str(n)[:80]: [
                            serializers.ErrorDetail(str(text), "unknown_field")
                        ]
                        for n in islice(unknown, MAX_FAULTS)
                    }
                )
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """A verb without a body."""


class MarkingSerializer(StrictSerializer):
    """A body that may change a marking."""

    tlp = serializers.ChoiceField(TLP.choices, required=False)
    level = serializers.IntegerField(min_value=0, max_value=MAX_LEVEL, required=False)


class RefSerializer(serializers.Serializer[Any]):
    """The record that an event, or a release, is about."""

    type = serializers.CharField()
    id = serializers.UUIDField()


class Text(serializers.CharField):
    """Text that must come as a string: a number is not quietly turned into one."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        value: str = super().to_internal_value(data)
        return value


class OurDay(serializers.DateField):
    """A day that a system of ours can mean."""

    default_error_messages = {"bad_day": _("Not a day of our time.")}

    def to_internal_value(self, value: Any) -> date:
        """Refuse days at which clocks and calendars break."""
        day: date = super().to_internal_value(value)
        if not EARLIEST.date() <= day <= LATEST.date():
            self.fail("bad_day")
        return day


class Bounded(serializers.ListField):
    """A list whose length is looked at before anything in it."""

    def __init__(self, *, max_length: int = MAX_CODES, **kwargs: Any) -> None:
        """Take a bounded number."""
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        """Refuse what is too long, at once."""
        most = self.max_length or 0
        if isinstance(data, list) and len(data) > most:
            self.fail("max_length", max_length=most)
        found: list[Any] = super().to_internal_value(data)
        return found


class Grantees(Bounded):
    """Codes of those to whom a new record is released."""

    child = Text(max_length=80)


class Weights(serializers.DictField):
    """Whole numbers by code, such as the entitlements of a programme."""

    child = serializers.IntegerField(min_value=1)
    default_error_messages = {"max_length": _("At most 50 entries.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse what is too long, at once."""
        if isinstance(data, dict) and len(data) > MAX_CODES:
            self.fail("max_length")
        found: dict[str, Any] = super().to_internal_value(data)
        return found


@extend_schema_field({"type": "string", "format": "uuid"})
class Seen(serializers.Field[Any, Any, Any, Any]):
    """A record by its id; one that the actor does not see is as good as none."""

    default_error_messages = {"unknown": _("No such record.")}
    # The code of the refusal.
    unknown = "unknown"
    model: type[Guarded]

    def __init__(self, model: type[Guarded] | None = None, **kwargs: Any) -> None:
        """Look among the visible rows of ``model``, which a subclass names itself."""
        self.model = model or self.model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Guarded:
        """Return the record."""
        wanted = uuid_of(data)
        seen = self.model.objects.visible_to(self.context["actor"])
        found: Guarded | None = seen.filter(pk=wanted).first() if wanted else None
        if found is None:
            self.fail(self.unknown)
        return found


class MomentField(serializers.DateTimeField):
    """An RFC 3339 time that says its zone."""

    default_error_messages = {
        "no_time_zone": _("The time must say its zone, such as 2026-01-31T08:00:00Z."),
        "bad_day": _("Not a day of our time."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse a time without a zone, which could mean five different moments."""
        if not isinstance(value, str):
            self.fail("invalid", format="RFC 3339")
        try:
            moment = parse_datetime(value)
        except ValueError:
            moment = None
        if moment is None:
            self.fail("invalid", format="RFC 3339")
        if moment.tzinfo is None:
            self.fail("no_time_zone")
        if not EARLIEST <= moment <= LATEST:
            self.fail("bad_day")
        return moment.astimezone(UTC)


class GeometryField(serializers.Field[Any, Any, Any, Any]):
    """A GeoJSON geometry (RFC 7946) of the given types, WGS 84, lon before lat."""

    default_error_messages = {
        "not_geojson": _(
            "Not a GeoJSON geometry whose positions are [longitude, latitude]."
        ),
        "wrong_type": _("Expected {wanted}."),
        "out_of_range": _("Longitude is -180..180, latitude -90..90."),
        "invalid_geometry": _("It crosses or overlaps itself near {place}."),
        "too_many_points": _("At most 5000 points."),
    }

    def __init__(self, *types: str, **kwargs: Any) -> None:
        """Keep the types that are allowed."""
        self.types = types or ("Point",)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> GEOSGeometry:
        """Return the geometry, or say what is wrong with it."""
        if not isinstance(data, dict) or "coordinates" not in data:
            self.fail("not_geojson")
        if data.get("type") not in self.types:
            self.fail("wrong_type", wanted=" / ".join(self.types))
        points = list(_positions(data["coordinates"]))
        if not points or None in points:
            self.fail("not_geojson")
        if len(points) > MAX_POINTS:
            self.fail("too_many_points")
        if any(not (-180 <= p[0] <= 180 and -90 <= p[1] <= 90) for p in points if p):
            self.fail("out_of_range")
        clean = {"type": data["type"], "coordinates": data["coordinates"]}
        try:
            shape = GEOSGeometry(json.dumps(clean), srid=4326)
        except (GEOSException, GDALException, ValueError, TypeError):
            self.fail("not_geojson")
        # There is a position, so it is not empty.
        if not shape.valid:
            self.fail("invalid_geometry", place=where_invalid(shape))
        return shape


def _positions(coordinates: Any, depth: int = 0) -> Any:
    """Walk nested coordinates; yield each position, None for anything else."""
    if not isinstance(coordinates, list) or not coordinates or depth > 4:
        yield None
    elif all(isinstance(c, int | float) for c in coordinates):
        is_position = len(coordinates) == 2 and not any(
            isinstance(c, bool) for c in coordinates
        )
        yield coordinates if is_position else None
    else:
        for inner in coordinates:
            yield from _positions(inner, depth + 1)
