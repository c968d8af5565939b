"""An incident's life over REST: its steps, who confirms it, tasks and units."""

from typing import Any

from django.db.models import Case, F, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer, Text
from agencies.models import Asset, Post
from agencies.policy import Actor
from agencies.serializers import AgencyCode, person_seen
from agencies.shown import ShownSerializer
from incidents.models import UNITS, Confirmation, Incident, Task, Transition


class VisiblePost(Seen):
    """A post by its id; one that the reader may not see is as good as none."""

    default_error_messages = {"unknown_post": _("No such post.")}
    unknown = "unknown_post"
    model = Post


class VisibleAsset(Seen):
    """An asset by its id; one that the reader may not see is as good as none."""

    default_error_messages = {"unknown_asset": _("No such asset.")}
    unknown = "unknown_asset"
    model = Asset


class VisibleIncident(Seen):
    """An incident by its id; one that the reader may not see is as good as none."""

    default_error_messages = {"unknown_incident": _("No such incident.")}
    unknown = "unknown_incident"
    model = Incident


class WhySerializer(StrictSerializer):
    """Why a step is taken, if there is more to say."""

    why = Text(max_length=300, allow_blank=True, required=False)


class ReasonedSerializer(StrictSerializer):
    """Why a step is taken that cannot go without a reason."""

    why = Text(max_length=300)


class MergeSerializer(WhySerializer):
    """Into which incident a duplicate is merged."""

    into = VisibleIncident()


class TransitionSerializer(ShownSerializer):
    """A step of an incident; who took it is null for all but the owner's people."""

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """From which state to which, when, by whom, why."""

        model = Transition
        fields = [
            "id",
            "from_state",
            "to_state",
            "close_reason",
            "at",
            "agency",
            "by",
            "reason",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name colleagues alone: who confirms may tell whether another agency did."""
        return {"by": colleague("by", actor)}


class ConfirmationSerializer(ShownSerializer):
    """A partner's confirmation, and who gave it, if the reader may know."""

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """Seen by the owner and by the agency itself."""

        model = Confirmation
        fields = ["agency", "at", "by", "reason"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {"by": person_seen("by", actor, colleagues="agency")}


class TaskSerializer(ShownSerializer):
    """What an agency is to do; people are null for whoever may not know of them."""

    agency = AgencyCode(read_only=True)
    due_at = MomentField(read_only=True)
    set_by = serializers.CharField(read_only=True, allow_null=True)
    set_at = MomentField(read_only=True)
    ended_by = serializers.CharField(read_only=True, allow_null=True)
    ended_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Who, what, until when, and what became of it."""

        model = Task
        fields = [
            "id",
            "agency",
            "what",
            "due_at",
            "state",
            "set_by",
            "set_at",
            "ended_by",
            "ended_at",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {
            "set_by": person_seen("set_by", actor, colleagues="set_for"),
            "ended_by": Case(
                When(ended_at=None, then=None),
                default=person_seen("ended_by", actor, colleagues="ended_for"),
            ),
        }


class TaskWriteSerializer(StrictSerializer):
    """A new task; without an agency, for one's own."""

    what = Text(max_length=300)
    due_at = MomentField()
    agency = AgencyCode(required=False, allow_null=True)


class UnitSerializer(serializers.Serializer[Any]):
    """A unit that could respond, by distance; the minutes are an estimate."""

    kind = serializers.ChoiceField([(name, name) for name in UNITS])
    id = serializers.UUIDField()
    what = serializers.CharField(help_text="patrol, post team, or the kind of asset")
    ref = serializers.CharField(help_text="reference or code")
    name = serializers.CharField()
    agency = serializers.CharField()
    distance_m = serializers.IntegerField()
    minutes_from = serializers.IntegerField()
    minutes_to = serializers.IntegerField()
    seen_at = serializers.DateTimeField(allow_null=True)
    is_stale = serializers.BooleanField()
    is_limited = serializers.BooleanField()
    is_released = serializers.BooleanField()
    is_free = serializers.SerializerMethodField()
    busy = serializers.CharField(allow_blank=True)

    def get_is_free(self, unit: Any) -> bool:
        """Whether nothing keeps it from going, as far as the reader knows."""
        return not unit.busy


def colleague(label: str, actor: Actor) -> Case:
    """Return who acted for ``agency``, to that agency's own people alone."""
    if actor.agency_id is None:
        return Case(When(pk=None, then=F(label)))
    return Case(When(agency=actor.agency_id, then=F(label)))
