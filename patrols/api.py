"""Places, programmes, patrols and positions over REST: thin, on the same actions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Invalid, NotFound
from agencies.fields import Seen
from agencies.filters import PlaceFilters
from agencies.gateway import actor_of
from agencies.repeats import AnsweredOnce
from agencies.rest import OwnedViewSet, ReadViewSet
from patrols import actions, fixes, place_versions, tracks
from patrols.consent_api import ConsentSeries, ConsentVerbs
from patrols.filters import (
    FixFilters,
    MarkerFilters,
    PatrolFilters,
    ProgrammeFilters,
    SectionFilters,
)
from patrols.foresight_api import PatrolPreview, ProgrammePreview
from patrols.lead_api import PatrolLead, ProgrammeLeads
from patrols.log_api import PatrolLog
from patrols.models import (
    BorderMarker,
    BorderSection,
    Checkpoint,
    Fix,
    Patrol,
    Programme,
    Route,
    Zone,
)
from patrols.place_exports import GeoJsonRenderer, GpxRenderer, attachment
from patrols.serializers.markers import BorderMarkerSerializer
from patrols.serializers.patrols import (
    CancelSerializer,
    CommanderSerializer,
    MomentSerializer,
    PatrolChangeSerializer,
    PatrolSerializer,
    PatrolWriteSerializer,
)
from patrols.serializers.places import (
    BorderSectionSerializer,
    CheckpointChangeSerializer,
    CheckpointSerializer,
    CheckpointWriteSerializer,
    RouteChangeSerializer,
    RouteSerializer,
    RouteWriteSerializer,
    VersionsSerializer,
    ZoneChangeSerializer,
    ZoneSerializer,
    ZoneWriteSerializer,
)
from patrols.serializers.positions import (
    AcceptedSerializer,
    BatchSerializer,
    FixSerializer,
    PositionsSerializer,
    SinceSerializer,
    TrackSerializer,
)
from patrols.serializers.programmes import (
    ProgrammeChangeSerializer,
    ProgrammeSerializer,
    ProgrammeWriteSerializer,
)


class PatrolsViewSet(OwnedViewSet):
    """What the owned rows of this application have in common."""

    scope = "patrols"


class PlaceViewSet(PatrolsViewSet):
    """Places: also as files, and with the shapes that they had."""

    filterset_class = PlaceFilters

    @extend_schema(responses=VersionsSerializer)
    @action(detail=True, methods=["get"])
    def versions(self, request: Request, pk: str) -> Response:
        """Return the shapes that it had, newest first, at most fifty."""
        place, actor = self.get_object(), actor_of(request)
        former = place_versions.versions(place, actor)[: place_versions.MOST]
        told = {"results": former}
        is_own = actor.owns(place)
        return Response(VersionsSerializer(told, context={"is_own": is_own}).data)

    @extend_schema(responses={(200, GeoJsonRenderer.media_type): bytes})
    @action(detail=True, methods=["get"], renderer_classes=[GeoJsonRenderer])
    def geojson(self, request: Request, pk: str) -> HttpResponse:
        """Return it as a GeoJSON file."""
        return attachment(self.get_object(), "geojson")

    @extend_schema(responses={(200, GpxRenderer.media_type): bytes})
    @action(detail=True, methods=["get"], renderer_classes=[GpxRenderer])
    def gpx(self, request: Request, pk: str) -> HttpResponse:
        """Return it as a GPX file."""
        return attachment(self.get_object(), "gpx")


class ZoneViewSet(PlaceViewSet):
    """Areas in which patrols go."""

    queryset = Zone.objects.all()
    serializer_class = ZoneSerializer

    @extend_schema(request=ZoneWriteSerializer, responses={201: ZoneSerializer})
    def create(self, request: Request) -> Response:
        """Register a zone of one's own agency."""
        given = self.input(ZoneWriteSerializer)
        made = actions.create_zone(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=ZoneChangeSerializer, responses=ZoneSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a zone; needs ``If-Match``."""
        row, given = self.to_change(ZoneChangeSerializer, is_needed=True)
        return self.answer(actions.change_zone(zone=row, by=actor_of(request), **given))


class RouteViewSet(PlaceViewSet):
    """The ways that patrols take."""

    queryset = Route.objects.all()
    serializer_class = RouteSerializer

    @extend_schema(request=RouteWriteSerializer, responses={201: RouteSerializer})
    def create(self, request: Request) -> Response:
        """Register a route of one's own agency."""
        given = self.input(RouteWriteSerializer)
        made = actions.create_route(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=RouteChangeSerializer, responses=RouteSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a route; needs ``If-Match``."""
        row, given = self.to_change(RouteChangeSerializer, is_needed=True)
        return self.answer(
            actions.change_route(route=row, by=actor_of(request), **given)
        )


class CheckpointViewSet(PlaceViewSet):
    """Crossings and control points."""

    queryset = Checkpoint.objects.all()
    serializer_class = CheckpointSerializer

    @extend_schema(
        request=CheckpointWriteSerializer, responses={201: CheckpointSerializer}
    )
    def create(self, request: Request) -> Response:
        """Register a checkpoint of one's own agency."""
        given = self.input(CheckpointWriteSerializer)
        made = actions.create_checkpoint(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=CheckpointChangeSerializer, responses=CheckpointSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a checkpoint; needs ``If-Match``."""
        row, given = self.to_change(CheckpointChangeSerializer, is_needed=True)
        return self.answer(
            actions.change_checkpoint(checkpoint=row, by=actor_of(request), **given)
        )


class BorderSectionViewSet(ReadViewSet):
    """Stretches of the border: reference data, the same for every agency."""

    queryset = BorderSection.objects.all()
    serializer_class = BorderSectionSerializer
    scope = "patrols"
    filterset_class = SectionFilters
    page_order = ("code",)


class BorderMarkerViewSet(ReadViewSet):
    """Numbered pillars of the border: reference data, the same for every agency."""

    queryset = BorderMarker.objects.all()
    serializer_class = BorderMarkerSerializer
    scope = "patrols"
    filterset_class = MarkerFilters
    page_order = ("section_id", "number", "id")


class ProgrammeViewSet(ProgrammeLeads, ProgrammePreview, ConsentSeries, PatrolsViewSet):
    """Recurring series of joint patrols."""

    queryset = Programme.objects.all()
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilters

    @extend_schema(
        request=ProgrammeWriteSerializer, responses={201: ProgrammeSerializer}
    )
    def create(self, request: Request) -> Response:
        """Register a programme; the entitled agencies are released it."""
        given = self.input(ProgrammeWriteSerializer)
        made = actions.create_programme(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=ProgrammeChangeSerializer, responses=ProgrammeSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a programme; needs ``If-Match``. Opened patrols mostly stay."""
        row, given = self.to_change(ProgrammeChangeSerializer, is_needed=True)
        return self.answer(
            actions.change_programme(programme=row, by=actor_of(request), **given)
        )


class PatrolViewSet(PatrolPreview, PatrolLead, PatrolLog, ConsentVerbs, PatrolsViewSet):
    """Patrols: drafts, proposed, agreed, under way, completed; or cancelled."""

    queryset = Patrol.objects.all()
    serializer_class = PatrolSerializer
    filterset_class = PatrolFilters
    page_order = ("-starts_at", "-id")

    @extend_schema(request=PatrolWriteSerializer, responses={201: PatrolSerializer})
    def create(self, request: Request) -> Response:
        """Plan one patrol; those that take part are released it."""
        given = self.input(PatrolWriteSerializer)
        return self.answer(actions.plan(by=actor_of(request), **given), status=201)

    @extend_schema(request=PatrolChangeSerializer, responses=PatrolSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a patrol that has not left; needs ``If-Match``."""
        row, given = self.to_change(PatrolChangeSerializer, is_needed=True)
        return self.answer(actions.change(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=MomentSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Say that an agreed patrol has left."""
        row, given = self.to_change(MomentSerializer)
        return self.answer(actions.start(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=MomentSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Say that a patrol is back."""
        row, given = self.to_change(MomentSerializer)
        return self.answer(actions.complete(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=CancelSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call off a patrol that has not left."""
        row, given = self.to_change(CancelSerializer)
        return self.answer(actions.cancel(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=CommanderSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def commander(self, request: Request, pk: str) -> Response:
        """Name the commander, an officer of the lead agency."""
        row, given = self.to_change(CommanderSerializer)
        named = actions.name_commander(
            patrol=row, officer=given["commander"], by=actor_of(request)
        )
        return self.answer(named)

    @extend_schema(
        parameters=[OpenApiParameter("since", str, description="RFC 3339 time")],
        responses=TrackSerializer,
    )
    @action(detail=True, methods=["get"])
    def track(self, request: Request, pk: str) -> Response:
        """Return the patrol's way as a GeoJSON feature with a time per point."""
        asked = SinceSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        since = asked.validated_data.get("since")
        return Response(tracks.track(self.get_object(), actor_of(request), since))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the track's own parameter alone."""
        return queryset if self.action == "track" else super().filter_queryset(queryset)


class PositionViewSet(AnsweredOnce, ReadViewSet):
    """Positions of patrols, newest first."""

    queryset = Fix.objects.all()
    serializer_class = FixSerializer
    scope = "patrols"
    filterset_class = FixFilters
    page_order = ("-at", "-id")

    @extend_schema(request=PositionsSerializer, responses={200: AcceptedSerializer})
    def create(self, request: Request) -> Response:
        """Add positions of one patrol; sending a batch again is harmless."""
        given = self.input(BatchSerializer)
        batch = fixes.read(given["fixes"])
        # Read once, by the action; what it does not see is as good as none.
        patrol = Patrol(pk=given["patrol"])
        try:
            added = actions.add_fixes(patrol=patrol, fixes=batch, by=actor_of(request))
        except NotFound:
            text = Seen.default_error_messages["unknown"]
            raise Invalid(Seen.unknown, text, pointer="/patrol") from None
        return Response({"accepted": added, "duplicates": len(batch) - added})
