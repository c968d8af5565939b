"""Types of incident and their forms, as they go in and out."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.fields import MomentField
from agencies.shown import ShownSerializer
from incidents.models import IncidentType, IncidentTypeVersion

_OBJECT = {"type": "object", "additionalProperties": True}
_WORDS = {"type": "object", "additionalProperties": {"type": "string"}}


@extend_schema_field({"type": "string", "maxLength": 40})
class TypeCode(serializers.Field[Any, Any, Any, Any]):
    """A type of incident that is in use, by its code."""

    default_error_messages = {"unknown_type": _("No such type is in use.")}

    def to_internal_value(self, data: Any) -> IncidentType:
        """Return the type; one that its own incident has may be out of use."""
        found = None
        if isinstance(data, str) and "\x00" not in data:
            found = IncidentType.objects.filter(pk=data).first()
        if found is None:
            self.fail("unknown_type")
        return found


@extend_schema_field(_OBJECT)
class Details(serializers.JSONField):
    """The fields of a type's form; the action holds them to it."""


@extend_schema_field(_OBJECT)
class SchemaField(serializers.JSONField):
    """A form, as JSON Schema (draft 2020-12)."""


@extend_schema_field(_WORDS)
class Words(serializers.JSONField):
    """A name by language."""


class IncidentTypeSerializer(ShownSerializer):
    """A type of incident with its present form."""

    names = Words(read_only=True)
    schema = SchemaField(read_only=True)

    class Meta:
        """What it is called, what it belongs to, what a report of it fills in."""

        model = IncidentType
        fields = [
            "code",
            "category",
            "names",
            "schema",
            "version",
            "needs_confirmation",
            "is_active",
        ]


class IncidentTypeVersionSerializer(ShownSerializer):
    """Names and form that a type had until ``replaced_at``."""

    names = Words(read_only=True)
    schema = SchemaField(read_only=True)
    replaced_at = MomentField(read_only=True)

    class Meta:
        """As they were."""

        model = IncidentTypeVersion
        fields = ["version", "names", "schema", "replaced_at"]


class IncidentTypeVersionsSerializer(serializers.Serializer[Any]):
    """The forms that a type had before, newest first."""

    results = IncidentTypeVersionSerializer(many=True)


class StandardSerializer(serializers.Serializer[Any]):
    """What the details of every incident may hold, whatever its type."""

    schema = SchemaField()
