"""Incidents as they go in and out, for whoever reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
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
from agencies.models import Officer
from agencies.policy import Actor
from agencies.records import Record
from agencies.serializers import AgencyCode, OwnedSerializer, RecordSerializer
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
from patrols.models import Patrol

# ISO 639 language, perhaps with a script or a region, such as ``kk-Cyrl``.
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$"


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and what one reader may know of, among all that some rows point to."""

    actor: Actor
    patrols: dict[UUID, str]
    officers: dict[UUID, str]

    @classmethod
    def of(
        cls,
        actor: Actor,
        *,
        records: Iterable[Record] = (),
        patrols: Iterable[UUID | None] = (),
        labels: Iterable[str] = (),
    ) -> "Known":
        """Read it in two queries, however many rows there are."""
        authors = {record.author_id for record in records} - {None}
        names = {lb.removeprefix("officer:") for lb in labels}
        wanted = {patrol for patrol in patrols if patrol is not None}
        officers = Officer.objects.visible_to(actor).filter(
            Q(pk__in=authors) | Q(username__in=names)
        )
        seen = Patrol.objects.visible_to(actor).filter(pk__in=wanted)
        return cls(
            actor=actor,
            patrols=dict(seen.values_list("pk", "ref")) if wanted else {},
            officers=dict(officers.values_list("pk", "username"))
            if authors or names
            else {},
        )

    def author(self, record: Record) -> str | None:
        """Return who wrote a record, if the reader may know of that officer."""
        name = self.officers.get(record.author_id) if record.author_id else None
        return f"officer:{name}" if name else None

    def person(self, label: str, agency_id: UUID | None = None) -> str | None:
        """Return who acted, for an agency: colleagues, and officers one may know."""
        kind, _colon, name = label.partition(":")
        is_known = kind == "officer" and name in self.officers.values()
        is_colleague = agency_id is not None and agency_id == self.actor.agency_id
        return label if is_known or is_colleague or label == self.actor.label else None


class VisiblePatrol(Seen):
    """A patrol by its id; one that the reader may not see is as good as none."""

    default_error_messages = {"unknown_patrol": _("No such patrol.")}
    unknown = "unknown_patrol"

    def __init__(self, **kwargs: Any) -> None:
        """Look among the visible patrols."""
        super().__init__(Patrol, **kwargs)


def known_of(serializer: serializers.BaseSerializer[Any], row: Any) -> Known:
    """Return what the page read for all its rows, or read it for this one."""
    known = serializer.context.get("known")
    if isinstance(known, Known):
        return known
    return known_about([row], serializer.context["actor"])


def known_about(incidents: Iterable[Incident], actor: Actor) -> Known:
    """Return what a reader may know of all that some incidents point to."""
    rows = list(incidents)
    return Known.of(
        actor,
        records=rows,
        patrols=[row.patrol_id for row in rows],
        labels=[made.by for row in rows for made in row.acknowledgements.all()],
    )


class AcknowledgementSerializer(serializers.ModelSerializer[Acknowledgement]):
    """Which agency took note, when, and who for it."""

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.SerializerMethodField()

    class Meta:
        """Seen by the owner and by the agency itself."""

        model = Acknowledgement
        fields = ["agency", "at", "by"]

    def get_by(self, row: Acknowledgement) -> str | None:
        """Return who acknowledged, if the reader may know."""
        known: Known = self.context["known"]
        return known.person(row.by, row.agency_id)


