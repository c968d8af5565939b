"""Webhooks over REST."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, StrictSerializer, Text
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


class WebhookChangeSerializer(StrictSerializer):
    """What may be changed."""

    name = Text(max_length=80, required=False)
    url = serializers.CharField(max_length=500, required=False)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=48), max_length=200, required=False
    )
    is_paused = serializers.BooleanField(required=False)


class WebhookWriteSerializer(StrictSerializer):
    """A new webhook."""

    name = Text(max_length=80)
    url = serializers.CharField(max_length=500)
    clearance = serializers.IntegerField(min_value=0, max_value=3, required=False)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=48), max_length=200, required=False
    )


class WebhookSecretSerializer(serializers.Serializer[Any]):
    """A webhook's new secret, told this one time."""

    id = serializers.UUIDField()
    secret = serializers.CharField()


class ReplaySerializer(StrictSerializer):
    """What to send again: what was given up, or all since a moment."""

    since = serializers.DateTimeField(required=False)


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
            "state",
            "attempts",
            "status",
            "fault",
            "created_at",
            "next_at",
            "ended_at",
        ]
