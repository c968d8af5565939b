"""Duty periods, rules of escalation and escalations over REST: of one's own agency."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import ReadViewSet, VersionedViewSet, one_of
from incidents.actions import hand_overs, rules, watch
from incidents.models import Duty, DutyHandOver, Escalation, EscalationRule
from incidents.watch_filters import DutyFilters, EscalationFilters, RuleFilters
from incidents.watch_serializers import (
    DutyChangeSerializer,
    DutyHandOverSerializer,
    DutyOfferSerializer,
    DutyReasonSerializer,
    DutySerializer,
    DutyWriteSerializer,
    EscalationRuleChangeSerializer,
    EscalationRuleSerializer,
    EscalationRuleWriteSerializer,
    EscalationSerializer,
)

HAND_OVER = r"hand-overs/(?P<duty_hand_over_id>[^/.]+)"


class DutyViewSet(VersionedViewSet):
    """Who of one's own agency is on duty when, and the change of shift."""

    queryset = Duty.objects.all()
    serializer_class = DutySerializer
    scope = "resources"
    filterset_class = DutyFilters
    page_order = ("-starts_at", "-id")

    @extend_schema(request=DutyWriteSerializer, responses={201: DutySerializer})
    def create(self, request: Request) -> Answer:
        """Plan a duty."""
        given = self.input(DutyWriteSerializer)
        return self.answer(watch.plan_duty(by=actor_of(request), **given), status=201)

    @extend_schema(request=DutyChangeSerializer, responses=DutySerializer)
    def partial_update(self, request: Request, pk: str) -> Answer:
        """Change a duty; needs ``If-Match``. Of one that runs, deputy and end only."""
        row, given = self.to_change(DutyChangeSerializer, is_needed=True)
        return self.answer(watch.change_duty(duty=row, by=actor_of(request), **given))

    @extend_schema(request=None, responses=DutySerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Answer:
        """Take back a duty that has not begun."""
        row = self.to_change(NothingSerializer)[0]
        return self.answer(watch.cancel_duty(duty=row, by=actor_of(request)))

    @extend_schema(request=None, responses=DutySerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Answer:
        """Take over the watch, as its officer, while nobody has it."""
        row = self.to_change(NothingSerializer)[0]
        return self.answer(watch.start_duty(duty=row, by=actor_of(request)))

    @extend_schema(request=DutyReasonSerializer, responses=DutySerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Answer:
        """End a duty without handing it over, for a reason."""
        row, given = self.to_change(DutyReasonSerializer)
        return self.answer(watch.end_duty(duty=row, by=actor_of(request), **given))

    @extend_schema(request=DutyOfferSerializer, responses={201: DutyHandOverSerializer})
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Answer:
        """Hand one's duty over to who comes next."""
        row, given = self.to_change(DutyOfferSerializer)
        by = actor_of(request)
        made = hand_overs.offer_hand_over(duty=row, by=by, **given)
        return Answer(DutyHandOverSerializer.one(made, by), status=201)

    @extend_schema(request=None, responses=DutyHandOverSerializer)
    @action(detail=True, methods=["post"], url_path=f"{HAND_OVER}/accept")
    def accept(self, request: Request, pk: str, duty_hand_over_id: str) -> Answer:
        """Take the watch over, as the incoming officer."""
        row, by = self._offered(duty_hand_over_id), actor_of(request)
        self.input(NothingSerializer)
        return self._told(hand_overs.accept_hand_over(hand_over=row, by=by))

    @extend_schema(request=DutyReasonSerializer, responses=DutyHandOverSerializer)
    @action(detail=True, methods=["post"], url_path=f"{HAND_OVER}/refuse")
    def refuse(self, request: Request, pk: str, duty_hand_over_id: str) -> Answer:
        """Do not take it over, and say why."""
        row, by = self._offered(duty_hand_over_id), actor_of(request)
        given = self.input(DutyReasonSerializer)
        return self._told(hand_overs.refuse_hand_over(hand_over=row, by=by, **given))

    @extend_schema(request=None, responses=DutyHandOverSerializer)
    @action(detail=True, methods=["post"], url_path=f"{HAND_OVER}/withdraw")
    def withdraw(self, request: Request, pk: str, duty_hand_over_id: str) -> Answer:
        """Take it back, until it is answered."""
        row, by = self._offered(duty_hand_over_id), actor_of(request)
        self.input(NothingSerializer)
        return self._told(hand_overs.take_back_hand_over(hand_over=row, by=by))

    def _offered(self, pk: str) -> DutyHandOver:
        duty = self.get_object()
        rows = DutyHandOver.objects.visible_to(actor_of(self.request))
        found: DutyHandOver = one_of(rows.filter(duty=duty), pk)
        return found

    def _told(self, row: DutyHandOver) -> Answer:
        return Answer(DutyHandOverSerializer.one(row, actor_of(self.request)))


class EscalationRuleViewSet(VersionedViewSet):
    """Whom one's own agency calls about what it has not acknowledged, and when."""

    queryset = EscalationRule.objects.all()
    serializer_class = EscalationRuleSerializer
    scope = "resources"
    filterset_class = RuleFilters

    @extend_schema(
        request=EscalationRuleWriteSerializer,
        responses={201: EscalationRuleSerializer},
    )
    def create(self, request: Request) -> Answer:
        """Add a rule."""
        given: dict[str, Any] = self.input(EscalationRuleWriteSerializer)
        return self.answer(rules.create_rule(by=actor_of(request), **given), status=201)

    @extend_schema(
        request=EscalationRuleChangeSerializer, responses=EscalationRuleSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Answer:
        """Change a rule, or switch it off; needs ``If-Match``."""
        row, given = self.to_change(EscalationRuleChangeSerializer, is_needed=True)
        return self.answer(rules.change_rule(rule=row, by=actor_of(request), **given))


class EscalationViewSet(ReadViewSet):
    """What waits, or waited, for one's own agency to acknowledge it."""

    queryset = Escalation.objects.all()
    serializer_class = EscalationSerializer
    scope = "incidents"
    filterset_class = EscalationFilters
    page_order = ("-opened_at", "-id")
    http_method_names = ["get", "head", "options"]
