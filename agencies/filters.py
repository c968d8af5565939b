"""What lists may be filtered by: an allow-list each."""

from django_filters.filters import CharFilter, ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet

from agencies.models import AgencyKind, Purpose


class AgencyFilters(FilterSet):
    """Agencies."""

    code = CharFilter()
    kind = ChoiceFilter(choices=AgencyKind.choices)
    state = CharFilter(field_name="state_id")


class AgreementFilters(FilterSet):
    """Agreements; ``agency`` is a present or former party."""

    code = CharFilter()
    purpose = ChoiceFilter(
        choices=Purpose.choices, field_name="purposes", lookup_expr="contains"
    )


class OfficerFilters(FilterSet):
    """Officers."""

    agency = CharFilter(field_name="agency__code")
    username = CharFilter()


class ReleaseFilters(FilterSet):
    """Releases."""

    record = UUIDFilter(field_name="record_id")
    type = CharFilter(field_name="record_type")


class PostFilters(FilterSet):
    """Posts."""

    owner = CharFilter(field_name="owner__code")
    code = CharFilter()
