"""``/api/v1/events/``: the feed for those who cannot hold a socket open."""

from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import RefSerializer
from agencies.gateway import MOST, actor_of, limit_of, require_known
from live import cursors, journal
from live.models import Event

PARAMETERS = {"after", "limit"}


class FrameSerializer(serializers.Serializer[Any]):
    """One event, as the socket sends it too."""

    cursor = serializers.CharField()
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="noun.past, see docs/events.md")
    at = serializers.DateTimeField()
    ref = RefSerializer()
    # Not ``data``: a serializer has an attribute of that name.

    def get_fields(self) -> dict[str, Any]:
        """Add the headline."""
        text = "What, where, how severe, which state; empty for what was withdrawn"
        return super().get_fields() | {"data": serializers.DictField(help_text=text)}


class FramesSerializer(serializers.Serializer[Any]):
    """A page of the feed, in order, and the cursor to ask for the next with."""

    results = FrameSerializer(many=True)
    cursor = serializers.CharField()


class EventViewSet(viewsets.GenericViewSet[Event]):
    """The feed. The cursor moves only when something visible came."""

    queryset = Event.objects.none()
    serializer_class = FrameSerializer
    pagination_class = None
    scope = "events"

    @extend_schema(
        operation_id="events_list",
        parameters=[
            OpenApiParameter(
                "after",
                str,
                description="A cursor; without one, from the beginning.",
            ),
            OpenApiParameter("limit", int, description="1 to 200, by default 200."),
        ],
        responses=forced_singular_serializer(FramesSerializer),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:
        """Return what came after a cursor, oldest first."""
        require_known(request, PARAMETERS)
        limit = limit_of(request, MOST)
        after = cursors.decode(request.query_params.get("after", ""))
        keys = actor_of(request).keys
        entries: list[journal.Entry] = []
        place: int | None = after
        while place is not None and len(entries) < limit:
            found, place = journal.page(keys, after=place, limit=limit - len(entries))
            entries += found
        last = entries[-1].seq if entries else after
        return Response(
            {
                "results": [entry.frame() for entry in entries],
                "cursor": cursors.encode(last),
            }
        )
