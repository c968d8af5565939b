"""What lists of incidents can be filtered by: an allow-list."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters.filters import CharFilter, ModelChoiceFilter, UUIDFilter

from agencies.filters import (
    Filters,
    MomentFilter,
    RecordFilters,
    agency,
    any_of,
    nameable,
    yes_no,
)
from incidents.models import (
    OPEN_STATES,
    Category,
    Incident,
    IncidentState,
    IncidentType,
    Severity,
)
from patrols.filters import BoxFilter
from patrols.models import Patrol


class IncidentFilters(RecordFilters):
    """Filters of ``/api/v1/incidents/``; several values of one filter mean "or"."""

    text = CharFilter(method="keep_saying", max_length=100)
    state = any_of(IncidentState.choices)
    severity = any_of(Severity.choices)
    category = any_of(Category.choices)
    type = ModelChoiceFilter(queryset=IncidentType.objects.all())
    owner = agency()
    patrol = ModelChoiceFilter(queryset=nameable(Patrol))
    merged_into = ModelChoiceFilter(queryset=nameable(Incident))
    is_open = yes_no(method="keep_open")
    occurred_after = MomentFilter("occurred_at", "gt")
    occurred_before = MomentFilter("occurred_at", "lt")
    updated_after = MomentFilter("updated_at", "gt")
    bbox = BoxFilter("place", "cell")

    def keep_saying(self, rows: Any, name: str, value: str) -> QuerySet[Any]:
        """Keep those in whose reference, title or narrative each word is."""
        return rows.saying(value)  # type: ignore[no-any-return]

    def keep_open(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those that still need somebody, or the others."""
        is_open = Q(state__in=OPEN_STATES)
        return rows.filter(is_open if value else ~is_open)


class StandingFilters(Filters):
    """Filters of ``/api/v1/standing-releases/``."""

    rule = UUIDFilter()
    is_ended = yes_no(field_name="ended_at", lookup_expr="isnull", exclude=True)
