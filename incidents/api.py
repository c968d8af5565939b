"""Incidents over REST: thin, on the same actions as the pages."""

from typing import Any
from uuid import UUID

import orjson
from django.contrib.gis.geos import Point
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.errors import NotFound
from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import one_of
from incidents.actions import life, log, responses
from incidents.actions.sightings import note_sighting
from incidents.attachments_api import IncidentFiles
from incidents.console_api import AcknowledgesMany
from incidents.filters import IncidentFilters
from incidents.life_api import LivesOn
from incidents.life_serializers import WhySerializer
from incidents.models import Incident, LogEntry, Response
from incidents.reader_serializers import ReaderSerializer
from incidents.readers import readers_of
from incidents.serializers import (
    AdvanceSerializer,
    AssignSerializer,
    CloseSerializer,
    IncidentChangeSerializer,
    IncidentDetailSerializer,
    IncidentSerializer,
    IncidentWriteSerializer,
    LogEntrySerializer,
    LogEntryWriteSerializer,
    ResponseSerializer,
)
from patrols.jurisdiction import jurisdiction


class IncidentViewSet(IncidentFiles, LivesOn, AcknowledgesMany):
    """Incidents: what happened, who responds, what was written about it."""

    queryset = Incident.objects.all()
    serializer_class = IncidentSerializer
    scope = "incidents"
    filterset_class = IncidentFilters
    page_order = ("-occurred_at", "-id")

    def shown(self, found: dict[str, Any]) -> Any:
        """Add what is derived of the place; note who of another agency is given it."""
        row, actor = orjson.loads(found["shown"]), actor_of(self.request)
        if row["owner"] != actor.agency:
            note_sighting(incident_id=UUID(row["id"]), by=actor)
        x, y = row["place"]["coordinates"]
        place = Point(x, y, srid=4326)
        within = row["place_uncertainty"]
        about = jurisdiction(place, actor, within)
        return row | {"jurisdiction": about.as_json()}

    @extend_schema(responses=IncidentDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Answer:
        """Return one incident with its version as the ETag."""
        return super().retrieve(request, pk)

    @extend_schema(
        request=IncidentWriteSerializer, responses={201: IncidentDetailSerializer}
    )
    def create(self, request: Request) -> Answer:
        """Report an incident; it is released in the same moment."""
        given = self.input(IncidentWriteSerializer)
        return self.answer(life.report(by=actor_of(request), **given), status=201)

    @extend_schema(request=IncidentChangeSerializer, responses=IncidentDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Answer:
        """Change what is reported; needs ``If-Match``."""
        row, given = self.to_change(IncidentChangeSerializer, is_needed=True)
        return self.answer(life.edit(incident=row, by=actor_of(request), **given))

    @extend_schema(request=None, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Answer:
        """Tell the owner that one's agency has seen it; again is harmless."""
        row = self.to_change(NothingSerializer)[0]
        life.acknowledge(incident=row, by=actor_of(request))
        return self.answer(row)

    @extend_schema(request=AssignSerializer, responses={201: ResponseSerializer})
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Answer:
        """Assign an agency or a patrol; a partner offers its own."""
        row, given = self.to_change(AssignSerializer)
        made = responses.assign(incident=row, by=actor_of(request), **given)
        return Answer(ResponseSerializer.one(made, actor_of(request)), status=201)

    @extend_schema(request=WhySerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Answer:
        """Say that it is over on the ground."""
        row, given = self.to_change(WhySerializer)
        return self.answer(life.resolve(incident=row, by=actor_of(request), **given))

    @extend_schema(request=CloseSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Answer:
        """Close it for a reason; it stays readable."""
        row, given = self.to_change(CloseSerializer)
        return self.answer(life.close(incident=row, by=actor_of(request), **given))

    @extend_schema(methods=["get"], responses=LogEntrySerializer(many=True))
    @extend_schema(
        methods=["post"],
        request=LogEntryWriteSerializer,
        responses={201: LogEntrySerializer},
    )
    @action(detail=True, methods=["get", "post"])
    def log(self, request: Request, pk: str) -> Answer:
        """List the log's lines that one may read, oldest first, or add one."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(LogEntryWriteSerializer)
            made = log.write_log(incident=row, by=actor, **given)
            return Answer(LogEntrySerializer.one(made, actor), status=201)
        entries = LogEntry.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": LogEntrySerializer.all(entries, actor)})

    @extend_schema(responses=ReaderSerializer(many=True))
    @action(detail=True, methods=["get"])
    def readers(self, request: Request, pk: str) -> Answer:
        """List who sees it, and who opened it when, for the owner."""
        row, actor = self.get_object(), actor_of(request)
        if not actor.owns(row):
            raise NotFound
        found = readers_of(row, actor)
        return Answer({"results": ReaderSerializer(found, many=True).data})

    @extend_schema(responses=ResponseSerializer(many=True))
    @action(detail=True, methods=["get"])
    def responses(self, request: Request, pk: str) -> Answer:
        """List the responses that one may know of."""
        actor = actor_of(request)
        made = Response.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": ResponseSerializer.all(made, actor)})

    @extend_schema(request=AdvanceSerializer, responses=ResponseSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"responses/(?P<response_id>[^/.]+)/advance",
    )
    def advance(self, request: Request, pk: str, response_id: str) -> Answer:
        """Say how far a response has come."""
        actor = actor_of(request)
        row = self.get_object()
        responses_of = Response.objects.visible_to(actor).filter(incident=row)
        made = one_of(responses_of, response_id)
        given = self.input(AdvanceSerializer)
        made = responses.advance(response=made, by=actor, **given)
        return Answer(ResponseSerializer.one(made, actor))
