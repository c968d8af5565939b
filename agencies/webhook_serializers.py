"""Webhooks over REST."""

from typing import Any

from rest_framework import serializers

from agencies.fields import Bounded, MomentField, StrictSerializer, Text
from agencies.policy import MAX_LEVEL
from agencies.serializers import AgencyCode
from agencies.shown import ShownSerializer
from live.models import Delivery, Webhook


class WebhookSerializer(ShownSerializer):
    """A webhook; its secret is told when it is made or renewed, and never again."""

    agency = AgencyCode(read_only=True)
    kinds = serializers.ListField(child=serializers.CharField(), read_only=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    paused_at = MomentField(read_only=True, allow_null=True)
    revoked_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Where to, what, and whether anything is sent."""

        model = Webhook
        fields = [
            "id",
            "agency",
            "name",
            "url",
            "clearance",
            "kinds",
            "failures",
            "paused_at",
            "pause",
            "revoked_at",
            "version",
            "created_at",
            "updated_at",
        ]


class Kinds(Bounded):
    """Kinds of event; the action knows which there are."""

    def __init__(self, **kwargs: Any) -> None:
        """Take a bounded number of words."""
        child = serializers.CharField(max_length=48)
        super().__init__(child=child, max_length=200, **kwargs)


class WebhookChangeSerializer(StrictSerializer):
    """What may be changed."""

    name = Text(max_length=80, required=False)
    url = serializers.CharField(max_length=500, required=False)
    kinds = Kinds(required=False)
    is_paused = serializers.BooleanField(required=False)


class WebhookWriteSerializer(StrictSerializer):
    """A new webhook."""

    name = Text(max_length=80)
    url = serializers.CharField(max_length=500)
    clearance = serializers.IntegerField(
        min_value=0, max_value=MAX_LEVEL, required=False
    )
    kinds = Kinds(required=False)


class WebhookSecretSerializer(serializers.Serializer[Any]):
    """A webhook's new secret, told this one time."""

    id = serializers.UUIDField()
    secret = serializers.CharField()


class ReplaySerializer(StrictSerializer):
    """What to send again: what was given up, or all since a moment."""

    since = MomentField(required=False)


class ReplayedSerializer(serializers.Serializer[Any]):
    """How many messages wait again."""

    count = serializers.IntegerField()


class DeliverySerializer(ShownSerializer):
    """What became of one message."""

    created_at = MomentField(read_only=True)
    next_at = MomentField(read_only=True)
    ended_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Which event, and how far it came."""

        model = Delivery
        fields = [
            "id",
            "event",
            "kind",
            "state",
            "attempts",
            "status",
            "fault",
            "created_at",
            "next_at",
            "ended_at",
        ]
