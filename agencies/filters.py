"""What lists may be filtered by: an allow-list each, and what they have in common."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters.filters import (
    CharFilter,
    ChoiceFilter,
    DateFilter,
    Filter,
    ModelChoiceFilter,
    MultipleChoiceFilter,
    TypedChoiceFilter,
    UUIDFilter,
)
from django_filters.rest_framework.filterset import FilterSet
from rest_framework import serializers

from agencies.fields import MomentField
from agencies.models import (
    AbsenceKind,
    Agency,
    AgencyKind,
    AssetKind,
    AssetStatus,
    Purpose,
)
from agencies.policy import Actor


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

    field_class = MomentFormField  # type: ignore[assignment]

    def __init__(self, field_name: str, lookup_expr: str) -> None:
        """Compare one column."""
        super().__init__(  # type: ignore[no-untyped-call]
            field_name=field_name, lookup_expr=lookup_expr
        )


def any_of(choices: list[Any], **options: Any) -> Filter:
    """Filter by any of several codes; DISTINCT is not needed on one table."""
    return MultipleChoiceFilter(choices=choices, distinct=False, **options)


def yes_no(**options: Any) -> Filter:
    """Filter by ``true`` or ``false``, and nothing else."""
    words = [("true", "true"), ("false", "false")]
    return TypedChoiceFilter(choices=words, coerce="true".__eq__, **options)


def agency() -> Filter:
    """Filter by an agency's code; the directory of agencies is open to all."""
    return ModelChoiceFilter(queryset=Agency.objects.all(), to_field_name="code")


def nameable(model: Any) -> Any:
    """Return how to find the rows of a model that whoever asks may name."""

    def rows(request: Any) -> QuerySet[Any]:
        actor = getattr(request, "actor", None)
        if actor is None:
            return model._default_manager.none()  # type: ignore[no-any-return]
        return model.objects.visible_to(actor)  # type: ignore[no-any-return]

    return rows


class Filters(FilterSet):
    """What filters of all lists have in common."""

    @classmethod
    def unasked(cls, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Return what a list holds that is asked for nothing, without a form."""
        return rows


class RecordFilters(Filters):
    """What filters of all records have in common."""

    tear_lines = ChoiceFilter(choices=[("include", "include")], method="keep_all")

    @classmethod
    def unasked(cls, rows: Any, actor: Actor) -> QuerySet[Any]:
        """Leave the owner's own tear lines out: they are doubles."""
        return rows.without_doubles_of(actor.agency_id)  # type: ignore[no-any-return]

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what is asked for, and doubles only when they are."""
        rows: Any = super().filter_queryset(queryset)  # type: ignore[no-untyped-call]
        if self.form.cleaned_data.get("tear_lines") == "include":
            return rows  # type: ignore[no-any-return]
        return self.unasked(rows, self.request.actor)

    def keep_all(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Change nothing: see ``filter_queryset``."""
        return rows


class AgencyFilters(Filters):
    """Agencies."""

    code = CharFilter()
    kind = ChoiceFilter(choices=AgencyKind.choices)
    state = CharFilter(field_name="state_id")


class AgreementFilters(Filters):
    """Agreements; ``agency`` is a present or former party."""

    code = CharFilter()
    purpose = ChoiceFilter(
        choices=Purpose.choices, field_name="purposes", lookup_expr="contains"
    )


class OfficerFilters(Filters):
    """Officers."""

    agency = agency()
    username = CharFilter()


class ReleaseFilters(Filters):
    """Releases."""

    record = UUIDFilter(field_name="record_id")
    type = CharFilter(field_name="record_type")


class WebhookFilters(Filters):
    """Webhooks."""

    is_revoked = yes_no(field_name="revoked_at", lookup_expr="isnull", exclude=True)


class PlaceFilters(Filters):
    """Posts, zones, routes and checkpoints."""

    owner = agency()
    code = CharFilter()
    updated_after = MomentFilter("updated_at", "gt")


class AssetFilters(PlaceFilters):
    """Assets."""

    kind = any_of(AssetKind.choices)
    status = any_of(AssetStatus.choices)


class PersonalFilters(Filters):
    """What is kept of officers; ``officer`` is a code such as ``officer:NAME``."""

    officer = CharFilter(method="keep_officer")
    updated_after = MomentFilter("updated_at", "gt")

    def keep_officer(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep what is of one officer."""
        kind, _colon, username = value.partition(":")
        wanted = username if kind == "officer" else ""
        return rows.filter(officer__username=wanted)


class AbsenceFilters(PersonalFilters):
    """Absences, perhaps those that take up some of a time."""

    kind = any_of(AbsenceKind.choices)
    ends_after = MomentFilter("ends_at", "gt")
    starts_before = MomentFilter("starts_at", "lt")


class PaperFilters(PersonalFilters):
    """Papers, perhaps those that end by a day."""

    expires_before = DateFilter(field_name="expires_on", lookup_expr="lte")


class CertificationFilters(PaperFilters):
    """Certifications."""

    code = CharFilter()


class AuthorisationFilters(PaperFilters):
    """Authorisations."""

    territory = CharFilter(field_name="territory_id")
