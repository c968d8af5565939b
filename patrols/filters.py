"""What lists of this application can be filtered by: an allow-list each."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Polygon
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import filters
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.fields import MomentField
from agencies.models import Agency
from patrols.cells import Box, cells_of
from patrols.models import Fix, Patrol, PatrolState, Programme, SectionStatus


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


class MomentFilter(filters.Filter):
    """Filters by a time that says its zone."""

    field_class = MomentFormField  # type: ignore[assignment]

    def __init__(self, field_name: str, lookup_expr: str) -> None:
        """Compare one column."""
        super().__init__(  # type: ignore[no-untyped-call]
            field_name=field_name, lookup_expr=lookup_expr
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
        window = Polygon.from_bbox(value)
        window.srid = 4326
        return qs.filter(**{f"{self.field_name}__intersects": window})


def _seen(model: Any) -> Any:
    """Return how to find the rows of a model that whoever asks may name."""

    def rows(request: Any) -> QuerySet[Any]:
        actor = getattr(request, "actor", None)
        if actor is None:
            return model._default_manager.none()  # type: ignore[no-any-return]
        return model.objects.visible_to(actor)  # type: ignore[no-any-return]

    return rows


class PlaceFilters(FilterSet):
    """Filters of zones, routes and checkpoints."""

    owner = filters.CharFilter(field_name="owner__code")
    code = filters.CharFilter()
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gt")


class SectionFilters(FilterSet):
    """Filters of ``/api/v1/border-sections/``."""

    status = filters.MultipleChoiceFilter(choices=SectionStatus.choices)
    state = filters.CharFilter(method="keep_state", max_length=2)

    def keep_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep the sections of one state, by its code."""
        return rows.filter(states__contains=[value])


class ProgrammeFilters(FilterSet):
    """Filters of ``/api/v1/programmes/``."""

    owner = filters.CharFilter(field_name="owner__code")
    code = filters.CharFilter()
    is_active = filters.BooleanFilter()
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gt")


class PatrolFilters(FilterSet):
    """Filters of ``/api/v1/patrols/``; several values of one filter mean "or"."""

    state = filters.MultipleChoiceFilter(choices=PatrolState.choices)
    lead = filters.ModelChoiceFilter(
        queryset=Agency.objects.all(), to_field_name="code"
    )
    owner = filters.ModelChoiceFilter(
        queryset=Agency.objects.all(), to_field_name="code"
    )
    programme = filters.ModelChoiceFilter(queryset=_seen(Programme))
    starts_after = MomentFilter(field_name="starts_at", lookup_expr="gt")
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gt")
    bbox = BoxFilter(field_name="last_place", cell="last_cell")
    tear_lines = filters.ChoiceFilter(
        choices=[("include", "include")], method="keep_all"
    )

    class Meta:
        """Nothing is derived from the model."""

        model = Patrol
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the owner's own tear lines out unless asked: they are doubles."""
        rows: Any = super().filter_queryset(  # type: ignore[no-untyped-call]
            queryset
        )
        if self.form.cleaned_data.get("tear_lines") == "include":
            return rows  # type: ignore[no-any-return]
        return rows.without_doubles_of(  # type: ignore[no-any-return]
            self.request.actor.agency_id
        )

    def keep_all(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Change nothing: see ``filter_queryset``."""
        return rows


class FixFilters(FilterSet):
    """Filters of ``/api/v1/positions/``."""

    patrol = filters.ModelChoiceFilter(queryset=_seen(Patrol))
    since = MomentFilter(field_name="at", lookup_expr="gte")
    until = MomentFilter(field_name="at", lookup_expr="lt")
    bbox = BoxFilter(field_name="place", cell="cell")

    class Meta:
        """Nothing is derived from the model."""

        model = Fix
        fields: list[str] = []
