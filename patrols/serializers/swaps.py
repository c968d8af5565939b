"""Wishes and swaps as they are shown, and the bodies of what is done with them."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer, Text
from agencies.policy import Actor
from agencies.serializers import officer_seen, person_seen
from agencies.serializers.seen import SeenOfficer
from agencies.shown import ShownSerializer, reference
from patrols.models import Assignment, Patrol, Swap, Wish

_SHOWN = ["id", "version", "created_at", "updated_at", "patrol"]


class AskedSerializer(ShownSerializer):
    """What wishes and swaps have in common."""

    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    patrol = serializers.UUIDField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the patrol to those who see it."""
        return {"patrol": reference("patrol_id", Patrol.objects.visible_to(actor))}


class WishSerializer(AskedSerializer):
    """A colleague's wish."""

    officer = serializers.CharField(read_only=True, allow_null=True)
    withdrawn_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Who would like to go, or would rather not."""

        model = Wish
        fields = [*_SHOWN, "officer", "is_wanted", "reason", "withdrawn_at"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the colleague."""
        return super().expressions(actor) | {
            "officer": officer_seen("officer_id", actor)
        }


class SwapSerializer(AskedSerializer):
    """A swap between two colleagues."""

    assignment = serializers.UUIDField(read_only=True, allow_null=True)
    wanted = serializers.UUIDField(read_only=True, allow_null=True)
    wanted_patrol = serializers.UUIDField(read_only=True, allow_null=True)
    asker = serializers.CharField(read_only=True, allow_null=True)
    colleague = serializers.CharField(read_only=True, allow_null=True)
    answered_at = MomentField(read_only=True, allow_null=True)
    decided_at = MomentField(read_only=True, allow_null=True)
    decided_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """What is given and taken, by whom, and how it stands."""

        model = Swap
        fields = [
            *_SHOWN,
            "assignment",
            "wanted",
            "wanted_patrol",
            "asker",
            "colleague",
            "state",
            "note",
            "reason",
            "answered_at",
            "decided_at",
            "decided_by",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        sent = Assignment.objects.visible_to(actor)
        return super().expressions(actor) | {
            "assignment": reference("assignment_id", sent),
            "wanted": reference("wanted_id", sent),
            "wanted_patrol": reference("wanted_id", sent, "patrol_id"),
            "asker": officer_seen("asker_id", actor),
            "colleague": officer_seen("colleague_id", actor),
            "decided_by": person_seen("decided_by", actor, colleagues="agency"),
        }


class WishWriteSerializer(StrictSerializer):
    """Whether one would like to go on a patrol, or would rather not."""

    patrol = Seen(Patrol)
    is_wanted = serializers.BooleanField()
    reason = Text(max_length=200, required=False, allow_blank=True)


class SwapWriteSerializer(StrictSerializer):
    """Which duty is given to whom, and which is taken for it, if any."""

    assignment = Seen(Assignment)
    colleague = SeenOfficer()
    wanted = Seen(Assignment, required=False)
    note = Text(max_length=200, required=False, allow_blank=True)


class SwapReasonSerializer(StrictSerializer):
    """Why not; both officers and their planners may read it."""

    reason = Text(max_length=200)
