"""Many incidents at once over REST."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.fields import Bounded, StrictSerializer, Text
from agencies.gateway import actor_of
from agencies.rest import RecordViewSet
from incidents.console import MOST, acknowledge_each


class ManySerializer(StrictSerializer):
    """Which incidents."""

    ids = Bounded(child=Text(max_length=40), max_length=MOST, allow_empty=False)


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one of them."""

    id = serializers.CharField()
    is_acknowledged = serializers.BooleanField()
    code = serializers.CharField(
        allow_null=True, help_text="Why not: ``not_found`` also for what is hidden"
    )


class OutcomesSerializer(serializers.Serializer[Any]):
    """What became of each, in the order of ids."""

    results = OutcomeSerializer(many=True)


class AcknowledgesMany(RecordViewSet):
    """The verb that is about no one incident."""

    # Again is harmless; and what one sees may be less by then.
    answered_anew: ClassVar[frozenset[str]] = frozenset({"acknowledge_many"})

    @extend_schema(
        operation_id="incidents_acknowledge_many",
        request=ManySerializer,
        responses=OutcomesSerializer,
    )
    @action(detail=False, methods=["post"], url_path="acknowledge")
    def acknowledge_many(self, request: Request) -> Answer:
        """Acknowledge up to 200 incidents; each succeeds or fails by itself."""
        given = self.input(ManySerializer)
        found = acknowledge_each(given["ids"], by=actor_of(request))
        results = [
            {
                "id": one.id,
                "is_acknowledged": one.refusal is None,
                "code": one.refusal and one.refusal.code,
            }
            for one in found
        ]
        return Answer({"results": results})
