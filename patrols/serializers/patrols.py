"""Patrols, and the bodies of what is done with them."""

from typing import Any

from rest_framework import serializers

from agencies.fields import (
    Bounded,
    GeometryField,
    Grantees,
    MarkingSerializer,
    MomentField,
    Seen,
    StrictSerializer,
    Text,
)
from agencies.models import Agreement, Purpose
from agencies.policy import Actor
from agencies.serializers import (
    AgencyCode,
    OwnedSerializer,
    RecordSerializer,
    officer_seen,
)
from agencies.serializers.seen import SeenAgreement, SeenOfficer
from agencies.shown import reference
from patrols.models import Patrol, Programme, Route, Zone
from patrols.serializers.consents import ConsentSerializer
from patrols.serializers.demand import CrewMemberSerializer, DemandSerializer
from patrols.serializers.fields import places_seen
from patrols.serializers.hand_overs import HandOverSerializer


class PatrolSerializer(RecordSerializer):
    """A patrol; what the reader does not see of its surroundings is null."""

    programme = serializers.UUIDField(read_only=True, allow_null=True)
    agreement = serializers.CharField(read_only=True, allow_null=True)
    zone = serializers.UUIDField(read_only=True, allow_null=True)
    route = serializers.UUIDField(read_only=True, allow_null=True)
    lead = AgencyCode(read_only=True)
    commander = serializers.CharField(read_only=True, allow_null=True)
    starts_at = MomentField(read_only=True)
    ends_at = MomentField(read_only=True)
    started_at = MomentField(read_only=True, allow_null=True)
    ended_at = MomentField(read_only=True, allow_null=True)
    demand = DemandSerializer(read_only=True)
    crew = serializers.DictField(child=CrewMemberSerializer(many=True), read_only=True)
    consents = ConsentSerializer(many=True, read_only=True)
    hand_overs = HandOverSerializer(many=True, read_only=True)
    last_place = GeometryField("Point", read_only=True, allow_null=True)
    last_fix_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """What, where, when, who leads, which state, and where it was last."""

        model = Patrol
        fields = [
            *OwnedSerializer.COMMON,
            "ref",
            "programme",
            "agreement",
            "purpose",
            "title",
            "zone",
            "route",
            "starts_at",
            "ends_at",
            "state",
            "lead",
            "participants",
            "commander",
            "demand",
            "crew",
            "started_at",
            "ended_at",
            "cancel_reason",
            "consents",
            "hand_overs",
            "last_place",
            "last_fix_at",
            "tear_line_of",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        agreements = Agreement.objects.visible_to(actor)
        return {
            **super().expressions(actor),
            "agreement": reference("agreement_id", agreements, "code"),
            "programme": reference("programme_id", Programme.objects.visible_to(actor)),
            "commander": officer_seen("commander_id", actor),
            "consents": ConsentSerializer.of_patrol(actor),
            "hand_overs": HandOverSerializer.of_patrol(actor),
            **places_seen(actor),
        }


class PatrolChangeSerializer(MarkingSerializer):
    """What may be changed of a patrol that has not left."""

    agreement = SeenAgreement(required=False)
    purpose = serializers.ChoiceField(Purpose.choices, required=False)
    title = Text(max_length=120, required=False)
    zone = Seen(Zone, required=False)
    route = Seen(Route, required=False, allow_null=True)
    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    demand = DemandSerializer(required=False)


class PatrolWriteSerializer(PatrolChangeSerializer):
    """A patrol outside any programme."""

    title = Text(max_length=120)
    lead = AgencyCode()
    participants = Bounded(
        child=Text(max_length=16),
        min_length=1,
    )
    zone = Seen(Zone)
    starts_at = MomentField()
    ends_at = MomentField()
    release_to = Grantees(required=False)


class MomentSerializer(StrictSerializer):
    """When it happened; now, if not said."""

    at = MomentField(required=False)


class CancelSerializer(StrictSerializer):
    """Why a patrol is called off; all who see the patrol may read it."""

    reason = Text(max_length=300)


class CommanderSerializer(StrictSerializer):
    """Who commands."""

    commander = SeenOfficer()
