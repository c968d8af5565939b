"""Calendar feeds and coverage over REST."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField, OurDay, Seen, StrictSerializer
from agencies.policy import Actor
from agencies.shown import ShownSerializer, reference
from patrols.coverage import Cover
from patrols.models import FeedKey, Programme


class FeedSerializer(ShownSerializer):
    """A feed; its secret is told once, when it is made. Without a programme: duties."""

    programme = serializers.UUIDField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    revoked_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """What it holds, since when, until when."""

        model = FeedKey
        fields = ["id", "programme", "with_zone", "created_at", "revoked_at"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the programme as far as the officer still sees it."""
        return {
            "programme": reference("programme_id", Programme.objects.visible_to(actor))
        }


class FeedWriteSerializer(StrictSerializer):
    """A new feed: of a programme, or of one's own duties."""

    programme = Seen(Programme, required=False, allow_null=True)
    with_zone = serializers.BooleanField(required=False)


class FeedMadeSerializer(serializers.Serializer[Any]):
    """A new feed with its address, which is never told again."""

    id = serializers.UUIDField()
    url = serializers.URLField()


class CoverageAskedSerializer(StrictSerializer):
    """A period, by the clock of the caller's agency."""

    first_on = OurDay(required=False)
    days = serializers.IntegerField(min_value=1, max_value=62, required=False)


class SpanSerializer(serializers.Serializer[Any]):
    """From a moment to a moment."""

    starts_at = MomentField(default_timezone=UTC)
    ends_at = MomentField(default_timezone=UTC)


class CoveredDaySerializer(serializers.Serializer[Any]):
    """One day of a section."""

    on = serializers.DateField()
    hours = serializers.FloatField(help_text="hours that the day has")
    covered_hours = serializers.FloatField()
    cover = serializers.ChoiceField([one.value for one in Cover])
    holes = SpanSerializer(many=True)


class CoverageSerializer(serializers.Serializer[Any]):
    """One border section."""

    section = serializers.CharField()
    days = CoveredDaySerializer(many=True)


class CoveragesSerializer(serializers.Serializer[Any]):
    """All border sections that a programme names."""

    time_zone = serializers.CharField()
    results = CoverageSerializer(many=True)
