"""Leads and ledgers over REST: parts of the viewsets in ``patrols.api``."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.errors import Invalid, NotFound
from agencies.fields import NothingSerializer
from agencies.filters import AgreementFilters
from agencies.gateway import actor_of, require_known
from agencies.models import Agreement
from agencies.rest import OwnedViewSet, ReadViewSet
from agencies.serializers import AgreementSerializer
from patrols import actions, lead_plans, lead_words, leads
from patrols import ledger as ledgers
from patrols.forms.ledger import this_year
from patrols.models import PatrolState, Programme
from patrols.serializers.hand_overs import OfferSerializer, ReasonSerializer
from patrols.serializers.leads import (
    AskedSerializer,
    ChangesSerializer,
    CurveSerializer,
    LeadSerializer,
    LedgerQuerySerializer,
    LedgerSerializer,
    PlansSerializer,
    RepairSerializer,
)
from patrols.serializers.patrols import PatrolSerializer
from patrols.serializers.programmes import ProgrammeSerializer


class PatrolLead(OwnedViewSet):
    """What the API tells and does of the lead of one patrol."""

    @extend_schema(
        parameters=[OpenApiParameter("instead", str, description="an agency's code")],
        responses=LeadSerializer,
    )
    @action(detail=True, methods=["get"])
    def lead(self, request: Request, pk: str) -> Response:
        """Return why an agency leads, and with ``instead`` what if another did."""
        require_known(request, {"instead"})
        row, actor = self.get_object(), actor_of(request)
        programmes = Programme.objects.visible_to(actor)
        programme = programmes.filter(pk=row.programme_id).first()
        if programme is None or row.state == PatrolState.CANCELLED:
            raise NotFound
        ledger = leads.seen_entries(programme, actor)
        place = leads.place_of(ledger, row.pk)
        history = leads.history_of(programme, ledger, place, actor)
        told: Any = lead_words.explained(ledger, place, row.barred, history)
        asked = request.query_params.get("instead")
        other = (
            lead_words.instead(ledger, place, asked, timezone.now()) if asked else None
        )
        if asked and other is None:
            raise Invalid("could_not_lead", _("This agency could not have led."))
        shown = {name: getattr(told, name) for name in told.__slots__}
        return Response(LeadSerializer(shown | {"instead": other}).data)

    @extend_schema(request=OfferSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="offer-lead")
    def offer_lead(self, request: Request, pk: str) -> Response:
        """Offer the lead of a patrol that is out to another agency."""
        row, given = self.to_change(OfferSerializer)
        code, reason = given["to"].code, given["reason"]
        by = actor_of(request)
        return self.answer(
            actions.offer_lead(patrol=row, to=code, reason=reason, by=by)
        )

    @extend_schema(request=None, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="accept-lead")
    def accept_lead(self, request: Request, pk: str) -> Response:
        """Take over the lead that one's own agency was offered."""
        row, _nothing = self.to_change(NothingSerializer)
        return self.answer(actions.accept_lead(patrol=row, by=actor_of(request)))

    @extend_schema(request=ReasonSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="decline-lead")
    def decline_lead(self, request: Request, pk: str) -> Response:
        """Say that one's own agency does not take the lead."""
        row, given = self.to_change(ReasonSerializer)
        by = actor_of(request)
        return self.answer(actions.decline_lead(patrol=row, by=by, **given))

    @extend_schema(request=None, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="withdraw-lead")
    def withdraw_lead(self, request: Request, pk: str) -> Response:
        """Take an offer of the lead back."""
        row, _nothing = self.to_change(NothingSerializer)
        return self.answer(actions.withdraw_lead(patrol=row, by=actor_of(request)))

    @extend_schema(request=ReasonSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="seize-lead")
    def seize_lead(self, request: Request, pk: str) -> Response:
        """Take the lead in an emergency, unasked."""
        row, given = self.to_change(ReasonSerializer)
        return self.answer(
            actions.seize_lead(patrol=row, by=actor_of(request), **given)
        )

    @extend_schema(request=None, responses=PatrolSerializer)
    @action(detail=True, methods=["post"], url_path="stand-down")
    def stand_down(self, request: Request, pk: str) -> Response:
        """Say that one's own agency cannot lead this patrol of a programme."""
        row, _nothing = self.to_change(NothingSerializer)
        return self.answer(actions.stand_down(patrol=row, by=actor_of(request)))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the parameter of ``lead`` alone."""
        return queryset if self.action == "lead" else super().filter_queryset(queryset)


class ProgrammeLeads(OwnedViewSet):
    """What the API tells and does of the leads of a programme."""

    @extend_schema(responses=PlansSerializer)
    @action(detail=True, methods=["get"], url_path="lead-plans")
    def lead_plans(self, request: Request, pk: str) -> Response:
        """Return the plans of leads with their certificates, checked again."""
        found = lead_plans.plans(self.get_object(), actor_of(request))
        return Response({"results": [plan.told() for plan in found]})

    @extend_schema(
        methods=["GET"],
        parameters=[OpenApiParameter("within", str, description="such as 5/4")],
        responses=CurveSerializer,
    )
    @extend_schema(
        methods=["POST"], request=RepairSerializer, responses=ChangesSerializer
    )
    @action(detail=True, methods=["get", "post"], url_path="leads")
    def leads(self, request: Request, pk: str) -> Response:
        """Return what fairness costs in changed leads; or change as few as will do."""
        row, actor = self.get_object(), actor_of(request)
        if request.method == "POST":
            given = self.input(RepairSerializer)
            made = actions.repair_leads(
                programme=row,
                within=given.get("within"),
                expected=given.get("digest", ""),
                by=actor,
            )
            return Response(ChangesSerializer({"changes": made}).data)
        require_known(request, {"within"})
        asked = RepairSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        ledger = leads.seen_entries(row, actor)
        changes = leads.repaired(ledger, now, asked.validated_data.get("within"))
        told = {
            "deviation": leads.furthest_off(ledger, now),
            "choices": leads.trade_off(ledger, now),
            "changes": changes,
            "digest": leads.digest(changes),
        }
        return Response(CurveSerializer(told).data)

    @extend_schema(request=AskedSerializer, responses=ProgrammeSerializer)
    @action(detail=True, methods=["post"])
    def commanders(self, request: Request, pk: str) -> Response:
        """Let the rotation pass one's own agency over where no commander is free."""
        row, given = self.to_change(AskedSerializer)
        actor = actor_of(request)
        return self.answer(actions.ask_for_commanders(programme=row, by=actor, **given))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the parameter of ``leads`` alone."""
        return queryset if self.action == "leads" else super().filter_queryset(queryset)


class LedgerViewSet(ReadViewSet):
    """Who led how much under an agreement, by its id, in a period."""

    queryset = Agreement.objects.all()
    serializer_class = AgreementSerializer
    scope = "patrols"
    filterset_class = AgreementFilters
    page_order = ("code",)

    @extend_schema(parameters=[LedgerQuerySerializer], responses=LedgerSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return the ledger, over the patrols that the reader sees."""
        asked = LedgerQuerySerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        agreement = self._only(self.get_queryset(), pk).first()
        if agreement is None:
            raise NotFound
        first, last = this_year()
        given: dict[str, Any] = {"first": first, "last": last} | asked.validated_data
        if given["last"] < given["first"]:
            raise Invalid("bad_period", _("It ends before it begins."), pointer="/last")
        found = ledgers.ledger(agreement, actor_of(request), **given)
        told = {
            "agreement": agreement.code,
            "first": found.first,
            "last": found.last,
            "lines": found.lines,
            "owed": {code: points[-1][1] for code, points in found.credits.items()},
        }
        return Response(LedgerSerializer(told).data)
