"""Rosters over REST: asked for, followed, stopped, published, mended."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.policy import Actor
from agencies.rest import ReadViewSet, VersionedViewSet
from patrols import actions
from patrols import roster_shown as shown
from patrols.filters import AssignmentFilters, RosterFilters
from patrols.force import may_look
from patrols.models import Assignment, Remedy, Roster, is_planner
from patrols.serializers.rosters import (
    AssignmentSerializer,
    RemedySerializer,
    ReplanSerializer,
    RosterPlanSerializer,
    RosterSerializer,
    RosterWriteSerializer,
    TakeSerializer,
)


class RosterViewSet(VersionedViewSet):
    """Who goes on one's own agency's patrols, worked out and published."""

    queryset = Roster.objects.all()
    serializer_class = RosterSerializer
    scope = "patrols"
    filterset_class = RosterFilters

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave them to those who plan."""
        return rows if is_planner(actor) else rows.none()

    @extend_schema(request=RosterWriteSerializer, responses={201: RosterSerializer})
    def create(self, request: Request) -> Response:
        """Ask for a roster; a worker takes it up."""
        given = self.input(RosterWriteSerializer)
        made = actions.request_roster(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=NothingSerializer, responses=RosterSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Say that what was found so far is good enough."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.stop_roster(roster=row, by=actor_of(request)))

    @extend_schema(request=NothingSerializer, responses=RosterSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Send its people on its patrols, if it still holds."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.publish_roster(roster=row, by=actor_of(request)))

    @extend_schema(request=ReplanSerializer, responses={201: RosterSerializer})
    @action(detail=True, methods=["post"])
    def replan(self, request: Request, pk: str) -> Response:
        """Ask for it anew: a published one is mended with few changes."""
        row, given = self.to_change(ReplanSerializer)
        made = actions.replan(roster=row, by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(responses=RosterPlanSerializer)
    @action(detail=True, methods=["get"])
    def plan(self, request: Request, pk: str) -> Response:
        """Return patrols, gaps and why, and what would close them."""
        row, actor = self.get_object(), actor_of(request)
        known = shown.known_patrols(row, actor)
        told = {
            "causes": shown.causes(row, known),
            "patrols": shown.outings(row, known),
            "gaps": shown.lacks(row, known, actor),
            "conflicts": shown.conflicts(row, known, actor),
        }
        return Response(RosterPlanSerializer(told).data)

    @extend_schema(request=TakeSerializer, responses={201: RosterSerializer})
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        """Change a patrol as a remedy says, and ask for the roster anew."""
        row, given = self.to_change(TakeSerializer)
        made = actions.take_remedy(roster=row, by=actor_of(request), **given)
        return self.answer(made, status=201)


class AssignmentViewSet(ReadViewSet):
    """Colleagues on patrols: published, and for planners drafts."""

    queryset = Assignment.objects.all()
    serializer_class = AssignmentSerializer
    scope = "patrols"
    filterset_class = AssignmentFilters
    page_order = ("-id",)

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave drafts to those who plan."""
        return rows if is_planner(actor) else rows.filter(is_active=True)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def lock(self, request: Request, pk: str) -> Response:
        """Keep it when the roster is worked out again."""
        return self._lock(request, is_locked=True)

    @extend_schema(request=NothingSerializer, responses=AssignmentSerializer)
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Let it change again."""
        return self._lock(request, is_locked=False)

    def _lock(self, request: Request, *, is_locked: bool) -> Response:
        row = self.get_object()
        self.input(NothingSerializer)
        by = actor_of(request)
        actions.lock_assignment(assignment=row, is_locked=is_locked, by=by)
        return self.answer(row)


class RemedyViewSet(ReadViewSet):
    """What one's own agency could change to close gaps, for those who plan."""

    queryset = Remedy.objects.all()
    serializer_class = RemedySerializer
    scope = "patrols"
    filterset_class = AssignmentFilters
    page_order = ("-id",)

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave them to those who plan, and people to who may read of them."""
        if not is_planner(actor):
            return rows.none()
        return rows if may_look(actor) else rows.filter(officer=None)
