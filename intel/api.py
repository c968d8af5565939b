"""Intelligence reports over REST: thin, on the same actions as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import RecordViewSet
from intel import actions
from intel.filters import ReportFilters
from intel.models import Report
from intel.serializers import (
    ReportChangeSerializer,
    ReportSerializer,
    ReportWriteSerializer,
)


class ReportViewSet(RecordViewSet):
    """Graded intelligence reports, and the tear lines released from them."""

    queryset = Report.objects.all()
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
        row, given = self.to_change(ReportChangeSerializer, is_needed=True)
        return self.answer(actions.edit(report=row, by=actor_of(request), **given))

    @extend_schema(request=None, responses=ReportSerializer)
    @action(detail=True, methods=["post"], url_path="end-validity")
    def end_validity(self, request: Request, pk: str) -> Response:
        """Say that it no longer holds; it stays readable."""
        row = self.to_change(NothingSerializer)[0]
        return self.answer(actions.end_validity(report=row, by=actor_of(request)))
