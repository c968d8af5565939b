"""Duty periods, rules and escalations as they go in and out over REST."""

from typing import Any

from django.db.models import OuterRef
from rest_framework import serializers

from agencies.fields import Bounded, MomentField, Seen, StrictSerializer, Text
from agencies.models import Post
from agencies.policy import Actor
from agencies.serializers import AgencyCode, officer_seen, person_seen
from agencies.serializers.seen import SeenOfficer
from agencies.shown import ShownSerializer, reference
from incidents.actions.rules import LONGEST, MOST_REPEATS, MOST_STEPS
from incidents.models import (
    Category,
    Duty,
    DutyHandOver,
    Escalation,
    EscalationRule,
    HandOverItem,
    Incident,
    Notice,
    Severity,
)
from patrols.models import Zone


class HandOverItemSerializer(ShownSerializer):
    """An incident as it stood when it was handed over."""

    class Meta:
        """What was frozen."""

        model = HandOverItem
        fields = [
            "incident", "ref", "kind", "severity", "state", "responses", "is_changed",
        ]  # fmt: skip

    incident = serializers.UUIDField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Refer to what the reader sees."""
        return {
            "incident": reference("incident_id", Incident.objects.visible_to(actor))
        }


class DutyHandOverSerializer(ShownSerializer):
    """A hand-over of duty, with the list as far as the reader sees its incidents."""

    to = serializers.UUIDField(source="to_id", read_only=True)
    offered_at = MomentField(read_only=True)
    offered_by = serializers.CharField(read_only=True, allow_null=True)
    answered_at = MomentField(read_only=True, allow_null=True)
    answered_by = serializers.CharField(read_only=True, allow_null=True)
    items = HandOverItemSerializer(many=True, read_only=True)

    class Meta:
        """To whom, with what, and what came of it."""

        model = DutyHandOver
        fields = [
            "id", "to", "state", "remark", "answer", "offered_at", "offered_by",
            "answered_at", "answered_by", "items",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name colleagues, and list what the reader sees."""
        listed = HandOverItem.objects.visible_to(actor).filter(hand_over=OuterRef("pk"))
        return {
            "offered_by": person_seen("offered_by", actor, colleagues="agency"),
            "answered_by": person_seen("answered_by", actor, colleagues="agency"),
            "items": HandOverItemSerializer.each(listed.worst_first(), actor),
        }


