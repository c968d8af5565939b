"""What lists of this application can be filtered by: an allow-list each."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import FloatField, Func, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import filters
from drf_spectacular.utils import extend_schema_field

from agencies.filters import (
    Filters,
    MomentFilter,
    RecordFilters,
    agency,
    any_of,
    nameable,
    yes_no,
)
from agencies.models import Officer
from patrols.cells import Box, cells_of
from patrols.models import (
    Patrol,
    PatrolState,
    Programme,
    RosterState,
    SectionStatus,
    SwapState,
)


class BoxFormField(forms.CharField):
    """A map window ``west,south,east,north`` in degrees."""

    def clean(self, value: Any) -> Box | None:
        """Return the four numbers, or None for nothing."""
        if not value:
            return None
        fault = ValidationError(
            _("bbox: west,south,east,north in degrees."), code="bad_bbox"
        )
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            raise fault from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise fault
        return (west, south, east, north)


class Axis(Func):
    """One coordinate of a point, in degrees."""

    output_field = FloatField()


@extend_schema_field(str)
class BoxFilter(filters.Filter):
    """Keeps what lies in a map window, by cell first: cells have an index.

    ``field_name`` is the point's column, ``cell`` that of its cell.
    """

    field_class = BoxFormField  # type: ignore[assignment]

    def __init__(self, field_name: str, cell: str) -> None:
        """Keep the names of both columns."""
        self.cell = cell
        super().__init__(field_name=field_name)  # type: ignore[no-untyped-call]

    def filter(self, qs: QuerySet[Any], value: Box | None) -> QuerySet[Any]:
        """Keep places inside the window or on its edge."""
        if value is None:
            return qs
        cells = cells_of(value)
        if cells is not None:
            qs = qs.filter(**{f"{self.cell}__in": cells})
        west, south, east, north = value
        # Comparisons of numbers: for PostGIS's own PostgreSQL expects to pay so much
        # that it reads a far larger index to make fewer of them.
        placed: Any = qs.alias(
            longitude=Axis(self.field_name, function="ST_X"),
            latitude=Axis(self.field_name, function="ST_Y"),
        )
        inside: QuerySet[Any] = placed.filter(
            longitude__range=(west, east), latitude__range=(south, north)
        )
        return inside


class SectionFilters(Filters):
    """Filters of ``/api/v1/border-sections/``."""

    status = any_of(SectionStatus.choices)
    state = filters.CharFilter(method="keep_state", max_length=2)

    def keep_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the sections of one state, by its code."""
        return rows.filter(states__contains=[value])


class MarkerFilters(Filters):
    """Filters of ``/api/v1/border-markers/``."""

    section = filters.CharFilter(field_name="section_id")
    number = filters.CharFilter()
    is_standing = yes_no(method="keep_standing")

    def keep_standing(self, rows: Any, name: str, value: Any) -> QuerySet[Any]:
        """Keep those that are valid today, or the others."""
        standing: QuerySet[Any] = rows.standing()
        return standing if value else rows.exclude(pk__in=standing.values("pk"))


class ProgrammeFilters(Filters):
    """Filters of ``/api/v1/programmes/``."""

    owner = agency()
    code = filters.CharFilter()
    is_active = yes_no()
    updated_after = MomentFilter("updated_at", "gt")


class PatrolFilters(RecordFilters):
    """Filters of ``/api/v1/patrols/``; several values of one filter mean "or"."""

    state = any_of(PatrolState.choices)
    lead = agency()
    owner = agency()
    programme = filters.ModelChoiceFilter(queryset=nameable(Programme))
    starts_after = MomentFilter("starts_at", "gt")
    starts_before = MomentFilter("starts_at", "lt")
    ends_after = MomentFilter("ends_at", "gt")
    commander = filters.ModelChoiceFilter(
        queryset=nameable(Officer), to_field_name="username"
    )
    updated_after = MomentFilter("updated_at", "gt")
    bbox = BoxFilter(field_name="last_place", cell="last_cell")


class FixFilters(Filters):
    """Filters of ``/api/v1/positions/``."""

    patrol = filters.ModelChoiceFilter(queryset=nameable(Patrol))
    since = MomentFilter("at", "gte")
    until = MomentFilter("at", "lt")
    bbox = BoxFilter(field_name="place", cell="cell")


class FeedFilters(Filters):
    """Calendar feeds."""

    programme = filters.UUIDFilter(field_name="programme_id")


class RosterFilters(Filters):
    """Rosters."""

    state = any_of(RosterState.choices)
    updated_after = MomentFilter("updated_at", "gt")


class AssignmentFilters(Filters):
    """Assignments, and what else hangs on rosters."""

    patrol = filters.UUIDFilter(field_name="patrol_id")
    roster = filters.UUIDFilter(field_name="roster_id")
    is_active = yes_no()


class WishFilters(Filters):
    """Wishes."""

    patrol = filters.UUIDFilter(field_name="patrol_id")
    is_withdrawn = yes_no(field_name="withdrawn_at", lookup_expr="isnull", exclude=True)


class SwapFilters(Filters):
    """Swaps."""

    state = any_of(SwapState.choices)
    patrol = filters.UUIDFilter(field_name="patrol_id")
    updated_after = MomentFilter("updated_at", "gt")
