"""An incident's life over REST: verbs, steps, tasks and units."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from agencies.fields import NothingSerializer
from agencies.gateway import actor_of
from agencies.rest import RecordViewSet, one_of
from incidents import units
from incidents.actions import confirming, duplicates, life, tasks
from incidents.life_serializers import (
    ConfirmationSerializer,
    MergeSerializer,
    ReasonedSerializer,
    TaskSerializer,
    TaskWriteSerializer,
    TransitionSerializer,
    UnitSerializer,
    WhySerializer,
)
from incidents.models import Confirmation, Task, Transition
from incidents.serializers import IncidentDetailSerializer

_TASK = r"tasks/(?P<task_id>[^/.]+)"


class LivesOn(RecordViewSet):
    """Incidents on their way from reported to closed, and what is done meanwhile."""

    @extend_schema(request=WhySerializer, responses=IncidentDetailSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Answer:
        """Confirm what was reported; a partner's word is for the owner to take up."""
        row, given = self.to_change(WhySerializer)
        by = actor_of(request)
        return self.answer(confirming.confirm(incident=row, by=by, **given))

    @extend_schema(request=WhySerializer, responses=IncidentDetailSerializer)
    @action(detail=True, methods=["post"])
    def contain(self, request: Request, pk: str) -> Answer:
        """Say that it does not grow any more."""
        row, given = self.to_change(WhySerializer)
        return self.answer(life.contain(incident=row, by=actor_of(request), **given))

    @extend_schema(request=ReasonedSerializer, responses=IncidentDetailSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Answer:
        """Take it up again, and say why."""
        row, given = self.to_change(ReasonedSerializer)
        return self.answer(life.reopen(incident=row, by=actor_of(request), **given))

    @extend_schema(request=MergeSerializer, responses=IncidentDetailSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Answer:
        """Close it as a duplicate of another of one's own agency's."""
        row, given = self.to_change(MergeSerializer)
        by = actor_of(request)
        return self.answer(duplicates.merge(incident=row, by=by, **given))

    @extend_schema(request=ReasonedSerializer, responses=IncidentDetailSerializer)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, pk: str) -> Answer:
        """Part it from the incident that it was a duplicate of, and say why."""
        row, given = self.to_change(ReasonedSerializer)
        by = actor_of(request)
        return self.answer(duplicates.unmerge(incident=row, by=by, **given))

    @extend_schema(responses=TransitionSerializer(many=True))
    @action(detail=True, methods=["get"])
    def transitions(self, request: Request, pk: str) -> Answer:
        """List the steps that it took, oldest first; the report itself is no step."""
        actor = actor_of(request)
        rows = Transition.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": TransitionSerializer.all(rows, actor)})

    @extend_schema(responses=ConfirmationSerializer(many=True))
    @action(detail=True, methods=["get"])
    def confirmations(self, request: Request, pk: str) -> Answer:
        """List partners' confirmations that one may know of."""
        actor = actor_of(request)
        rows = Confirmation.objects.visible_to(actor)
        found = rows.filter(incident=self.get_object())
        return Answer({"results": ConfirmationSerializer.all(found, actor)})

    @extend_schema(responses=UnitSerializer(many=True))
    @action(detail=True, methods=["get"])
    def units(self, request: Request, pk: str) -> Answer:
        """Propose units that could respond: free ones first, then the nearest."""
        found = units.propose(self.get_object(), actor_of(request))
        return Answer({"results": UnitSerializer(found, many=True).data})

    @extend_schema(methods=["get"], responses=TaskSerializer(many=True))
    @extend_schema(
        methods=["post"], request=TaskWriteSerializer, responses={201: TaskSerializer}
    )
    @action(detail=True, methods=["get", "post"])
    def tasks(self, request: Request, pk: str) -> Answer:
        """List the tasks that one may know of, by when they are due, or set one."""
        actor = actor_of(request)
        if request.method == "POST":
            row, given = self.to_change(TaskWriteSerializer)
            made = tasks.set_task(incident=row, by=actor, **given)
            return Answer(TaskSerializer.one(made, actor), status=201)
        rows = Task.objects.visible_to(actor).filter(incident=self.get_object())
        return Answer({"results": TaskSerializer.all(rows, actor)})

    @extend_schema(request=NothingSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path=rf"{_TASK}/done")
    def task_done(self, request: Request, pk: str, task_id: str) -> Answer:
        """Say that a task is done."""
        return self._end(request, task_id, tasks.finish_task)

    @extend_schema(request=NothingSerializer, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path=rf"{_TASK}/cancel")
    def task_cancel(self, request: Request, pk: str, task_id: str) -> Answer:
        """Say that a task need not be done."""
        return self._end(request, task_id, tasks.cancel_task)

    def _end(self, request: Request, task_id: str, act: Any) -> Answer:
        actor, row = actor_of(request), self.get_object()
        task = one_of(Task.objects.visible_to(actor).filter(incident=row), task_id)
        self.input(NothingSerializer)
        made = act(task=task, by=actor)
        return Answer(TaskSerializer.one(made, actor))
