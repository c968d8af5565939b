"""Hand-overs of a lead as they are shown, and the bodies of what is said to one."""

from typing import Any

from django.db.models import Case, F, OuterRef, Q, Value, When
from django.db.models.functions import NullIf
from rest_framework import serializers

from agencies.fields import MomentField, StrictSerializer, Text
from agencies.policy import Actor
from agencies.serializers import AgencyCode
from agencies.shown import ShownSerializer
from patrols.models import TAKEN, HandOver, HandOverState


class HandOverSerializer(ShownSerializer):
    """A lead that was offered or taken; who acted, to the own agency alone."""

    giver = AgencyCode(read_only=True)
    taker = AgencyCode(read_only=True)
    offered_at = MomentField(read_only=True)
    offered_by = serializers.CharField(read_only=True, allow_null=True)
    answered_at = MomentField(read_only=True, allow_null=True)
    answered_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """From whom to whom, why, and what came of it."""

        model = HandOver
        fields = [
            "giver",
            "taker",
            "state",
            "reason",
            "answer",
            "offered_at",
            "offered_by",
            "answered_at",
            "answered_by",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name officers to their colleagues.

        Whoever seizes or answers is the taker's; whoever takes back, the giver's.
        """
        nobody, me = Value(None), actor.agency_id
        offered = Q(giver=me) & ~Q(state=HandOverState.SEIZED)
        answered = Q(taker=me, state__in=[*TAKEN, HandOverState.DECLINED])
        taken_back = Q(giver=me, state=HandOverState.WITHDRAWN)
        who = NullIf("answered_by", Value(""))
        return {
            "offered_by": Case(When(offered, then=F("offered_by")), default=nobody),
            "answered_by": Case(When(answered | taken_back, then=who), default=nobody),
        }

    @classmethod
    def of_patrol(cls, actor: Actor) -> Any:
        """Return the expression of a patrol's hand-overs, in the order of time."""
        seen = HandOver.objects.visible_to(actor)
        rows = seen.filter(patrol=OuterRef("pk")).order_by("offered_at", "id")
        return cls.each(rows, actor)


class OfferSerializer(StrictSerializer):
    """To whom the lead is offered, and why; all who see the patrol can read it."""

    to = AgencyCode()
    reason = Text(max_length=300)


class ReasonSerializer(StrictSerializer):
    """Why; all who see the patrol can read it."""

    reason = Text(max_length=300)
