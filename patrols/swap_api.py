"""Wishes and swaps over REST: said, asked, answered, decided."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.policy import Actor
from agencies.rest import VersionedViewSet
from patrols import actions
from patrols.filters import SwapFilters, WishFilters
from patrols.models import Swap, Wish
from patrols.serializers.swaps import (
    SwapReasonSerializer,
    SwapSerializer,
    SwapWriteSerializer,
    WishSerializer,
    WishWriteSerializer,
)


class AskedViewSet(VersionedViewSet):
    """One's own; for planners and the agency's systems, those of all colleagues."""

    scope = "patrols"

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave those of others to those who plan."""
        return rows.shown_to(actor)


class WishViewSet(AskedViewSet):
    """On which patrols officers would like to go, or would rather not."""

    queryset = Wish.objects.all()
    serializer_class = WishSerializer
    filterset_class = WishFilters

    @extend_schema(request=WishWriteSerializer, responses={201: WishSerializer})
    def create(self, request: Request) -> Response:
        """Say what one wishes of a patrol; it replaces what was said before."""
        given = self.input(WishWriteSerializer)
        return self.answer(actions.wish(by=actor_of(request), **given), status=201)

    @extend_schema(request=NothingSerializer, responses=WishSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a wish back."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.take_back_wish(wish=row, by=actor_of(request)))


class SwapViewSet(AskedViewSet):
    """Duties that officers hand over to each other, or exchange."""

    queryset = Swap.objects.all()
    serializer_class = SwapSerializer
    filterset_class = SwapFilters

    @extend_schema(request=SwapWriteSerializer, responses={201: SwapSerializer})
    def create(self, request: Request) -> Response:
        """Ask a colleague to take over one's duty, or to exchange it for theirs."""
        given = self.input(SwapWriteSerializer)
        return self.answer(actions.ask_swap(by=actor_of(request), **given), status=201)

    @extend_schema(request=NothingSerializer, responses=SwapSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Agree, as the colleague."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.accept_swap(swap=row, by=actor_of(request)))

    @extend_schema(request=SwapReasonSerializer, responses=SwapSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Say no, as the colleague."""
        row, given = self.to_change(SwapReasonSerializer)
        by = actor_of(request)
        return self.answer(actions.decline_swap(swap=row, by=by, **given))

    @extend_schema(request=NothingSerializer, responses=SwapSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take it back, as the one who asked."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.take_back_swap(swap=row, by=actor_of(request)))

    @extend_schema(request=NothingSerializer, responses=SwapSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Agree, as a planner: the duties change hands."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.approve_swap(swap=row, by=actor_of(request)))

    @extend_schema(request=SwapReasonSerializer, responses=SwapSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Say no, as a planner."""
        row, given = self.to_change(SwapReasonSerializer)
        by = actor_of(request)
        return self.answer(actions.refuse_swap(swap=row, by=by, **given))
