"""The log of a patrol over REST: a part of the viewset in ``patrols.api``."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.files_api import CarriesFiles, described
from agencies.gateway import actor_of
from patrols import actions
from patrols.models import PatrolLogEntry, PatrolLogRead
from patrols.serializers.files import (
    PatrolAttachmentSerializer,
    PatrolAttachmentWriteSerializer,
    PatrolCustodyLineSerializer,
)
from patrols.serializers.log import (
    PatrolLogEntrySerializer,
    PatrolLogEntryWriteSerializer,
    PatrolLogReadSerializer,
    PatrolLogReadWriteSerializer,
)


@described(
    PatrolAttachmentSerializer,
    PatrolAttachmentWriteSerializer,
    PatrolCustodyLineSerializer,
)
class PatrolLog(CarriesFiles):
    """The log of one patrol, its files, and how far it was read."""

    shown_file = PatrolAttachmentSerializer
    taken_file = PatrolAttachmentWriteSerializer
    shown_custody = PatrolCustodyLineSerializer

    def attach(self, row: Any, **given: Any) -> list[Any]:
        """Add files to a line of a patrol's log."""
        return actions.attach_to_patrol_log(patrol=row, **given)

    @extend_schema(methods=["get"], responses=PatrolLogEntrySerializer(many=True))
    @extend_schema(
        methods=["post"],
        request=PatrolLogEntryWriteSerializer,
        responses={201: PatrolLogEntrySerializer},
    )
    @action(detail=True, methods=["get", "post"])
    def log(self, request: Request, pk: str) -> Response:
        """List the log's lines that one may read, oldest first, or add one."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(PatrolLogEntryWriteSerializer)
            made = actions.write_patrol_log(patrol=row, by=actor, **given)
            return Response(PatrolLogEntrySerializer.one(made, actor), status=201)
        lines = PatrolLogEntry.objects.visible_to(actor)
        rows = lines.filter(patrol=self.get_object())
        return Response({"results": PatrolLogEntrySerializer.all(rows, actor)})

    @extend_schema(methods=["get"], responses=PatrolLogReadSerializer(many=True))
    @extend_schema(
        methods=["post"],
        request=PatrolLogReadWriteSerializer,
        responses=PatrolLogReadSerializer,
    )
    @action(detail=True, methods=["get", "post"], url_path="log/reads")
    def reads(self, request: Request, pk: str) -> Response:
        """List who has read the log, or say how far one has."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(PatrolLogReadWriteSerializer)
            made = actions.read_patrol_log(patrol=row, by=actor, **given)
            return Response(PatrolLogReadSerializer.one(made, actor))
        marks = PatrolLogRead.objects.visible_to(actor).filter(patrol=self.get_object())
        told = marks.told_to(actor)
        return Response({"results": PatrolLogReadSerializer.all(told, actor)})
