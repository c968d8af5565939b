"""Previews over REST: what would stand in the way, before anything is saved."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.accounts import agency_of
from agencies.gateway import actor_of
from agencies.policy import Actor, Permission, require
from agencies.rest import OwnedViewSet
from patrols import foresight, leads, rules
from patrols.clashes import clashes_of
from patrols.foresight import Foresight
from patrols.models import Patrol, Programme, Zone
from patrols.next_dates import next_dates
from patrols.serializers.foresight import ClashesSerializer, ForesightSerializer
from patrols.serializers.patrols import PatrolChangeSerializer, PatrolWriteSerializer
from patrols.serializers.programmes import (
    ProgrammeChangeSerializer,
    ProgrammeWriteSerializer,
)

_PREVIEWS = frozenset({"preview", "preview_change"})


class ProgrammePreview(OwnedViewSet):
    """What would stand in the way of a programme."""

    answered_anew = _PREVIEWS

    @extend_schema(request=ProgrammeWriteSerializer, responses=ForesightSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Return the next dates of a new programme, their leads and conflicts."""
        actor = actor_of(request)
        require(actor, Permission.PATROL_PLAN)
        row = Programme(owner=agency_of(actor), author_id=actor.officer_id)
        return self._foreseen(row, self.input(ProgrammeWriteSerializer), actor)

    @extend_schema(
        operation_id="programmes_preview_change",
        request=ProgrammeChangeSerializer,
        responses=ForesightSerializer,
    )
    @action(detail=True, methods=["post"], url_path="preview")
    def preview_change(self, request: Request, pk: str) -> Response:
        """Return the same of a programme with some changes."""
        row, given = self.to_change(ProgrammeChangeSerializer)
        actor = actor_of(request)
        require(actor, Permission.PATROL_PLAN, owner_of=row)
        return self._foreseen(row, given, actor)

    def _foreseen(self, row: Programme, given: dict[str, Any], by: Actor) -> Response:
        _draft(row, given)
        rules.require_sound_programme(row, by, changed=given)
        ledger = [] if row._state.adding else leads.seen_entries(row, by)
        dates = next_dates(row, by, ledger)
        return _answer(foresight.of_programme(row, dates, by))


class PatrolPreview(OwnedViewSet):
    """What would stand in the way of a patrol, or does."""

    answered_anew = _PREVIEWS

    @extend_schema(request=PatrolWriteSerializer, responses=ForesightSerializer)
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """Return the conflicts of a new patrol outside any programme."""
        actor = actor_of(request)
        require(actor, Permission.PATROL_PLAN)
        row = Patrol(owner=agency_of(actor), author_id=actor.officer_id)
        return self._foreseen(row, self.input(PatrolWriteSerializer), actor)

    @extend_schema(
        operation_id="patrols_preview_change",
        request=PatrolChangeSerializer,
        responses=ForesightSerializer,
    )
    @action(detail=True, methods=["post"], url_path="preview")
    def preview_change(self, request: Request, pk: str) -> Response:
        """Return the same of a patrol with some changes."""
        row, given = self.to_change(PatrolChangeSerializer)
        actor = actor_of(request)
        require(actor, Permission.PATROL_PLAN, owner_of=row)
        return self._foreseen(row, given, actor)

    @extend_schema(responses=ClashesSerializer)
    @action(detail=True, methods=["get"])
    def clashes(self, request: Request, pk: str) -> Response:
        """Return the patrols that are in the same place at the same time.

        To its owner and those who take part; of the patrols that they see.
        """
        row, actor = self.get_object(), actor_of(request)
        zone = Zone.objects.visible_to(actor).filter(pk=row.zone_id).first()
        found = clashes_of(row, zone, actor)
        return Response(ClashesSerializer({"results": found}).data)

    def _foreseen(self, row: Patrol, given: dict[str, Any], by: Actor) -> Response:
        _draft(row, given)
        rules.require_sound_patrol(row, by)
        return _answer(foresight.of_patrol(row, by))


def _draft(row: Programme | Patrol, given: dict[str, Any]) -> None:
    """Set what is given in a row that is not saved; nothing is released."""
    given.pop("release_to", None)
    for name, value in given.items():
        setattr(row, name, value)


def _answer(found: Foresight) -> Response:
    return Response(ForesightSerializer(found).data)
