"""Files at records over REST, on the same actions as the pages."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.actions import files
from agencies.fields import NothingSerializer
from agencies.files.serving import serve
from agencies.files.store import Copy
from agencies.gateway import OrjsonRenderer, actor_of, require_known
from agencies.rest import OwnedViewSet, one_of
from agencies.serializers.files import (
    CustodySerializer,
    FileSerializer,
    FileWriteSerializer,
)

_ONE = r"attachments/(?P<attachment_id>[^/.]+)"


class AnyRenderer(OrjsonRenderer):
    """Lets a caller ask for a picture; refusals come as problems all the same."""

    media_type = "*/*"


def described(
    shown: type[FileSerializer],
    taken: type[FileWriteSerializer],
    custody: type[CustodySerializer],
) -> Any:
    """Return what tells the API's description of a viewset's own serializers."""
    body = {"multipart/form-data": taken}
    post = extend_schema(methods=["post"], request=body, responses={201: shown})
    get = extend_schema(methods=["get"], responses=shown(many=True))
    return extend_schema_view(
        attachments=lambda method: get(post(method)),
        custody=extend_schema(responses=custody(many=True)),
        withdraw_file=extend_schema(request=None, responses=shown),
    )


class CarriesFiles(OwnedViewSet):
    """Records with their files; a viewset names the serializers, see ``described``."""

    shown_file: type[FileSerializer]
    taken_file: type[FileWriteSerializer]
    shown_custody: type[CustodySerializer]

    def attach(self, row: Any, **given: Any) -> list[Any]:
        """Add files to a record, by its application's own action."""
        raise NotImplementedError

    @action(detail=True, methods=["get", "post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, pk: str) -> Answer:
        """List the files that one may see, oldest first, or add one."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(self.taken_file)
            (made,) = self.attach(row, files=[given.pop("file")], by=actor, **given)
            return Answer(self.shown_file.one(made, actor), status=201)
        rows = self._files([self.get_object()])
        return Answer({"results": self.shown_file.all(rows, actor)})

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "copy",
                enum=Copy.values,
                default=Copy.WORKING,
                description="`original`: for officers of the agency that added it who"
                " may handle such records.",
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
        files.view(attachment=made, copy=copy, by=actor_of(request))
        return serve(request._request, made, copy)

    @action(detail=True, methods=["get"], url_path=rf"{_ONE}/custody")
    def custody(self, request: Request, pk: str, attachment_id: str) -> Answer:
        """List who had the file in hand, as far as one may know, oldest first."""
        actor = actor_of(request)
        made = self._attachment(pk, attachment_id)
        lines = made.custody.visible_to(actor)
        return Answer({"results": self.shown_custody.all(lines, actor)})

    @action(detail=True, methods=["post"], url_path=rf"{_ONE}/withdraw")
    def withdraw_file(self, request: Request, pk: str, attachment_id: str) -> Answer:
        """Take a file back from others; its own agency and custody keep it."""
        actor = actor_of(request)
        made = self._attachment(pk, attachment_id)
        self.input(NothingSerializer)
        files.withdraw_file(attachment=made, by=actor)
        return Answer(self.shown_file.one(made, actor))

    def _files(self, records: Any) -> Any:
        """Return the files that the caller sees of some records."""
        model: Any = self.shown_file.Meta.model
        seen = model.objects.visible_to(actor_of(self.request))
        return seen.filter(**{f"{model.guard_parent}__in": records})

    def _attachment(self, pk: str, attachment_id: str) -> Any:
        """Return a file of a record, both of which the caller sees."""
        rows = self._files(self._only(self.get_queryset(), pk))
        return one_of(rows.select_related(rows.model.guard_parent), attachment_id)
