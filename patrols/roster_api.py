"""Rosters over REST: asked for, followed, stopped, published, mended."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.policy import Actor, Permission
from agencies.rest import ReadViewSet, VersionedViewSet
from patrols import actions
from patrols.filters import AssignmentFilters, RosterFilters
from patrols.models import Assignment, Roster
from patrols.serializers.rosters import (
    AssignmentSerializer,
    ReplanSerializer,
    RosterSerializer,
    RosterWriteSerializer,
)


def is_planner(actor: Actor) -> bool:
    """Whether rosters and drafts are for this actor: planners, and the own systems."""
    return actor.scopes is not None or actor.may(Permission.PATROL_PLAN)


class RosterViewSet(VersionedViewSet):
    """Who goes on one's own agency's patrols, worked out and published."""

    queryset = Roster.objects.all()
    serializer_class = RosterSerializer
    scope = "patrols"
    filterset_class = RosterFilters

    def get_queryset(self) -> QuerySet[Any]:
        """Leave them to those who plan."""
        rows = super().get_queryset()
        is_fake = getattr(self, "swagger_fake_view", False)
        return rows if is_fake or is_planner(actor_of(self.request)) else rows.none()

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


class AssignmentViewSet(ReadViewSet):
    """Colleagues on patrols: published, and for planners drafts."""

    queryset = Assignment.objects.all()
    serializer_class = AssignmentSerializer
    scope = "patrols"
    filterset_class = AssignmentFilters
    page_order = ("-id",)

    def get_queryset(self) -> QuerySet[Any]:
        """Leave drafts to those who plan."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows if is_planner(actor_of(self.request)) else rows.filter(**_ACTIVE)

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


_ACTIVE = {"is_active": True}