class DutySerializer(ShownSerializer):
    """A turn on watch."""

    agency = AgencyCode(read_only=True)
    post = serializers.CharField(read_only=True, allow_null=True)
    officer = serializers.CharField(read_only=True, allow_null=True)
    deputy = serializers.CharField(read_only=True, allow_null=True)
    starts_at = MomentField(read_only=True)
    ends_at = MomentField(read_only=True)
    started_at = MomentField(read_only=True, allow_null=True)
    ended_at = MomentField(read_only=True, allow_null=True)
    cancelled_at = MomentField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    hand_overs = DutyHandOverSerializer(many=True, read_only=True)

    class Meta:
        """Who, from when to when, and how it went."""

        model = Duty
        fields = [
            "id", "version", "created_at", "updated_at", "agency", "post", "officer",
            "deputy", "starts_at", "ends_at", "started_at", "ended_at", "end_reason",
            "cancelled_at", "hand_overs",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name what the reader sees."""
        given = DutyHandOver.objects.visible_to(actor).filter(duty=OuterRef("pk"))
        posts = Post.objects.visible_to(actor)
        return {
            "post": reference("post_id", posts, "code"),
            "officer": officer_seen("officer_id", actor),
            "deputy": officer_seen("deputy_id", actor),
            "hand_overs": DutyHandOverSerializer.each(given, actor),
        }


class DutyChangeSerializer(StrictSerializer):
    """What may be changed of a duty."""

    officer = SeenOfficer(required=False)
    deputy = SeenOfficer(required=False, allow_null=True)
    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)


class DutyWriteSerializer(DutyChangeSerializer):
    """A new duty; ``post`` is the id of one of the agency's posts."""

    officer = SeenOfficer()
    starts_at = MomentField()
    ends_at = MomentField()
    post = Seen(Post, required=False, allow_null=True)


class DutyOfferSerializer(StrictSerializer):
    """To whose duty one's own is handed over."""

    to = Seen(Duty)
    remark = Text(max_length=4000, required=False, allow_blank=True)


class DutyReasonSerializer(StrictSerializer):
    """Why."""

    reason = Text(max_length=300)


class StepSerializer(StrictSerializer):
    """A step of a rule: minutes since the step before, whom, and whether by e-mail too.

    ``whom``: ``on_duty``, ``deputy``, ``role:ROLE`` or ``officer:NAME``.
    """

    after = serializers.IntegerField(min_value=1, max_value=LONGEST)
    whom = Text(max_length=80)
    mail = serializers.BooleanField(default=False)


class EscalationRuleSerializer(ShownSerializer):
    """A rule of escalation; ``categories`` empty are all."""

    agency = AgencyCode(read_only=True)
    categories = serializers.ListField(
        child=serializers.ChoiceField(Category.choices), read_only=True
    )
    zone = serializers.UUIDField(read_only=True, allow_null=True)
    steps = StepSerializer(many=True, read_only=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)

    class Meta:
        """For which incidents, and who is called when."""

        model = EscalationRule
        fields = [
            "id", "version", "created_at", "updated_at", "agency", "name", "position",
            "is_active", "categories", "severity", "zone", "steps", "repeats",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Refer to the zone that the reader sees."""
        return {"zone": reference("zone_id", Zone.objects.visible_to(actor))}


class EscalationRuleChangeSerializer(StrictSerializer):
    """What may be changed of a rule."""

    name = Text(max_length=80, required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    is_active = serializers.BooleanField(required=False)
    categories = Bounded(
        child=serializers.ChoiceField(Category.choices), required=False
    )
    severity = serializers.ChoiceField(Severity.choices, required=False)
    zone = Seen(Zone, required=False, allow_null=True)
    steps = Bounded(
        child=StepSerializer(),
        required=False,
        allow_empty=False,
        max_length=MOST_STEPS,
    )
    repeats = serializers.IntegerField(
        min_value=0, max_value=MOST_REPEATS, required=False
    )


class EscalationRuleWriteSerializer(EscalationRuleChangeSerializer):
    """A new rule."""

    name = Text(max_length=80)
    steps = Bounded(child=StepSerializer(), allow_empty=False, max_length=MOST_STEPS)


class NoticeSerializer(ShownSerializer):
    """Somebody who was called."""

    officer = serializers.CharField(read_only=True, allow_null=True)
    at = MomentField(read_only=True)

    class Meta:
        """Who, by which step (from 0), when, and what became of the e-mail."""

        model = Notice
        fields = ["officer", "step", "at", "mail"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the colleague."""
        return {"officer": officer_seen("officer_id", actor)}


class EscalationSerializer(ShownSerializer):
    """One's own agency's wait for an acknowledgement."""

    incident = serializers.UUIDField(read_only=True, allow_null=True)
    agency = AgencyCode(read_only=True)
    rule = serializers.UUIDField(source="rule_id", read_only=True)
    steps = StepSerializer(many=True, read_only=True)
    opened_at = MomentField(read_only=True)
    due_at = MomentField(read_only=True, allow_null=True)
    next_whom = serializers.CharField(read_only=True)
    ended_at = MomentField(read_only=True, allow_null=True)
    notices = NoticeSerializer(many=True, read_only=True)

    class Meta:
        """Of what, how far, and who was called."""

        model = Escalation
        fields = [
            "id", "incident", "agency", "rule", "steps", "repeats", "step",
            "opened_at", "due_at", "next_whom", "ended_at", "end", "notices",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Refer to what the reader sees."""
        given = Notice.objects.visible_to(actor).filter(escalation=OuterRef("pk"))
        return {
            "incident": reference("incident_id", Incident.objects.visible_to(actor)),
            "notices": NoticeSerializer.each(given.order_by("at", "id"), actor),
        }
