"""What lists of duties, rules and escalations can be filtered by: allow-lists."""

from django_filters.filters import UUIDFilter

from agencies.filters import Filters, MomentFilter, yes_no


class DutyFilters(Filters):
    """Filters of ``/api/v1/duty-periods/``."""

    starts_before = MomentFilter("starts_at", "lt")
    ends_after = MomentFilter("ends_at", "gt")
    is_started = yes_no(field_name="started_at", lookup_expr="isnull", exclude=True)
    is_ended = yes_no(field_name="ended_at", lookup_expr="isnull", exclude=True)
    updated_after = MomentFilter("updated_at", "gt")


class RuleFilters(Filters):
    """Filters of ``/api/v1/escalation-rules/``."""

    is_active = yes_no()


class EscalationFilters(Filters):
    """Filters of ``/api/v1/escalations/``."""

    incident = UUIDFilter(field_name="incident_id")
    is_ended = yes_no(field_name="ended_at", lookup_expr="isnull", exclude=True)
