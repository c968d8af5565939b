"""``/api/v1/standing-releases/``: what one's own agency releases by rule."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import VersionedViewSet
from incidents.actions import standing as actions
from incidents.filters import StandingFilters
from incidents.models import StandingRelease
from incidents.standing_serializers import (
    StandingReleaseChangeSerializer,
    StandingReleaseSerializer,
    StandingReleaseWriteSerializer,
    TrialSerializer,
)
from incidents.standing_trial import tried


class StandingReleaseViewSet(VersionedViewSet):
    """Rules by which one's own agency releases what it reports, and their versions."""

    queryset = StandingRelease.objects.all()
    serializer_class = StandingReleaseSerializer
    scope = "incidents"
    filterset_class = StandingFilters
    http_method_names = ["get", "post", "head", "options"]
    answered_anew = frozenset({"trial"})

    @extend_schema(
        request=StandingReleaseWriteSerializer,
        responses={201: StandingReleaseSerializer},
    )
    def create(self, request: Request) -> Answer:
        """Set a rule; it counts for what is reported from now on."""
        given = self.input(StandingReleaseWriteSerializer)
        made = actions.set_standing(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(
        request=StandingReleaseChangeSerializer,
        responses={201: StandingReleaseSerializer},
    )
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Answer:
        """End this version and set the next."""
        row = self.get_object()
        given = self.input(StandingReleaseChangeSerializer)
        made = actions.change_standing(standing=row, by=actor_of(request), **given)
        return Answer(
            StandingReleaseSerializer.one(made, actor_of(request)), status=201
        )

    @extend_schema(request=None, responses=StandingReleaseSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Answer:
        """Release nothing more by it."""
        row = self.get_object()
        self.input(NothingSerializer)
        return self.answer(actions.end_standing(standing=row, by=actor_of(request)))

    @extend_schema(request=None, responses=TrialSerializer)
    @action(detail=True, methods=["post"])
    def trial(self, request: Request, pk: str) -> Answer:
        """Try it on what was reported in the last thirty days; nothing is released."""
        row = self.get_object()
        self.input(NothingSerializer)
        found = tried(row, actor_of(request))
        fitting = [
            {
                "incident": one.incident.pk,
                "ref": one.incident.ref,
                "is_released": one.is_released,
                "refused": one.refused,
            }
            for one in found.fitting
        ]
        return Answer({"looked_at": found.looked_at, "fitting": fitting})
