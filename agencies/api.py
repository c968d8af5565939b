"""Agencies, agreements, officers, posts and resources over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.actions import assets, personnel, posts
from agencies.fields import NothingSerializer
from agencies.filters import (
    AbsenceFilters,
    AgencyFilters,
    AgreementFilters,
    AssetFilters,
    AuthorisationFilters,
    CertificationFilters,
    OfficerFilters,
    PlaceFilters,
    ReleaseFilters,
)
from agencies.gateway import actor_of
from agencies.models import (
    Absence,
    Agency,
    Agreement,
    Asset,
    Authorisation,
    Certification,
    Maintenance,
    Officer,
    Post,
    Release,
)
from agencies.policy import Actor
from agencies.rest import OwnedViewSet, ReadViewSet, VersionedViewSet, one_of
from agencies.serializers import (
    AgencySerializer,
    AgreementSerializer,
    OfficerSerializer,
    OwnReleaseSerializer,
    PostChangeSerializer,
    PostSerializer,
    PostWriteSerializer,
)
from agencies.serializers.resources import (
    AbsenceChangeSerializer,
    AbsenceSerializer,
    AbsenceWriteSerializer,
    AssetChangeSerializer,
    AssetSerializer,
    AssetWriteSerializer,
    AuthorisationChangeSerializer,
    AuthorisationSerializer,
    AuthorisationWriteSerializer,
    CertificationChangeSerializer,
    CertificationSerializer,
    CertificationWriteSerializer,
    MaintenanceWriteSerializer,
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

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Keep the agency's own: others see theirs at the record."""
        return rows.filter(owner=actor.agency_id)


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


class ResourceViewSet(VersionedViewSet):
    """What an agency keeps of its officers, for itself alone."""

    scope = "resources"


class AbsenceViewSet(ResourceViewSet):
    """Times in which one's colleagues are away."""

    queryset = Absence.objects.all()
    serializer_class = AbsenceSerializer
    filterset_class = AbsenceFilters

    @extend_schema(request=AbsenceWriteSerializer, responses={201: AbsenceSerializer})
    def create(self, request: Request) -> Response:
        """Enter a colleague's absence."""
        given = self.input(AbsenceWriteSerializer)
        made = personnel.enter_absence(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=AbsenceChangeSerializer, responses=AbsenceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change why or when; needs ``If-Match``."""
        row, given = self.to_change(AbsenceChangeSerializer, is_needed=True)
        by = actor_of(request)
        return self.answer(personnel.change_absence(absence=row, by=by, **given))

    @extend_schema(request=NothingSerializer, responses=AbsenceSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Take an absence back."""
        row, _none = self.to_change(NothingSerializer)
        by = actor_of(request)
        return self.answer(personnel.cancel_absence(absence=row, by=by))


class CertificationViewSet(ResourceViewSet):
    """What one's colleagues are certified for."""

    queryset = Certification.objects.all()
    serializer_class = CertificationSerializer
    filterset_class = CertificationFilters

    @extend_schema(
        request=CertificationWriteSerializer, responses={201: CertificationSerializer}
    )
    def create(self, request: Request) -> Response:
        """Enter a colleague's certification."""
        given = self.input(CertificationWriteSerializer)
        made = personnel.certify(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(
        request=CertificationChangeSerializer, responses=CertificationSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change or renew a certification; needs ``If-Match``."""
        row, given = self.to_change(CertificationChangeSerializer, is_needed=True)
        by = actor_of(request)
        return self.answer(
            personnel.change_certification(certification=row, by=by, **given)
        )

    @extend_schema(request=NothingSerializer, responses=CertificationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Take a certification from its officer."""
        row, _none = self.to_change(NothingSerializer)
        by = actor_of(request)
        return self.answer(personnel.revoke_certification(certification=row, by=by))


class AuthorisationViewSet(ResourceViewSet):
    """Which territories one's colleagues may enter."""

    queryset = Authorisation.objects.all()
    serializer_class = AuthorisationSerializer
    filterset_class = AuthorisationFilters

    @extend_schema(
        request=AuthorisationWriteSerializer, responses={201: AuthorisationSerializer}
    )
    def create(self, request: Request) -> Response:
        """Enter a colleague's authorisation."""
        given = self.input(AuthorisationWriteSerializer)
        made = personnel.authorise(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(
        request=AuthorisationChangeSerializer, responses=AuthorisationSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change or extend an authorisation; needs ``If-Match``."""
        row, given = self.to_change(AuthorisationChangeSerializer, is_needed=True)
        by = actor_of(request)
        return self.answer(
            personnel.change_authorisation(authorisation=row, by=by, **given)
        )

    @extend_schema(request=NothingSerializer, responses=AuthorisationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Take an authorisation from its officer."""
        row, _none = self.to_change(NothingSerializer)
        by = actor_of(request)
        return self.answer(personnel.revoke_authorisation(authorisation=row, by=by))


class AssetViewSet(OwnedViewSet):
    """Vehicles, radios and other assets."""

    queryset = Asset.objects.all()
    serializer_class = AssetSerializer
    scope = "resources"
    filterset_class = AssetFilters

    @extend_schema(request=AssetWriteSerializer, responses={201: AssetSerializer})
    def create(self, request: Request) -> Response:
        """Register an asset of one's own agency."""
        given = self.input(AssetWriteSerializer)
        made = assets.create_asset(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=AssetChangeSerializer, responses=AssetSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change anything of an asset but its owner; needs ``If-Match``."""
        row, given = self.to_change(AssetChangeSerializer, is_needed=True)
        by = actor_of(request)
        return self.answer(assets.change_asset(asset=row, by=by, **given))

    @extend_schema(request=MaintenanceWriteSerializer, responses=AssetSerializer)
    @action(detail=True, methods=["post"])
    def maintenance(self, request: Request, pk: str) -> Response:
        """Plan a time out of service."""
        row, given = self.to_change(MaintenanceWriteSerializer)
        assets.plan_maintenance(asset=row, by=actor_of(request), **given)
        return self.answer(row)

    @extend_schema(request=NothingSerializer, responses=AssetSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"maintenance/(?P<maintenance_id>[^/.]+)/end",
    )
    def end(self, request: Request, pk: str, maintenance_id: str) -> Response:
        """Put an asset back into service; what has not begun does not take place."""
        by = actor_of(request)
        rows = Maintenance.objects.visible_to(by).filter(asset=self.get_object())
        planned = one_of(rows, maintenance_id)
        row, _none = self.to_change(NothingSerializer)
        assets.end_maintenance(maintenance=planned, by=by)
        return self.answer(row)
