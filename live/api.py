"""``/api/v1/events/``: the feed for those who cannot hold a socket open."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Invalid
from agencies.fields import RefSerializer
from agencies.gateway import MOST, actor_of, limit_of, require_known
from live import cursors, journal
from live.kinds import Kind
from live.models import Event

PARAMETERS = {"after", "before", "limit", "order", "without"}
NEWEST = "newest"


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
            OpenApiParameter(
                "without",
                str,
                description="Kinds that are left out, with commas between them.",
            ),
            OpenApiParameter(
                "order",
                str,
                enum=[NEWEST],
                description="The newest first; ``cursor`` is the next ``before``.",
            ),
            OpenApiParameter(
                "before", str, description="A cursor; with ``order`` alone."
            ),
        ],
        responses=forced_singular_serializer(FramesSerializer),  # type: ignore[no-untyped-call]
    )
    def list(self, request: Request) -> Response:
        """Return what came after a cursor, oldest first unless asked otherwise."""
        require_known(request, PARAMETERS)
        limit = limit_of(request, MOST)
        given, keys = request.query_params, actor_of(request).keys
        after = cursors.decode(given.get("after", ""))
        without = _kinds(given.get("without"))
        start: int | None
        if _is_newest_first(given):
            back = partial(journal.back, keys, after=after, without=without)
            start = cursors.decode(given["before"]) if given.get("before") else None
            entries = _filled(lambda at, n: back(before=at, limit=n), start, limit)
        else:
            ahead, start = partial(journal.page, keys, without=without), after
            entries = _filled(lambda at, n: ahead(after=at, limit=n), start, limit)
        last = entries[-1].seq if entries else start or after
        return Response(
            {
                "results": [entry.frame() for entry in entries],
                "cursor": cursors.encode(last),
            }
        )


def _filled(
    read: Callable[[Any, int], tuple[list[journal.Entry], int | None]],
    start: int | None,
    limit: int,
) -> list[journal.Entry]:
    """Read on from ``start`` until a page is full; what is left out is stepped over."""
    entries, place = read(start, limit)
    while place is not None and len(entries) < limit:
        found, place = read(place, limit - len(entries))
        entries += found
    return entries


def _kinds(given: str | None) -> list[str]:
    """Return the kinds that are to be left out; refuse what is none."""
    kinds = given.split(",") if given else []
    if unknown := sorted(set(kinds) - set(Kind)):
        names = ", ".join(unknown)[:200]
        raise Invalid("unknown_kind", f"Unknown kind: {names}")
    return kinds


def _is_newest_first(given: Mapping[str, str]) -> bool:
    """Return which way round is asked for."""
    order = given.get("order", "")
    if order not in ("", NEWEST) or ("before" in given and not order):
        raise Invalid("bad_order", "order is newest, and before needs it.")
    return order == NEWEST
