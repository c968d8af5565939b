"""Incidents as they go in and out, for whoever reads them."""

from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.fields import (
    GeometryField,
    Grantees,
    MarkingSerializer,
    MomentField,
    Seen,
    StrictSerializer,
    Text,
)
from agencies.models import Asset, Post
from agencies.policy import Actor
from agencies.serializers import (
    AgencyCode,
    OwnedSerializer,
    RecordSerializer,
    officer_seen,
    person_seen,
)
from agencies.serializers.logs import LineSerializer
from agencies.shown import ShownSerializer, reference
from incidents.file_serializers import AttachmentSerializer
from incidents.life_serializers import VisibleAsset, VisiblePost
from incidents.models import (
    Acknowledgement,
    Category,
    CloseReason,
    Incident,
    LogEntry,
    Response,
    ResponseState,
    Severity,
)
from incidents.type_serializers import Details, TypeCode
from patrols.models import Patrol
from patrols.serializers.markers import JurisdictionSerializer, PlaceGiven

# ISO 639 language, perhaps with a script or a region, such as ``kk-Cyrl``.
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$"


class VisiblePatrol(Seen):
    """A patrol by its id; one that the reader may not see is as good as none."""

    default_error_messages = {"unknown_patrol": _("No such patrol.")}
    unknown = "unknown_patrol"
    model = Patrol