class IncidentSerializer(RecordSerializer):
    """An incident as its reader may see it.

    ``patrol``, ``author`` and ``tear_line_of`` are null for whoever may not know.
    """

    place = GeometryField("Point", read_only=True)
    occurred_at = MomentField(read_only=True)
    resolved_at = MomentField(read_only=True)
    closed_at = MomentField(read_only=True)
    patrol = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    acknowledgements = serializers.SerializerMethodField()

    class Meta:
        """What happened, where, when, how severe, which state."""

        model = Incident
        fields = [
            *OwnedSerializer.COMMON,
            "ref",
            "author",
            "category",
            "severity",
            "title",
            "narrative",
            "language",
            "place",
            "occurred_at",
            "state",
            "patrol",
            "resolved_at",
            "closed_at",
            "close_reason",
            "tear_line_of",
            "acknowledgements",
        ]

    def get_patrol(self, row: Incident) -> UUID | None:
        """Return the patrol's id, if the reader sees that patrol."""
        known = known_of(self, row)
        return row.patrol_id if row.patrol_id in known.patrols else None

    def get_author(self, row: Incident) -> str | None:
        """Return the officer who reported it."""
        return known_of(self, row).author(row)

    @extend_schema_field(AcknowledgementSerializer(many=True))
    def get_acknowledgements(self, row: Incident) -> list[AcknowledgementSerializer]:
        """Return who took note, as far as the reader may know."""
        made = row.acknowledgements.all()
        context = {**self.context, "known": known_of(self, row)}
        found: Any = AcknowledgementSerializer(made, many=True, context=context).data
        return list(found)


class IncidentChangeSerializer(MarkingSerializer):
    """What an owner may change."""

    category = serializers.ChoiceField(Category.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    title = Text(max_length=160, required=False)
    narrative = Text(max_length=20_000, allow_blank=True, required=False)
    language = serializers.RegexField(
        LANGUAGE, max_length=8, allow_blank=True, required=False
    )
    place = GeometryField("Point", required=False)
    occurred_at = MomentField(required=False)
    patrol = VisiblePatrol(allow_null=True, required=False)


class IncidentWriteSerializer(IncidentChangeSerializer):
    """A new incident."""

    category = serializers.ChoiceField(Category.choices)
    severity = serializers.ChoiceField(Severity.choices)
    title = Text(max_length=160)
    place = GeometryField("Point")
    occurred_at = MomentField()
    release_to = Grantees(required=False)


class LogEntrySerializer(serializers.ModelSerializer[LogEntry]):
    """A line in the log."""

    agency = AgencyCode(read_only=True)
    at = MomentField(read_only=True)
    by = serializers.SerializerMethodField()

    class Meta:
        """Who wrote what, and for whom."""

        model = LogEntry
        fields = ["id", "agency", "by", "at", "text", "sharing"]

    def get_by(self, row: LogEntry) -> str | None:
        """Return who wrote it, if the reader may know."""
        known: Known = self.context["known"]
        return known.person(row.by, row.agency_id)


class LogEntryWriteSerializer(StrictSerializer):
    """A new line in the log."""

    text = Text(max_length=4000)
    sharing = serializers.ChoiceField(
        LogEntry.Sharing.choices, default=LogEntry.Sharing.OWNER
    )


class ResponseSerializer(serializers.ModelSerializer[Response]):
    """An agency that responds, perhaps with a patrol."""

    agency = AgencyCode(read_only=True)
    patrol = serializers.SerializerMethodField()
    assigned_by = serializers.SerializerMethodField()
    assigned_at = MomentField(read_only=True)
    changed_at = MomentField(read_only=True)

    class Meta:
        """Who, what for, how far."""

        model = Response
        fields = [
            "id",
            "agency",
            "patrol",
            "state",
            "task",
            "assigned_by",
            "assigned_at",
            "changed_at",
        ]

    def get_patrol(self, row: Response) -> UUID | None:
        """Return the patrol's id, if the reader sees that patrol."""
        known: Known = self.context["known"]
        return row.patrol_id if row.patrol_id in known.patrols else None

    def get_assigned_by(self, row: Response) -> str | None:
        """Return who assigned it, if the reader may know of that officer."""
        known: Known = self.context["known"]
        return known.person(row.assigned_by)


class AssignSerializer(StrictSerializer):
    """A new response."""

    agency = AgencyCode(required=False, allow_null=True)
    patrol = VisiblePatrol(required=False, allow_null=True)
    task = Text(max_length=300, allow_blank=True, required=False)


class AdvanceSerializer(StrictSerializer):
    """How far a response has come."""

    state = serializers.ChoiceField(ResponseState.choices)


class CloseSerializer(StrictSerializer):
    """Why an incident is closed."""

    reason = serializers.ChoiceField(CloseReason.choices)
