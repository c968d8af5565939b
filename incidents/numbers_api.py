"""Numbers over REST: sums over what the caller may see."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Invalid
from agencies.fields import OurDay, StrictSerializer
from agencies.gateway import actor_of, require_known
from agencies.models import Agency
from incidents.models import Category, IncidentType, Severity
from incidents.numbers import (
    MEASURES,
    MOST_DAYS,
    Asked,
    Line,
    Numbers,
    numbers,
    week_name,
)
from incidents.numbers_form import usual_days
from patrols.models import BorderSection

PARAMETERS = ("from", "until", "category", "severity", "owner", "section")


class NumbersAskedSerializer(StrictSerializer):
    """A time, by the clock of the caller's agency, and which incidents."""

    until = OurDay(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    owner = serializers.SlugRelatedField(
        "code", queryset=Agency.objects.all(), required=False
    )
    section = serializers.SlugRelatedField(
        "code", queryset=BorderSection.objects.all(), required=False
    )

    def get_fields(self) -> Any:
        """Add the parameter whose name is a word of Python's."""
        return {"from": OurDay(required=False), **super().get_fields()}


class CountSerializer(serializers.Serializer[Any]):
    """How many incidents of each severity."""

    code = serializers.CharField(
        help_text="of the week, the type (without one the category) or the section"
    )
    name = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    total = serializers.IntegerField()


class TookSerializer(serializers.Serializer[Any]):
    """How long something took, in seconds; severity is empty for all together."""

    measure = serializers.ChoiceField(MEASURES)
    severity = serializers.CharField(allow_blank=True)
    n = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


class EffortSerializer(serializers.Serializer[Any]):
    """The patrols that left in a week."""

    week = serializers.CharField()
    patrols = serializers.IntegerField()
    hours = serializers.FloatField()
    kilometres = serializers.FloatField(allow_null=True)


class NumbersSerializer(serializers.Serializer[Any]):
    """All tables; ``effort`` is null for a token without ``patrols:read``."""

    first_on = serializers.DateField()
    last_on = serializers.DateField()
    time_zone = serializers.CharField()
    total = serializers.IntegerField()
    weeks = CountSerializer(many=True)
    types = CountSerializer(many=True)
    sections = CountSerializer(many=True)
    times = TookSerializer(many=True)
    effort = EffortSerializer(many=True, allow_null=True)


class NumbersViewSet(viewsets.GenericViewSet[Any]):
    """Incidents by week, type and section, how long they took, and patrol effort."""

    # What they are counted by: it lists no incidents.
    queryset = IncidentType.objects.all()
    scope = "incidents"
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        parameters=[
            OpenApiParameter("from", str, description="first day; eleven weeks ago"),
            OpenApiParameter("until", str, description="last day; today"),
            *(OpenApiParameter(name, str) for name in PARAMETERS[2:]),
        ],
        responses=NumbersSerializer,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the numbers of a time: of what the caller may see, and no more."""
        require_known(request, PARAMETERS)
        asked = NumbersAskedSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        found = numbers(actor_of(request), _asked(asked.validated_data))
        return Response(NumbersSerializer(_told(found)).data)


def _asked(given: dict[str, Any]) -> Asked:
    first, last = usual_days()
    first, last = given.get("from", first), given.get("until", last)
    if not 0 <= (last - first).days < MOST_DAYS:
        text = _("From the first to the last day, a year at most.")
        raise Invalid("bad_span", text)
    owner, section = given.get("owner"), given.get("section")
    return Asked(
        first=first,
        last=last,
        zone=ZoneInfo(timezone.get_current_timezone_name()),
        category=given.get("category", ""),
        severity=given.get("severity", ""),
        owner=owner.pk if owner else None,
        section=section.pk if section else "",
    )


def _told(found: Numbers) -> dict[str, Any]:
    return {
        "first_on": found.asked.first,
        "last_on": found.asked.last,
        "time_zone": found.asked.zone.key,
        "total": found.total,
        "weeks": _lines(found.weeks),
        "types": _lines(found.types),
        "sections": _lines(found.sections),
        "times": found.times,
        "effort": None
        if found.effort is None
        else [
            {
                "week": week_name(one.week),
                "patrols": one.patrols,
                "hours": round(one.hours, 2),
                "kilometres": one.kilometres and round(one.kilometres, 1),
            }
            for one in found.effort
        ],
    }


def _lines(lines: list[Line]) -> list[dict[str, Any]]:
    return [
        {
            "code": line.code,
            "name": line.name,
            "counts": {step: line.counts[step] for step in Severity.values},
            "total": line.total,
        }
        for line in lines
    ]
