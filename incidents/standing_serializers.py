"""Standing releases over REST."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer, Text
from agencies.policy import Actor
from agencies.records import ReleaseScope
from agencies.serializers import AgencyCode, person_seen
from agencies.shown import ShownSerializer, reference
from incidents.actions.standing import LONGEST
from incidents.models import Category, Severity, StandingRelease
from patrols.models import Zone


class StandingReleaseSerializer(ShownSerializer):
    """One version of a rule; ``rule`` is the same for all of them."""

    agency = AgencyCode(read_only=True)
    categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), read_only=True
    )
    zone = serializers.UUIDField(read_only=True, allow_null=True)
    created_by = serializers.CharField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    ended_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """For which incidents, to whom, how much, for how long."""

        model = StandingRelease
        fields = [
            "id", "rule", "version", "agency", "name", "categories", "severity",
            "zone", "grantee", "scope", "hours", "created_by", "created_at", "ended_at",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the zone that the reader sees, and the colleague."""
        return {
            "zone": reference("zone_id", Zone.objects.visible_to(actor)),
            "created_by": person_seen("created_by", actor, colleagues="agency"),
        }


class StandingReleaseChangeSerializer(StrictSerializer):
    """What the next version says otherwise."""

    name = Text(max_length=80, required=False)
    grantee = Text(max_length=200, required=False)
    scope = serializers.ChoiceField(ReleaseScope.choices, required=False)
    categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), max_length=20, required=False
    )
    severity = serializers.ChoiceField(Severity.choices, required=False)
    zone = Seen(Zone, required=False, allow_null=True)
    hours = serializers.IntegerField(
        min_value=1, max_value=LONGEST, required=False, allow_null=True
    )


class StandingReleaseWriteSerializer(StandingReleaseChangeSerializer):
    """A new rule."""

    name = Text(max_length=80)
    grantee = Text(max_length=200)


class FittingSerializer(serializers.Serializer[Any]):
    """An incident that the rule fits."""

    incident = serializers.UUIDField()
    ref = serializers.CharField()
    is_released = serializers.BooleanField()
    refused = serializers.CharField(help_text="why its marking keeps it in; or empty")


class TrialSerializer(serializers.Serializer[Any]):
    """What a rule would have released of the last thirty days."""

    looked_at = serializers.IntegerField()
    fitting = FittingSerializer(many=True)
