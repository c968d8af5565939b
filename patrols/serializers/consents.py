"""Consents as they are shown, and the bodies of what is said to a proposed patrol."""

from typing import Any

from django.db.models import Case, F, OuterRef, Value, When
from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer, Text
from agencies.policy import Actor
from agencies.serializers import AgencyCode
from agencies.shown import Moment, Object, ShownSerializer
from patrols.models import Consent, ConsentState, Route, Zone
from patrols.serializers.fields import places_seen


class ProposalSerializer(serializers.Serializer[Any]):
    """A counter-proposal; what stays, or the reader does not see, is null."""

    starts_at = MomentField(allow_null=True)
    ends_at = MomentField(allow_null=True)
    zone = serializers.UUIDField(allow_null=True)
    route = serializers.UUIDField(allow_null=True)


class ConsentSerializer(ShownSerializer):
    """What one agency was asked and says; who said it, to its own agency alone."""

    agency = AgencyCode(read_only=True)
    asked_at = MomentField(read_only=True)
    deadline_at = MomentField(read_only=True)
    answered_at = MomentField(read_only=True, allow_null=True)
    answered_by = serializers.CharField(read_only=True, allow_null=True)
    proposal = ProposalSerializer(read_only=True, allow_null=True)

    class Meta:
        """Who, since when, until when, and the answer with its reason."""

        model = Consent
        fields = [
            "agency",
            "state",
            "asked_at",
            "deadline_at",
            "answered_at",
            "answered_by",
            "reason",
            "proposal",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the officer to colleagues, and show a proposal that stands."""
        own = When(agency=actor.agency_id, then=F("answered_by"))
        hours = {name: Moment(name) for name in ("starts_at", "ends_at")}
        proposal = Object(**hours, **places_seen(actor))
        countered = When(state=ConsentState.COUNTERED, then=proposal)
        return {
            "answered_by": Case(own, default=Value(None)),
            "proposal": Case(countered, default=Value(None)),
        }

    @classmethod
    def of_patrol(cls, actor: Actor) -> Any:
        """Return the expression of a patrol's consents, by agency."""
        seen = Consent.objects.visible_to(actor).current()
        rows = seen.filter(patrol=OuterRef("pk")).order_by("agency__code")
        return cls.each(rows, actor)


class ProposeSerializer(StrictSerializer):
    """Until when to answer; as is usual, if not said."""

    deadline_at = MomentField(required=False)


class ProposeDraftsSerializer(StrictSerializer):
    """Up to when a programme's drafts are proposed."""

    upto = MomentField()


class ProposedSerializer(serializers.Serializer[Any]):
    """The patrols that were proposed, soonest first."""

    proposed = serializers.ListField(child=serializers.UUIDField())


class RefuseSerializer(StrictSerializer):
    """Why; the owner and those who take part may read it."""

    reason = Text(max_length=300)


class CounterSerializer(StrictSerializer):
    """What one would rather have; what is not said stays as it is."""

    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    zone = Seen(Zone, required=False)
    route = Seen(Route, required=False)
    reason = Text(max_length=300, required=False, allow_blank=True)


class AdoptSerializer(StrictSerializer):
    """Whose counter-proposal is taken over."""

    agency = AgencyCode()