class AcknowledgementSerializer(ShownSerializer):
    """Which agency took note, when, and who for it, if the reader may know."""

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """Seen by the owner and by the agency itself."""

        model = Acknowledgement
        fields = ["agency", "at", "by"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name those whom the reader may know."""
        return {"by": person_seen("by", actor, colleagues="agency")}


class IncidentSerializer(RecordSerializer):
    """An incident as its reader may see it.

    ``patrol``, ``author``, ``merged_into`` and ``tear_line_of`` are null for whoever
    may not know.
    """

    place = GeometryField("Point", read_only=True)
    occurred_at = MomentField(read_only=True)
    resolved_at = MomentField(read_only=True, allow_null=True)
    closed_at = MomentField(read_only=True, allow_null=True)
    merged_into = serializers.UUIDField(read_only=True, allow_null=True)
    type = serializers.CharField(source="type_id", read_only=True, allow_null=True)
    details = Details(read_only=True)
    patrol = serializers.UUIDField(read_only=True, allow_null=True)
    author = serializers.CharField(read_only=True, allow_null=True)
    acknowledgements = AcknowledgementSerializer(many=True, read_only=True)

    class Meta:
        """What happened, where, when, how severe, which state."""

        model = Incident
        fields = [
            *OwnedSerializer.COMMON,
            "ref",
            "author",
            "category",
            "type",
            "type_version",
            "details",
            "severity",
            "title",
            "narrative",
            "language",
            "place",
            "place_text",
            "place_system",
            "place_uncertainty",
            "occurred_at",
            "state",
            "patrol",
            "resolved_at",
            "closed_at",
            "close_reason",
            "merged_into",
            "tear_line_of",
            "acknowledgements",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what the reader may know of patrol, author and who took note."""
        made = Acknowledgement.objects.visible_to(actor)
        return {
            **super().expressions(actor),
            "patrol": reference("patrol_id", Patrol.objects.visible_to(actor)),
            "author": officer_seen("author_id", actor),
            "merged_into": reference(
                "merged_into_id", Incident.objects.visible_to(actor)
            ),
            "acknowledgements": AcknowledgementSerializer.each(
                made.filter(incident=OuterRef("pk")), actor
            ),
        }


class IncidentDetailSerializer(IncidentSerializer):
    """One incident, with what is derived of its place."""

    jurisdiction = JurisdictionSerializer(read_only=True)

    class Meta(IncidentSerializer.Meta):
        """All of it."""

        fields = [*IncidentSerializer.Meta.fields, "jurisdiction"]


class IncidentChangeSerializer(PlaceGiven, MarkingSerializer):
    """What an owner may change."""

    category = serializers.ChoiceField(Category.choices, required=False)
    type = TypeCode(allow_null=True, required=False)
    details = Details(required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    title = Text(max_length=160, required=False)
    narrative = Text(max_length=20_000, allow_blank=True, required=False)
    language = serializers.RegexField(
        LANGUAGE, max_length=8, allow_blank=True, required=False
    )
    occurred_at = MomentField(required=False)
    patrol = VisiblePatrol(allow_null=True, required=False)


class IncidentWriteSerializer(IncidentChangeSerializer):
    """A new incident; a type stands for its category."""

    severity = serializers.ChoiceField(Severity.choices)
    title = Text(max_length=160)
    occurred_at = MomentField()
    release_to = Grantees(required=False)
    by_rule = serializers.BooleanField(
        required=False,
        help_text="false holds it back from the agency's standing releases",
    )

    needs_place = True


class LogEntrySerializer(LineSerializer):
    """A line in the log, its files, and who wrote it, if the reader may know."""

    shown_file = AttachmentSerializer
    attachments = AttachmentSerializer(many=True, read_only=True)

    class Meta:
        """Who wrote what, and for whom."""

        model = LogEntry
        fields = LineSerializer.COMMON


class LogEntryWriteSerializer(StrictSerializer):
    """A new line in the log."""

    text = Text(max_length=4000)
    sharing = serializers.ChoiceField(
        LogEntry.Sharing.choices, default=LogEntry.Sharing.OWNER
    )


class ResponseSerializer(ShownSerializer):
    """An agency that responds, perhaps with a patrol, a post's people or an asset.

    These, ``assigned_by`` and ``changed_by`` are null for whoever may not know of them.
    """

    agency = AgencyCode(read_only=True)
    patrol = serializers.UUIDField(read_only=True, allow_null=True)
    post = serializers.UUIDField(read_only=True, allow_null=True)
    asset = serializers.UUIDField(read_only=True, allow_null=True)
    assigned_by = serializers.CharField(read_only=True, allow_null=True)
    assigned_at = MomentField(read_only=True)
    acknowledged_at = MomentField(read_only=True, allow_null=True)
    en_route_at = MomentField(read_only=True, allow_null=True)
    on_scene_at = MomentField(read_only=True, allow_null=True)
    ended_at = MomentField(read_only=True, allow_null=True)
    changed_at = MomentField(read_only=True)
    changed_by = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """Who, what for, how far."""

        model = Response
        fields = [
            "id",
            "agency",
            "patrol",
            "post",
            "asset",
            "state",
            "task",
            "assigned_by",
            "assigned_at",
            "acknowledged_at",
            "en_route_at",
            "on_scene_at",
            "ended_at",
            "changed_at",
            "changed_by",
            "remark",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the unit and the officer that the reader may know."""
        return {
            "patrol": reference("patrol_id", Patrol.objects.visible_to(actor)),
            "post": reference("post_id", Post.objects.visible_to(actor)),
            "asset": reference("asset_id", Asset.objects.visible_to(actor)),
            "assigned_by": person_seen("assigned_by", actor),
            "changed_by": person_seen("changed_by", actor),
        }


class AssignSerializer(StrictSerializer):
    """A new response, of one unit at most."""

    agency = AgencyCode(required=False, allow_null=True)
    patrol = VisiblePatrol(required=False, allow_null=True)
    post = VisiblePost(required=False, allow_null=True)
    asset = VisibleAsset(required=False, allow_null=True)
    task = Text(max_length=300, allow_blank=True, required=False)


class AdvanceSerializer(StrictSerializer):
    """How far a response has come, and what there is to say of it."""

    state = serializers.ChoiceField(ResponseState.choices)
    remark = Text(max_length=300, allow_blank=True, required=False)


class CloseSerializer(StrictSerializer):
    """Why an incident is closed, by a code and, if there is more to say, in words."""

    reason = serializers.ChoiceField(CloseReason.choices)
    why = Text(max_length=300, allow_blank=True, required=False)
