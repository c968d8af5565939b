"""Incidents in the administration: to look at, as far as the officer sees them."""

from typing import Any, ClassVar

from django.contrib import admin

from agencies.administration import ReadOnlyRecordAdmin
from incidents.models import Incident


@admin.register(Incident)
class IncidentAdmin(ReadOnlyRecordAdmin):
    """Incidents of one's own agency and those released to it."""

    list_display = ["ref", "owner", "category", "severity", "state", "occurred_at"]
    list_select_related = ["owner"]
    fields: ClassVar[Any] = [
        "ref", "owner", "category", "severity", "title", "narrative", "state",
        "occurred_at", "tlp", "level",
    ]  # fmt: skip
