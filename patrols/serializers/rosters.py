"""Rosters and assignments, and the bodies of what is done with them."""

from typing import Any

from django.db.models import Func, JSONField, Value
from rest_framework import serializers

from agencies.fields import MomentField, Seen, StrictSerializer
from agencies.models import Agreement
from agencies.policy import MAX_LEVEL, Actor
from agencies.serializers import officer_seen
from agencies.serializers.seen import SeenAgreement
from agencies.shown import ShownSerializer, reference
from patrols.force import may_look
from patrols.models import Assignment, Patrol, Remedy, Roster
from patrols.roster_shown import is_done_here


class Sums(Func):
    """A summary without what it says of single patrols: that is the plan's."""

    template = "(%(expressions)s - ARRAY['asked', 'crews', 'gaps', 'conflicts'])"
    output_field = JSONField()


class RosterSerializer(ShownSerializer):
    """A roster, for its owner: sums, no names and no patrols (``plan``)."""

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
            "summary": Sums("summary"),
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


class TakeSerializer(StrictSerializer):
    """Which remedy is carried out, of those that are (``is_done_here``)."""

    remedy = Seen(Remedy)


class RemedySerializer(ShownSerializer):
    """One change that would close a gap, for the agency that can make it."""

    roster = serializers.UUIDField(read_only=True, allow_null=True)
    patrol = serializers.UUIDField(read_only=True, allow_null=True)
    officer = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """What is to be done, where, and with whom."""

        model = Remedy
        fields = ["id", "roster", "patrol", "code", "officer", "detail", "is_active"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        return {
            "roster": reference("roster_id", Roster.objects.visible_to(actor)),
            "patrol": reference("patrol_id", Patrol.objects.visible_to(actor)),
            "officer": officer_seen("officer_id", actor),
        }


class _Part(serializers.Serializer[Any]):
    """Something of one patrol."""

    patrol = serializers.UUIDField(source="patrol.pk")


class RosterPlaceSerializer(serializers.Serializer[Any]):
    """How many officers of an agency are asked for, and how many go."""

    agency = serializers.CharField()
    asked = serializers.IntegerField()
    sent = serializers.IntegerField()


class RosterPatrolSerializer(_Part):
    """One patrol of a roster."""

    places = RosterPlaceSerializer(many=True)


class RequirementSerializer(_Part):
    """What one patrol asks for."""

    rule = serializers.CharField()
    detail = serializers.CharField()
    count = serializers.IntegerField()


class GapReasonSerializer(serializers.Serializer[Any]):
    """Why some of the own officers do not fill a gap."""

    code = serializers.CharField()
    officers = serializers.IntegerField()


class GapSerializer(RequirementSerializer):
    """What is missing; of the own people, why."""

    reasons = GapReasonSerializer(many=True, source="funnel")


class TriedSerializer(serializers.Serializer[Any]):
    """A remedy; what is missing in the days around, before and after."""

    id = serializers.UUIDField()
    patrol = serializers.UUIDField(source="patrol_id")
    code = serializers.CharField()
    officer = serializers.SerializerMethodField()
    detail = serializers.CharField()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    is_done_here = serializers.SerializerMethodField()

    def get_officer(self, remedy: Remedy) -> str | None:
        """Return a colleague as they are named elsewhere."""
        return f"officer:{remedy.officer.username}" if remedy.officer else None

    def get_is_done_here(self, remedy: Remedy) -> bool:
        """Return whether ``take`` carries it out."""
        return is_done_here(remedy)


class RosterConflictSerializer(serializers.Serializer[Any]):
    """What cannot be met together; of own people by which rules; what helps."""

    requirements = RequirementSerializer(many=True)
    rules = serializers.ListField(child=serializers.CharField())
    helped_by = serializers.ListField(child=serializers.CharField())
    remedies = TriedSerializer(many=True)


class CauseSerializer(_Part):
    """Where somebody of an agency cannot go any more."""

    agency = serializers.CharField()


class RosterPlanSerializer(serializers.Serializer[Any]):
    """What a roster came to, patrol by patrol, as far as the reader sees them."""

    causes = CauseSerializer(many=True)
    patrols = RosterPatrolSerializer(many=True)
    gaps = GapSerializer(many=True)
    conflicts = RosterConflictSerializer(many=True)


class AssignmentSerializer(ShownSerializer):
    """A colleague on a patrol; ``hindrance``: why they cannot go any more."""

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
            "hindrance",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader sees of its surroundings."""
        return {
            "roster": reference("roster_id", Roster.objects.visible_to(actor)),
            "patrol": reference("patrol_id", Patrol.objects.visible_to(actor)),
            "officer": officer_seen("officer_id", actor),
            # Why somebody is away is of the people, not of the patrol.
            **({} if may_look(actor) else {"hindrance": Value("")}),
        }
