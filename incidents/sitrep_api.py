"""Situation reports over REST: ask for one, follow it, take the file, prove it."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Conflict, Forbidden
from agencies.fields import (
    MomentField,
    NothingSerializer,
    OurDay,
    StrictSerializer,
    Text,
)
from agencies.filters import Filters
from agencies.gateway import OrjsonRenderer, actor_of
from agencies.models import Agreement
from agencies.policy import Actor
from agencies.rest import VersionedViewSet
from agencies.serializers.seen import SeenAgreement
from agencies.shown import ShownSerializer, reference
from incidents.actions.sitreps import request_sitrep, retry_sitrep
from incidents.models import Sitrep, SitrepScope, SitrepState
from incidents.sitrep import paper_of
from incidents.sitrep_proof import proved
from incidents.views.sitreps import file_of


class PdfRenderer(OrjsonRenderer):
    """Lets ``Accept: application/pdf`` in; refusals are JSON all the same."""

    media_type = "application/pdf"
    format = "pdf"


class SitrepSerializer(ShownSerializer):
    """A report, for its author: how far it is, and what proves it."""

    agreement = serializers.CharField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    made_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Of which day, of what, and where it stands."""

        model = Sitrep
        fields = [
            "id",
            "version",
            "created_at",
            "day_on",
            "time_zone",
            "scope",
            "agreement",
            "state",
            "step",
            "failure",
            "made_at",
            "content_hash",
            "pdf_hash",
            "code",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the agreement to its parties."""
        known = Agreement.objects.visible_to(actor)
        return {"agreement": reference("agreement_id", known, "code")}


class SitrepWriteSerializer(StrictSerializer):
    """Which report is asked for."""

    day_on = OurDay()
    scope = serializers.ChoiceField(SitrepScope.choices)
    agreement = SeenAgreement(required=False)


class ProofAskedSerializer(StrictSerializer):
    """The code on the paper, or the SHA-256 of the file."""

    code = Text(max_length=80)


class ProofSerializer(serializers.Serializer[Any]):
    """Whether a report is genuine; if it is, of which day, when made and by whom."""

    is_genuine = serializers.BooleanField()
    day_on = serializers.DateField(allow_null=True)
    made_at = MomentField(allow_null=True)
    author = serializers.CharField(allow_null=True)
    agency = serializers.CharField(allow_null=True)
    pdf_hash = serializers.CharField(allow_null=True)


class SitrepFilters(Filters):
    """Reports: all of one's own."""


class SitrepViewSet(VersionedViewSet):
    """Daily situation reports: each officer's own."""

    queryset = Sitrep.objects.all()
    serializer_class = SitrepSerializer
    filterset_class = SitrepFilters
    scope = "incidents"
    answered_anew: ClassVar[frozenset[str]] = frozenset({"verify"})

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave others' reports to them."""
        return rows.own(actor)

    @extend_schema(request=SitrepWriteSerializer, responses={201: SitrepSerializer})
    def create(self, request: Request) -> Response:
        """Ask for the report of a day; a worker makes it."""
        given = self.input(SitrepWriteSerializer)
        made = request_sitrep(by=actor_of(request), **given)
        return self.answer(made, status=201)

    @extend_schema(request=NothingSerializer, responses=SitrepSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Ask again for a report that failed."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(retry_sitrep(sitrep=row, by=actor_of(request)))

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(
        detail=True, methods=["get"], renderer_classes=[OrjsonRenderer, PdfRenderer]
    )
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Return the file, as long as its author sees all that it names."""
        row, actor = self.get_object(), actor_of(request)
        if row.state != SitrepState.READY:
            raise Conflict("not_ready", _("This report is not ready."))
        paper = paper_of(row, actor)
        if paper is None:
            text = _("Something that this report names is no longer open to you.")
            raise Forbidden("no_longer_open", text)
        return file_of(row, paper)

    @extend_schema(request=ProofAskedSerializer, responses=ProofSerializer)
    @action(detail=False, methods=["post"])
    def verify(self, request: Request) -> Response:
        """Say whether a report is genuine; one that is not seen is as good as none."""
        given = self.input(ProofAskedSerializer)
        found = proved(given["code"], actor_of(request))
        told = {
            "is_genuine": found is not None,
            "day_on": found and found.day_on,
            "made_at": found and found.made_at,
            "author": found and found.author.username,
            "agency": found and found.agency.code,
            "pdf_hash": found and found.pdf_hash,
        }
        return Response(ProofSerializer(told).data)
