"""Coverage of border sections, and officers' calendar feeds, over REST."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of, require_known
from agencies.rest import ReadViewSet
from patrols import actions, calendar
from patrols.feed_keys import address
from patrols.filters import FeedFilters
from patrols.models import BorderSection, FeedKey
from patrols.section_cover import midnights, parts_of
from patrols.serializers.feeds import (
    CoverageAskedSerializer,
    CoveragesSerializer,
    FeedMadeSerializer,
    FeedSerializer,
    FeedWriteSerializer,
)


class CoverageViewSet(viewsets.GenericViewSet[Any]):
    """How far the patrols that the caller sees cover the border, and the holes."""

    queryset = BorderSection.objects.all()
    scope = "patrols"
    http_method_names = ["get", "head", "options"]

    @extend_schema(
        parameters=[
            OpenApiParameter("first_on", str, description="first day; today"),
            OpenApiParameter("days", int, description="from 1 to 62; 7"),
        ],
        responses=CoveragesSerializer,
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return, for each section that a programme names, its days and holes.

        Days are those of the caller's agency; moments are in UTC.
        """
        require_known(request, {"first_on", "days"})
        asked = CoverageAskedSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        first = asked.validated_data.get("first_on") or timezone.localdate()
        number = asked.validated_data.get("days", 7)
        days = [first + n * calendar.DAY for n in range(number)]
        results = [
            {
                "section": section.code,
                "days": [
                    {
                        "on": day,
                        "hours": part.span.hours,
                        "covered_hours": part.hours,
                        "cover": part.cover,
                        "holes": part.holes,
                    }
                    for day, part in zip(days, parts, strict=True)
                ],
            }
            for section, parts in parts_of(actor_of(request), midnights(days))
        ]
        found = {"time_zone": timezone.get_current_timezone_name(), "results": results}
        return Response(CoveragesSerializer(found).data)


class FeedViewSet(ReadViewSet):
    """One's own calendar feeds; agencies' systems have none.

    An ``Idempotency-Key`` is not taken: the answer holds a secret, which is not kept.
    """

    queryset = FeedKey.objects.all()
    serializer_class = FeedSerializer
    filterset_class = FeedFilters
    scope = "patrols"
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(request=FeedWriteSerializer, responses={201: FeedMadeSerializer})
    def create(self, request: Request) -> Response:
        """Open a feed; its address is told this one time."""
        given = self.input(FeedWriteSerializer)
        row, secret = actions.create_feed(by=actor_of(request), **given)
        url = address(request._request, secret)
        made = FeedMadeSerializer({"id": row.pk, "url": url})
        response = Response(made.data, status=201)
        response["Location"] = self.address_of(row)
        return response

    @extend_schema(request=NothingSerializer, responses=FeedSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Close a feed for good; doing it again is harmless."""
        row = self.get_object()
        self.input(NothingSerializer)
        return self.answer(actions.revoke_feed(feed=row, by=actor_of(request)))
