"""Consent over REST: the verbs that patrols and programmes have for it."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import OwnedViewSet
from patrols import actions
from patrols.serializers.consents import (
    AdoptSerializer,
    CounterSerializer,
    ProposeDraftsSerializer,
    ProposedSerializer,
    ProposeSerializer,
    RefuseSerializer,
)
from patrols.serializers.patrols import PatrolSerializer


class ConsentVerbs(OwnedViewSet):
    """What is said to a patrol that is, or is to be, proposed."""

    @extend_schema(request=None, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def agree(self, request: Request, pk: str) -> Response:
        """Go along: the owner proposes its draft, the others accept it."""
        row, _given = self.to_change(NothingSerializer)
        return self.answer(actions.agree(patrol=row, by=actor_of(request)))

    @extend_schema(request=ProposeSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Ask all who take part for their consent."""
        row, given = self.to_change(ProposeSerializer)
        return self.answer(actions.propose(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=RefuseSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse a proposed patrol, with a reason."""
        row, given = self.to_change(RefuseSerializer)
        return self.answer(actions.refuse(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=CounterSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: str) -> Response:
        """Propose other hours or places."""
        row, given = self.to_change(CounterSerializer)
        return self.answer(actions.counter(patrol=row, by=actor_of(request), **given))

    @extend_schema(request=AdoptSerializer, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Take over an agency's counter-proposal."""
        row, given = self.to_change(AdoptSerializer)
        code = given["agency"].code
        return self.answer(actions.adopt(patrol=row, agency=code, by=actor_of(request)))

    @extend_schema(request=None, responses=PatrolSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a proposal back: it is a draft again."""
        row, _given = self.to_change(NothingSerializer)
        return self.answer(actions.withdraw_proposal(patrol=row, by=actor_of(request)))


class ConsentSeries(OwnedViewSet):
    """The same for the drafts of a programme."""

    @extend_schema(request=ProposeDraftsSerializer, responses=ProposedSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Propose all drafts that start before a moment."""
        row, given = self.to_change(ProposeDraftsSerializer)
        made = actions.propose_drafts(programme=row, by=actor_of(request), **given)
        return Response({"proposed": [patrol.pk for patrol in made]})
