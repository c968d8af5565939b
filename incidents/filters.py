"""What lists of incidents can be filtered by: an allow-list."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters.filters import (
    ChoiceFilter,
    Filter,
    ModelChoiceFilter,
    MultipleChoiceFilter,
)
from django_filters.rest_framework.filterset import FilterSet

from agencies.models import Agency
from incidents.models import OPEN_STATES, Category, Incident, IncidentState, Severity
from patrols.filters import BoxFilter, MomentFilter
from patrols.models import Patrol


def any_of(choices: list[Any], **options: Any) -> Filter:
    """Filter by any of several codes; DISTINCT is not needed on one table."""
    return MultipleChoiceFilter(choices=choices, distinct=False, **options)


def yes_no(method: str) -> Filter:
    """Filter by ``true`` or ``false``, and nothing else."""
    words = [("true", "true"), ("false", "false")]
    return ChoiceFilter(choices=words, method=method)


def agency() -> Filter:
    """Filter by an agency's code; the directory of agencies is open to all."""
    return ModelChoiceFilter(queryset=Agency.objects.all(), to_field_name="code")


def patrols_of(request: Any) -> QuerySet[Patrol]:
    """Return the patrols that whoever asks may name."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return Patrol._default_manager.none()
    return Patrol.objects.visible_to(actor)


class RecordFilters(FilterSet):
    """What filters of all records have in common."""

    tear_lines = ChoiceFilter(choices=[("include", "include")], method="keep_all")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the owner's own tear lines out unless asked: they are doubles."""
        rows: QuerySet[Any] = super().filter_queryset(queryset)  # type: ignore[no-untyped-call]
        if self.form.cleaned_data.get("tear_lines") == "include":
            return rows
        return without_own_tear_lines(rows, self.request.actor.agency_id)

    def keep_all(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Change nothing: see ``filter_queryset``."""
        return rows


class IncidentFilters(RecordFilters):
    """Filters of ``/api/v1/incidents/``; several values of one filter mean "or"."""

    state = any_of(IncidentState.choices)
    severity = any_of(Severity.choices)
    category = any_of(Category.choices)
    owner = agency()
    patrol = ModelChoiceFilter(queryset=patrols_of)
    is_open = yes_no("keep_open")
    occurred_after = MomentFilter("occurred_at", "gt")
    occurred_before = MomentFilter("occurred_at", "lt")
    updated_after = MomentFilter("updated_at", "gt")
    bbox = BoxFilter("place", "cell")

    class Meta:
        """Nothing is derived from the model."""

        model = Incident
        fields: list[str] = []

    def keep_open(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep those that still need somebody, or the others."""
        is_open = Q(state__in=OPEN_STATES)
        return rows.filter(is_open if value == "true" else ~is_open)


def without_own_tear_lines(rows: QuerySet[Any], agency_id: Any) -> QuerySet[Any]:
    """Leave out tear lines that one agency wrote of its own records."""
    return rows.exclude(owner=agency_id, tear_line_of__isnull=False)
