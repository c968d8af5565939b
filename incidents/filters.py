"""What lists of incidents can be filtered by: an allow-list."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Polygon
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.filters import (
    ChoiceFilter,
    Filter,
    ModelChoiceFilter,
    MultipleChoiceFilter,
)
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agency
from agencies.serializers import MomentField
from incidents.models import OPEN_STATES, Category, Incident, IncidentState, Severity
from patrols.cells import Box, cells_of
from patrols.models import Patrol


class MomentFormField(forms.CharField):
    """A time that says its zone."""

    def clean(self, value: Any) -> Any:
        """Return the moment, or None for nothing."""
        if not value:
            return None
        try:
            return MomentField().to_internal_value(value)
        except serializers.ValidationError as error:
            details: Any = error.detail
            raise ValidationError(str(details[0]), code=details[0].code) from None


class MomentFilter(Filter):
    """Filters by a time that says its zone."""

    field_class: type[forms.Field] = MomentFormField


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


@extend_schema_field(str)
class BoxFilter(Filter):
    """Keeps what lies in a map window, by cell first: cells have an index."""

    field_class: type[forms.Field] = BoxFormField

    def filter(self, qs: QuerySet[Any], value: Box | None) -> QuerySet[Any]:
        """Keep places inside the window or on its edge."""
        return qs if value is None else within(qs, value)


def moment(column: str, lookup: str) -> Filter:
    """Filter by a time: ``lookup`` is ``gt`` or ``lt``."""
    return MomentFilter(field_name=column, lookup_expr=lookup)  # type: ignore[no-untyped-call]


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


def within(rows: QuerySet[Any], box: Box) -> QuerySet[Any]:
    """Keep incidents whose place lies in a box."""
    cells = cells_of(box)
    if cells is not None:
        rows = rows.filter(cell__in=cells)
    window = Polygon.from_bbox(box)
    window.srid = 4326
    return rows.filter(place__intersects=window)


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
    occurred_after = moment("occurred_at", "gt")
    occurred_before = moment("occurred_at", "lt")
    updated_after = moment("updated_at", "gt")
    bbox = BoxFilter()  # type: ignore[no-untyped-call]

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
