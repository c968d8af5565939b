"""Leads over REST: why, what if, repair, plans with their proof, and the ledger.

Shares and deviations are exact, as fractions in texts such as ``"3/7"``.
"""

from fractions import Fraction
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.fields import MomentField, OurDay, StrictSerializer, Text
from patrols import leads
from patrols.models import PlanReason


@extend_schema_field(OpenApiTypes.STR)
class ExactField(serializers.Field[Any, Any, Any, Any]):
    """An exact number of leads, as a text."""

    default_error_messages = {"invalid": "A number, or a fraction such as 5/4."}

    def to_internal_value(self, data: Any) -> Fraction:
        """Read it."""
        try:
            return leads.deviation(data)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        """Write it."""
        return str(value)


class ChangeSerializer(serializers.Serializer[Any]):
    """A lead that goes from one agency to another."""

    patrol = serializers.UUIDField(source="id")
    at = MomentField()
    old = serializers.CharField()
    new = serializers.CharField()


class LeadPartySerializer(serializers.Serializer[Any]):
    """One agency around one lead; ``owed`` is above zero for who led too little."""

    agency = serializers.CharField()
    weight = serializers.IntegerField()
    owed_before = ExactField(source="before")
    owed_after = ExactField(source="after")
    must_lead_by = MomentField(allow_null=True)
    barred = serializers.CharField(source="bar")


class InsteadSerializer(serializers.Serializer[Any]):
    """What if another agency led."""

    agency = serializers.CharField()
    words = serializers.CharField()
    changes = ChangeSerializer(many=True)
    reached = ExactField()


class LeadSerializer(serializers.Serializer[Any]):
    """Why an agency leads a patrol, from the patrols that the reader sees."""

    lead = serializers.CharField()
    why = serializers.CharField()
    counted = serializers.IntegerField()
    parties = LeadPartySerializer(many=True)
    others = serializers.ListField(child=serializers.CharField())
    instead = InsteadSerializer(allow_null=True)


class AskedSerializer(StrictSerializer):
    """Whether the rotation looks for one's own commanders."""

    is_asked = serializers.BooleanField()


class RepairSerializer(StrictSerializer):
    """How far off anybody may be; without it the rule of the house.

    ``digest`` is that of the preview: anything else is refused.
    """

    within = ExactField(required=False, allow_null=True)
    digest = Text(max_length=32, required=False)


class ChoiceSerializer(serializers.Serializer[Any]):
    """One choice: the fewest leads that change for a deviation."""

    within = ExactField(source="reached")
    changed = serializers.IntegerField(source="price")


class CurveSerializer(serializers.Serializer[Any]):
    """What it costs to bring all closer to their share; ``changes`` of one choice."""

    deviation = ExactField()
    choices = ChoiceSerializer(many=True)
    changes = ChangeSerializer(many=True)
    digest = serializers.CharField()


class ChangesSerializer(serializers.Serializer[Any]):
    """The leads that were changed."""

    changes = ChangeSerializer(many=True)


class PlanSerializer(serializers.Serializer[Any]):
    """A plan of leads; ``findings`` is what a checker of its own finds wrong now."""

    id = serializers.UUIDField()
    made_at = serializers.CharField()
    reason = serializers.ChoiceField(PlanReason.choices)
    patrols = serializers.ListField(child=serializers.UUIDField())
    certificate = serializers.DictField()
    findings = serializers.ListField(child=serializers.CharField())


class PlansSerializer(serializers.Serializer[Any]):
    """Plans of leads, newest first."""

    results = PlanSerializer(many=True)


class LedgerQuerySerializer(StrictSerializer):
    """A period, this year if not said, and perhaps one programme."""

    first = OurDay(required=False)
    last = OurDay(required=False)
    programme = serializers.UUIDField(required=False)


class LineSerializer(serializers.Serializer[Any]):
    """What one agency did in a period."""

    agency = serializers.CharField()
    patrols = serializers.IntegerField()
    leads = serializers.FloatField()
    nights = serializers.IntegerField()
    weekends = serializers.IntegerField()
    hours = serializers.FloatField()
    kilometres = serializers.FloatField()


class LedgerSerializer(serializers.Serializer[Any]):
    """The ledger of an agreement, as far as the reader sees its patrols."""

    agreement = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    lines = LineSerializer(many=True)
    owed = serializers.DictField(
        child=ExactField(), help_text="By agency, after the last patrol of the period."
    )
