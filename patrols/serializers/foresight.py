"""What would stand in the way of a programme or patrol: the answer of a preview."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField
from patrols.conflicts import ConflictKind


class MetSerializer(serializers.Serializer[Any]):
    """The other patrol of a clash."""

    id = serializers.UUIDField()
    ref = serializers.CharField()
    lead = serializers.CharField(source="lead.code")
    state = serializers.CharField()
    starts_at = MomentField()
    ends_at = MomentField()


class ConflictSerializer(serializers.Serializer[Any]):
    """One thing that stands in the way; ``given`` are the numbers of its ``detail``."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(ConflictKind.choices)
    clause = serializers.CharField(help_text="Of the agreement, if one is broken.")
    pointer = serializers.CharField()
    detail = serializers.CharField(source="words")
    given = serializers.DictField()
    patrol = MetSerializer(allow_null=True)


class NextDateSerializer(serializers.Serializer[Any]):
    """A date, with the patrol that is open or the lead to be expected."""

    starts_at = MomentField()
    ends_at = MomentField()
    lead = serializers.CharField(source="leader")
    patrol = serializers.UUIDField(source="patrol.pk", default=None, allow_null=True)
    is_left_out = serializers.BooleanField()
    conflicts = ConflictSerializer(many=True)


class ForesightSerializer(serializers.Serializer[Any]):
    """The dates with their conflicts, and the conflicts of all alike."""

    conflicts = ConflictSerializer(many=True)
    dates = NextDateSerializer(many=True)


class ClashSerializer(MetSerializer):
    """A patrol in the same zone, or on the same sections, at the same time."""

    id = serializers.UUIDField(source="patrol.pk")
    ref = serializers.CharField(source="patrol.ref")
    lead = serializers.CharField(source="patrol.lead.code")
    state = serializers.CharField(source="patrol.state")
    starts_at = MomentField(source="patrol.starts_at")
    ends_at = MomentField(source="patrol.ends_at")
    is_same_zone = serializers.BooleanField()
    sections = serializers.ListField(child=serializers.CharField())


class ClashesSerializer(serializers.Serializer[Any]):
    """The patrols that meet one, soonest first."""

    results = ClashSerializer(many=True)
