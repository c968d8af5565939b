"""Intelligence reports over REST: thin, on the same actions as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import NotFound
from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import OwnedViewSet, require_version
from intel import actions
from intel.filters import ReportFilters
from intel.models import Report
from intel.serializers import (
    ReportChangeSerializer,
    ReportSerializer,
    ReportWriteSerializer,
)


class ReportViewSet(OwnedViewSet):
    """Graded intelligence reports, and the tear lines released from them."""

    queryset = Report.objects.select_related("owner")
    serializer_class = ReportSerializer
    scope = "reports"
    filterset_class = ReportFilters

    @extend_schema(request=ReportWriteSerializer, responses={201: ReportSerializer})
    def create(self, request: Request) -> Response:
        """Write a report; it is released in the same moment."""
        given = self.input(ReportWriteSerializer)
        return self.answer(actions.write(by=actor_of(request), **given), status=201)

    @extend_schema(request=ReportChangeSerializer, responses=ReportSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a report; needs ``If-Match``."""
        row = self.get_object()
        require_version(request, row)
        given = self.input(ReportChangeSerializer)
        return self.answer(actions.edit(report=row, by=actor_of(request), **given))

    @extend_schema(request=None, responses=ReportSerializer)
    @action(detail=True, methods=["post"], url_path="end-validity")
    def end_validity(self, request: Request, pk: str) -> Response:
        """Say that it no longer holds; it stays readable."""
        row = self.get_object()
        require_version(request, row, is_needed=False)
        self.input(NothingSerializer)
        return self.answer(actions.end_validity(report=row, by=actor_of(request)))

    @extend_schema(responses={200: dict[str, str]})
    @action(detail=True, methods=["get"], url_path="tear-line")
    def tear_line(self, request: Request, pk: str) -> Response:
        """Return the tear line's id and reference, for the owner."""
        actor = actor_of(request)
        row = self.get_object()
        found = Report.objects.visible_to(actor).filter(tear_line_of=row).first()
        if found is None or not actor.owns(row):
            raise NotFound
        return Response({"id": found.pk, "ref": found.ref})
