"""Reports as they go in and out, for whoever reads them."""

from typing import Any

from django.db.models import Case, When
from django.db.models.functions import Concat
from rest_framework import serializers

from agencies.fields import (
    Bounded,
    GeometryField,
    Grantees,
    MarkingSerializer,
    MomentField,
    Text,
)
from agencies.policy import Actor
from agencies.serializers import OwnedSerializer, RecordSerializer, officer_seen
from agencies.shown import for_owner
from incidents.models import Category
from incidents.serializers import LANGUAGE
from intel.models import IS_OVER, InformationGrade, Report, SourceGrade


class ReportSerializer(RecordSerializer):
    """A report as its reader may see it.

    ``source_note``, ``tear_line_text`` and ``tear_line_of`` are null for all but
    its owner; ``author`` for whoever may not know that officer.
    """

    author = serializers.CharField(read_only=True, allow_null=True)
    place = GeometryField("Point", read_only=True, allow_null=True)
    valid_from = MomentField(read_only=True)
    valid_until = MomentField(read_only=True, allow_null=True)
    tear_line_text = serializers.CharField(read_only=True, allow_null=True)
    source_note = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """What is said, how graded, how long it holds."""

        model = Report
        fields = [
            *OwnedSerializer.COMMON,
            "ref",
            "author",
            "title",
            "body",
            "tear_line_text",
            "source_note",
            "language",
            "topics",
            "source_grade",
            "information_grade",
            "grading",
            "place",
            "valid_from",
            "valid_until",
            "is_current",
            "tear_line_of",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add what only the owner reads, and what is not a column."""
        return {
            **super().expressions(actor),
            "author": officer_seen("author_id", actor),
            "tear_line_text": for_owner("tear_line_text", actor),
            "source_note": for_owner("source_note", actor),
            "grading": Concat("source_grade", "information_grade"),
            "is_current": Case(When(IS_OVER, then=False), default=True),
        }


class ReportChangeSerializer(MarkingSerializer):
    """What an owner may change."""

    title = Text(max_length=160, required=False)
    body = Text(max_length=20_000, required=False)
    tear_line_text = Text(max_length=4000, allow_blank=True, required=False)
    source_note = Text(max_length=2000, allow_blank=True, required=False)
    language = serializers.RegexField(
        LANGUAGE, max_length=8, allow_blank=True, required=False
    )
    topics = Bounded(
        child=serializers.ChoiceField(Category.choices),
        max_length=len(Category),
        required=False,
    )
    source_grade = serializers.ChoiceField(SourceGrade.choices, required=False)
    information_grade = serializers.ChoiceField(
        InformationGrade.choices, required=False
    )
    place = GeometryField("Point", allow_null=True, required=False)
    valid_from = MomentField(required=False)
    valid_until = MomentField(allow_null=True, required=False)

    def validate_topics(self, topics: list[Any]) -> list[Any]:
        """Keep each topic once, in the order given."""
        return list(dict.fromkeys(topics))


class ReportWriteSerializer(ReportChangeSerializer):
    """A new report."""

    title = Text(max_length=160)
    body = Text(max_length=20_000)
    source_grade = serializers.ChoiceField(SourceGrade.choices)
    information_grade = serializers.ChoiceField(InformationGrade.choices)
    release_to = Grantees(required=False)
