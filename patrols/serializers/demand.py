"""What a patrol asks for, and who goes, over REST."""

from typing import Any

from rest_framework import serializers

from agencies.fields import Bounded, StrictSerializer, Text
from patrols.crews import COMMANDER, OFFICER
from patrols.demand import MOST, MOST_ENTRIES, MOST_LETTERS


class _Numbers(serializers.DictField):
    child = serializers.IntegerField(min_value=0, max_value=MOST)


class _Codes(Bounded):
    child = Text(max_length=MOST_LETTERS)


class DemandSerializer(StrictSerializer):
    """What each patrol asks for; empty: one officer of each agency, and a commander.

    ``places`` are officers by agency, ``certificates`` holders by code, ``equipment``
    units by agency and kind, ``territories`` states in which all may act; the crew
    shares one of ``languages``.
    """

    places = _Numbers(required=False)
    certificates = _Numbers(required=False)
    commander_certificate = Text(
        max_length=MOST_LETTERS, required=False, allow_blank=True
    )
    languages = _Codes(required=False, max_length=MOST_ENTRIES)
    equipment = serializers.DictField(child=_Numbers(), required=False)
    territories = _Codes(required=False, max_length=MOST_ENTRIES)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return plain JSON."""
        return dict(super().to_internal_value(data))


class CrewMemberSerializer(serializers.Serializer[Any]):
    """One of a crew, as partners may know them."""

    role = serializers.ChoiceField([COMMANDER, OFFICER])
    call_sign = serializers.CharField()
