"""Incidents in the administration: to look at, as far as the officer sees them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from agencies.administration import PlatformAdmin, ReadOnlyRecordAdmin
from agencies.guards import actor_of
from incidents.actions.sightings import note_sighting
from incidents.admin_forms import TypeForm
from incidents.models import Incident, IncidentType


@admin.register(Incident)
class IncidentAdmin(ReadOnlyRecordAdmin):
    """Incidents of one's own agency and those released to it."""

    list_display = ["ref", "owner", "category", "severity", "state", "occurred_at"]
    list_select_related = ["owner"]
    fields: ClassVar[Any] = [
        "ref", "owner", "category", "type", "severity", "title", "narrative", "state",
        "occurred_at", "tlp", "level",
    ]  # fmt: skip

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Note who of another agency is given it, as everywhere."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and not actor_of(request).owns(row):
            note_sighting(incident_id=row.pk, by=actor_of(request))
        return row


@admin.register(IncidentType)
class IncidentTypeAdmin(PlatformAdmin):
    """Types of incident: reference data of all agencies."""

    form = TypeForm
    fixed_fields = ["code", "category"]
    list_display = ["code", "category", "__str__", "needs_confirmation", "is_active"]
    list_filter = ["category", "is_active", "needs_confirmation"]
    search_fields = ["code"]
