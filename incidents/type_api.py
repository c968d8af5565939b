"""Types of incident over REST: reference data, the same for every agency."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.filters import Filters, any_of
from agencies.gateway import actor_of, require_known
from agencies.policy import Actor
from agencies.rest import ReadViewSet
from incidents.formats import STANDARD
from incidents.models import Category, IncidentType
from incidents.type_serializers import (
    IncidentTypeSerializer,
    IncidentTypeVersionSerializer,
    IncidentTypeVersionsSerializer,
    StandardSerializer,
)


class IncidentTypeFilters(Filters):
    """Filters of ``/api/v1/incident-types/``."""

    category = any_of(Category.choices)


class IncidentTypeViewSet(ReadViewSet):
    """Types of incident with the forms that their ``details`` fill."""

    queryset = IncidentType.objects.all()
    serializer_class = IncidentTypeSerializer
    scope = "incidents"
    filterset_class = IncidentTypeFilters
    page_order = ("category", "code")

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """List those that are in use; older incidents have others, too."""
        return rows if self.detail else rows.filter(is_active=True)

    @extend_schema(responses=IncidentTypeVersionsSerializer)
    @action(detail=True, methods=["get"])
    def versions(self, request: Request, pk: str) -> Response:
        """List the forms that it had before, newest first."""
        former = self.get_object().versions.all()
        shown = IncidentTypeVersionSerializer.all(former, actor_of(request))
        return Response({"results": shown})

    @extend_schema(responses=StandardSerializer)
    @action(detail=False, methods=["get"])
    def standard(self, request: Request) -> Response:
        """Return the form of what every incident accepts, whatever its type."""
        require_known(request, set())
        return Response({"schema": STANDARD})
