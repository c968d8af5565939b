"""Agencies, agreements, officers and posts over REST."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.actions import posts
from agencies.filters import (
    AgencyFilters,
    AgreementFilters,
    OfficerFilters,
    PlaceFilters,
    ReleaseFilters,
)
from agencies.gateway import actor_of
from agencies.models import Agency, Agreement, Officer, Post, Release
from agencies.rest import OwnedViewSet, ReadViewSet
from agencies.serializers import (
    AgencySerializer,
    AgreementSerializer,
    OfficerSerializer,
    OwnReleaseSerializer,
    PostChangeSerializer,
    PostSerializer,
    PostWriteSerializer,
)


class AgencyViewSet(ReadViewSet):
    """The directory of agencies, known to all who take part."""

    queryset = Agency.objects.all()
    serializer_class = AgencySerializer
    scope = "agencies"
    filterset_class = AgencyFilters
    page_order = ("code",)


class AgreementViewSet(ReadViewSet):
    """Agreements to which one's agency is a party."""

    queryset = Agreement.objects.all()
    serializer_class = AgreementSerializer
    scope = "agencies"
    filterset_class = AgreementFilters
    page_order = ("code",)


class OfficerViewSet(ReadViewSet):
    """Colleagues, and the liaison officers of partners."""

    queryset = Officer.objects.all()
    serializer_class = OfficerSerializer
    scope = "agencies"
    filterset_class = OfficerFilters
    page_order = ("username",)


class ReleaseViewSet(ReadViewSet):
    """What one's own agency released, to whom, until when; ended ones too.

    Releases are made and ended at their records, by ``…/{id}/releases/``.
    """

    queryset = Release.objects.all()
    serializer_class = OwnReleaseSerializer
    scope = "agencies"
    filterset_class = ReleaseFilters

    def get_queryset(self) -> QuerySet[Any]:
        """Keep the agency's own: others see theirs at the record."""
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return rows.filter(owner=actor_of(self.request).agency_id)


class PostViewSet(OwnedViewSet):
    """Border posts and stations."""

    queryset = Post.objects.all()
    serializer_class = PostSerializer
    scope = "agencies"
    # Posts are places, which the planners of patrols keep.
    write_scope = "patrols"
    filterset_class = PlaceFilters

    @extend_schema(request=PostWriteSerializer, responses={201: PostSerializer})
    def create(self, request: Request) -> Response:
        """Register a post of one's own agency."""
        given = self.input(PostWriteSerializer)
        return self.answer(posts.create_post(by=actor_of(request), **given), status=201)

    @extend_schema(request=PostChangeSerializer, responses=PostSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change code, name or place; needs ``If-Match``."""
        row, given = self.to_change(PostChangeSerializer, is_needed=True)
        return self.answer(posts.change_post(post=row, by=actor_of(request), **given))
