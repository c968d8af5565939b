"""Border markers, places given as a text, and what is derived of a place."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.fields import GeometryField, StrictSerializer, Text
from agencies.shown import ShownSerializer
from patrols.coordinates import MAX_LENGTH, NotAPlace
from patrols.models import BorderMarker
from patrols.place_words import in_words
from patrols.whereabouts import Whereabouts, located


class BorderMarkerSerializer(ShownSerializer):
    """A pillar of a border section: reference data, the same for every agency."""

    section = serializers.CharField(source="section_id", read_only=True)
    place = GeometryField("Point", read_only=True)

    class Meta:
        """Which section, which number, where, by what source, how long."""

        model = BorderMarker
        fields = [
            "id", "section", "number", "place", "source", "valid_from", "valid_until",
        ]  # fmt: skip


@extend_schema_field({"type": "string", "maxLength": MAX_LENGTH})
class PlaceText(Text):
    """A place in any system; ``Whereabouts``, with the text as it was given."""

    def __init__(self, **kwargs: Any) -> None:
        """Take no more than a line."""
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return where it is, or say what was read and what is missing."""
        text = super().run_validation(data)
        try:
            return located(text)
        except NotAPlace as error:
            raise serializers.ValidationError(
                in_words(error), code="not_a_place"
            ) from None


class PlaceGiven(StrictSerializer):
    """A body that says where: as GeoJSON or as a text, never both."""

    place = GeometryField("Point", required=False)
    place_text = PlaceText(required=False)

    needs_place: ClassVar[bool] = False

    def validate(self, attrs: Any) -> Any:
        """Refuse two places, and none where one is needed; give the columns."""
        given: dict[str, Any] = dict(super().validate(attrs))
        where: Whereabouts | None = given.pop("place_text", None)
        is_point = "place" in given
        if (where and is_point) or (self.needs_place and not where and not is_point):
            text = _("Give place (GeoJSON) or place_text, one of the two.")
            fault = serializers.ErrorDetail(str(text), "place_or_text")
            raise serializers.ValidationError({"place": [fault]})
        return given | where.columns() if where else given


class ZoneNamedSerializer(serializers.Serializer[Any]):
    """A zone, by its names."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class JurisdictionSerializer(serializers.Serializer[Any]):
    """Where a place lies, as far as that can be said to this reader."""

    states = serializers.ListField(
        child=serializers.CharField(),
        help_text="ISO 3166-1 codes: one, or all sides where a line is near",
    )
    is_near = serializers.BooleanField(
        help_text="whether a line is too near to say on whose side it lies"
    )
    is_agreed = serializers.BooleanField(
        allow_null=True, help_text="whether that line is settled; null: not known"
    )
    section = serializers.CharField(allow_null=True)
    zones = ZoneNamedSerializer(many=True)
