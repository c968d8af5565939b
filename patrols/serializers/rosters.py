"""Rosters and assignments, and the bodies of what is done with them."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, StrictSerializer
from agencies.models import Agreement
from agencies.policy import MAX_LEVEL, Actor
from agencies.serializers import officer_seen
from agencies.serializers.seen import SeenAgreement
from agencies.shown import ShownSerializer, reference
from patrols.models import Assignment, Patrol, Roster


class RosterSerializer(ShownSerializer):
    """A roster, for its owner: sums and numbers, no names."""

    agreement = serializers.CharField(read_only=True, allow_null=True)
    mends = serializers.UUIDField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    started_at = MomentField(read_only=True, allow_null=True)
    finished_at = MomentField(read_only=True, allow_null=True)
    published_at = MomentField(read_only=True, allow_null=True)
    progress = serializers.DictField(read_only=True)
    summary = serializers.DictField(read_only=True)

    class Meta:
        """Which days, how far the work is, and what came of it."""

        model = Roster
        fields = [
            "id",
            "version",
            "created_at",
            "updated_at",
            "agreement",
            "from_on",
            "until_on",
            "seconds",
            "level",
            "mends",
            "state",
            "failure",
            "started_at",
            "finished_at",
            "published_at",
            "progress",
            "summary",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the agreement to its parties."""
        known = Agreement.objects.visible_to(actor)
        return {
            "agreement": reference("agreement_id", known, "code"),
            "mends": reference("mends_id", Roster.objects.visible_to(actor)),
        }


class RosterWriteSerializer(StrictSerializer):
    """Of which days a roster is asked for."""

    agreement = SeenAgreement()
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    seconds = serializers.IntegerField(required=False)
    level = serializers.IntegerField(min_value=0, max_value=MAX_LEVEL, required=False)


class ReplanSerializer(StrictSerializer):
    """How long it may take; as long as before, if not said."""

    seconds = serializers.IntegerField(required=False)


class AssignmentSerializer(ShownSerializer):
    """A colleague on a patrol."""

    roster = serializers.UUIDField(read_only=True, allow_null=True)
    patrol = serializers.UUIDField(read_only=True, allow_null=True)
    officer = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """Who, where, as what, and whether it counts already."""

        model = Assignment
        fields = [
            "id",
            "roster",
            "patrol",
            "officer",
            "is_commander",
            "is_locked",
            "is_active",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        return {
            "roster": reference("roster_id", Roster.objects.visible_to(actor)),
            "patrol": reference("patrol_id", Patrol.objects.visible_to(actor)),
            "officer": officer_seen("officer_id", actor),
        }
