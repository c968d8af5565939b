"""What lists of reports can be filtered by: an allow-list."""

from typing import Any

from django.db.models import QuerySet

from agencies.filters import MomentFilter, RecordFilters, agency, any_of, yes_no
from agencies.policy import TLP
from incidents.models import Category
from intel.models import IS_OVER, InformationGrade, SourceGrade


class ReportFilters(RecordFilters):
    """Filters of ``/api/v1/reports/``; several values of one filter mean "or"."""

    topic = any_of(Category.choices, method="keep_topics")
    source_grade = any_of(SourceGrade.choices)
    information_grade = any_of(InformationGrade.choices)
    tlp = any_of(TLP.choices)
    owner = agency()
    is_current = yes_no(method="keep_current")
    created_after = MomentFilter("created_at", "gt")

    def keep_topics(
        self, rows: QuerySet[Any], name: str, value: list[str]
    ) -> QuerySet[Any]:
        """Keep reports on any of the topics."""
        return rows.filter(topics__overlap=value) if value else rows

    def keep_current(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Keep those that still hold, or the others."""
        return rows.filter(~IS_OVER if value else IS_OVER)
