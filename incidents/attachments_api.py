"""Files and read marks of incidents over REST, on the same actions as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.files_api import CarriesFiles, described
from agencies.gateway import actor_of
from agencies.rest import RecordViewSet
from incidents.actions import attachments, log
from incidents.file_serializers import (
    AttachmentSerializer,
    AttachmentWriteSerializer,
    CustodyLineSerializer,
    LogReadSerializer,
    LogReadWriteSerializer,
)
from incidents.models import LogRead


@described(AttachmentSerializer, AttachmentWriteSerializer, CustodyLineSerializer)
class IncidentFiles(CarriesFiles, RecordViewSet):
    """Incidents with their files, and how far their logs were read."""

    shown_file = AttachmentSerializer
    taken_file = AttachmentWriteSerializer
    shown_custody = CustodyLineSerializer

    def attach(self, row: Any, **given: Any) -> list[Any]:
        """Add files to an incident."""
        return attachments.attach(incident=row, **given)

    @extend_schema(methods=["get"], responses=LogReadSerializer(many=True))
    @extend_schema(
        methods=["post"], request=LogReadWriteSerializer, responses=LogReadSerializer
    )
    @action(detail=True, methods=["get", "post"], url_path="log/reads")
    def reads(self, request: Request, pk: str) -> Answer:
        """List who has read the log, or say how far one has."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(LogReadWriteSerializer)
            made = log.read_log(incident=row, by=actor, **given)
            return Answer(LogReadSerializer.one(made, actor))
        marks = LogRead.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": LogReadSerializer.all(marks.told_to(actor), actor)})
