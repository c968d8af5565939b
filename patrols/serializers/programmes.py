"""Programmes."""

from typing import Any

from django.db.models import Func, TextField
from rest_framework import serializers

from agencies.fields import (
    Bounded,
    Grantees,
    MarkingSerializer,
    Seen,
    Text,
    Weights,
)
from agencies.models import Agreement, Purpose
from agencies.policy import Actor
from agencies.serializers import OwnedSerializer
from agencies.serializers.seen import SeenAgreement
from agencies.shown import reference
from patrols.models import Programme, Route, Zone
from patrols.rules import MAX_EXCEPTIONS
from patrols.serializers.demand import DemandSerializer
from patrols.serializers.fields import places_seen


class Clock(Func):
    """A time of day to the minute."""

    template = "to_char(%(expressions)s, 'HH24:MI')"
    output_field = TextField()


class Hours(Func):
    """A duration as hours, minutes and seconds, with days counted as hours."""

    template = (
        "to_char(make_interval(secs => extract(epoch FROM %(expressions)s)),"
        " 'HH24:MI:SS')"
    )
    output_field = TextField()


class ProgrammeSerializer(OwnedSerializer):
    """A programme; places that the reader does not see are null."""

    agreement = serializers.CharField(read_only=True, allow_null=True)
    zone = serializers.UUIDField(read_only=True, allow_null=True)
    route = serializers.UUIDField(read_only=True, allow_null=True)
    start_time = serializers.TimeField(read_only=True, format="%H:%M")
    entitlements = serializers.DictField(
        child=serializers.IntegerField(), read_only=True
    )
    demand = DemandSerializer(read_only=True)

    class Meta:
        """Under what agreement, where, when, and who leads how often."""

        model = Programme
        fields = [
            *OwnedSerializer.COMMON,
            "code",
            "name",
            "agreement",
            "purpose",
            "zone",
            "route",
            "section_codes",
            "recurrence",
            "first_on",
            "excepted_on",
            "start_time",
            "time_zone",
            "duration",
            "entitlements",
            "demand",
            "horizon_days",
            "consent_days",
            "is_active",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        agreements = Agreement.objects.visible_to(actor)
        return {
            **super().expressions(actor),
            "agreement": reference("agreement_id", agreements, "code"),
            "start_time": Clock("start_time"),
            "duration": Hours("duration"),
            **places_seen(actor),
        }


class ProgrammeChangeSerializer(MarkingSerializer):
    """What may be changed of a programme."""

    code = Text(max_length=24, required=False)
    name = Text(max_length=120, required=False)
    purpose = serializers.ChoiceField(Purpose.choices, required=False)
    zone = Seen(Zone, required=False)
    route = Seen(Route, required=False, allow_null=True)
    section_codes = Bounded(child=Text(max_length=16), required=False)
    recurrence = Text(max_length=200, required=False)
    first_on = serializers.DateField(required=False)
    excepted_on = Bounded(
        child=serializers.DateField(), max_length=MAX_EXCEPTIONS, required=False
    )
    start_time = serializers.TimeField(required=False)
    time_zone = Text(max_length=40, required=False)
    duration = serializers.DurationField(required=False)
    entitlements = Weights(required=False, allow_empty=False)
    demand = DemandSerializer(required=False)
    horizon_days = serializers.IntegerField(min_value=1, max_value=366, required=False)
    consent_days = serializers.IntegerField(min_value=1, max_value=90, required=False)
    is_active = serializers.BooleanField(required=False)


class ProgrammeWriteSerializer(ProgrammeChangeSerializer):
    """A new programme."""

    agreement = SeenAgreement()
    code = Text(max_length=24)
    name = Text(max_length=120)
    zone = Seen(Zone)
    recurrence = Text(max_length=200)
    first_on = serializers.DateField()
    start_time = serializers.TimeField()
    time_zone = Text(max_length=40)
    duration = serializers.DurationField()
    entitlements = Weights(allow_empty=False)
    release_to = Grantees(required=False)
