"""Reports in the administration: to look at, as far as the officer sees them."""

from typing import Any, ClassVar

from django.contrib import admin

from agencies.administration import ReadOnlyRecordAdmin
from intel.models import Report


@admin.register(Report)
class ReportAdmin(ReadOnlyRecordAdmin):
    """Reports of one's own agency and those released to it, without their source."""

    list_display = ["ref", "owner", "grading", "tlp", "valid_until"]
    list_select_related = ["owner"]
    fields: ClassVar[Any] = [
        "ref", "owner", "title", "body", "topics", "source_grade",
        "information_grade", "valid_from", "valid_until", "tlp", "level",
    ]  # fmt: skip
