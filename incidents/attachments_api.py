"""Files and read marks of incidents over REST, on the same actions as the pages."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.errors import NotFound
from agencies.fields import NothingSerializer
from agencies.gateway import OrjsonRenderer, actor_of, require_known
from agencies.rest import RecordViewSet
from incidents.actions import attachments, log
from incidents.file_serializers import (
    AttachmentSerializer,
    AttachmentWriteSerializer,
    CustodyLineSerializer,
    LogReadSerializer,
    LogReadWriteSerializer,
)
from incidents.models import Attachment, CustodyLine, LogRead
from incidents.serving import serve
from incidents.store import Copy

_ONE = r"attachments/(?P<attachment_id>[^/.]+)"


class AnyRenderer(OrjsonRenderer):
    """Lets a caller ask for a picture; refusals come as problems all the same."""

    media_type = "*/*"


class CarriesFiles(RecordViewSet):
    """Incidents with their files, and how far their logs were read."""

    @extend_schema(methods=["get"], responses=AttachmentSerializer(many=True))
    @extend_schema(
        methods=["post"],
        request={"multipart/form-data": AttachmentWriteSerializer},
        responses={201: AttachmentSerializer},
    )
    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Answer:
        """List the files that one may see, oldest first, or add one."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(AttachmentWriteSerializer)
            files = [given.pop("file")]
            (made,) = attachments.attach(incident=row, files=files, by=actor, **given)
            return Answer(AttachmentSerializer.one(made, actor), status=201)
        rows = Attachment.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": AttachmentSerializer.all(rows, actor)})

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "copy",
                enum=Copy.values,
                default=Copy.WORKING,
                description="`original`: for officers of the agency that added it who"
                " may handle incidents.",
            )
        ],
        responses={(200, "application/octet-stream"): bytes},
    )
    @action(
        detail=True,
        methods=["get"],
        url_path=rf"{_ONE}/file",
        renderer_classes=[AnyRenderer],
    )
    def file(self, request: Request, pk: str, attachment_id: str) -> HttpResponseBase:
        """Give a file out; it is noted who had it."""
        made = self._attachment(pk, attachment_id)
        require_known(request, {"copy"})
        copy = request.query_params.get("copy", Copy.WORKING)
        attachments.view(attachment=made, copy=copy, by=actor_of(request))
        return serve(request._request, made, copy)

    @extend_schema(responses=CustodyLineSerializer(many=True))
    @action(detail=True, methods=["get"], url_path=rf"{_ONE}/custody")
    def custody(self, request: Request, pk: str, attachment_id: str) -> Answer:
        """List who had the file in hand, as far as one may know, oldest first."""
        actor = actor_of(request)
        made = self._attachment(pk, attachment_id)
        lines = CustodyLine.objects.visible_to(actor).filter(attachment=made)
        return Answer({"results": CustodyLineSerializer.all(lines, actor)})

    @extend_schema(request=None, responses=AttachmentSerializer)
    @action(detail=True, methods=["post"], url_path=rf"{_ONE}/withdraw")
    def withdraw(self, request: Request, pk: str, attachment_id: str) -> Answer:
        """Take a file back from others; its own agency and custody keep it."""
        actor = actor_of(request)
        made = self._attachment(pk, attachment_id)
        self.input(NothingSerializer)
        attachments.withdraw_file(attachment=made, by=actor)
        return Answer(AttachmentSerializer.one(made, actor))

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

    def _attachment(self, pk: str, attachment_id: str) -> Attachment:
        """Return a file of an incident, both of which the caller sees."""
        rows: Any = self._only(self.get_queryset(), pk)
        try:
            wanted = UUID(attachment_id)
        except ValueError:
            raise NotFound from None
        seen = Attachment.objects.visible_to(actor_of(self.request))
        made = seen.filter(pk=wanted, incident__in=rows).select_related("incident")
        if (found := made.first()) is None:
            raise NotFound
        return found
