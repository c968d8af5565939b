"""Border sections, kept by the platform; places, programmes and patrols to look at."""

from django.contrib import admin

from agencies.administration import PlatformAdmin, ReadOnlyRecordAdmin
from patrols.forms.markers import MarkerForm
from patrols.forms.places import SectionForm
from patrols.models import (
    BorderMarker,
    BorderSection,
    Checkpoint,
    Patrol,
    Programme,
    Route,
    Zone,
)


@admin.register(BorderSection)
class BorderSectionAdmin(PlatformAdmin):
    """Border sections."""

    form = SectionForm
    fixed_fields = ["code"]
    list_display = ["code", "name", "states", "status", "valid_from"]
    list_filter = ["status"]
    search_fields = ["code", "name"]


@admin.register(BorderMarker)
class BorderMarkerAdmin(PlatformAdmin):
    """Border markers."""

    form = MarkerForm
    fixed_fields = ["section", "number"]
    list_display = ["number", "section", "valid_from", "valid_until"]
    list_select_related = ["section"]
    search_fields = ["number", "section__code"]


class PlaceAdmin(ReadOnlyRecordAdmin):
    """Places of one's own agency and those released to it."""

    list_display = ["code", "name", "owner", "tlp", "level"]
    list_select_related = ["owner"]
    fields = [
        "code", "name", "owner", "tlp", "level", "version", "created_at",
    ]  # fmt: skip


@admin.register(Zone)
class ZoneAdmin(PlaceAdmin):
    """Zones."""


@admin.register(Route)
class RouteAdmin(PlaceAdmin):
    """Routes."""


@admin.register(Checkpoint)
class CheckpointAdmin(PlaceAdmin):
    """Checkpoints."""


@admin.register(Programme)
class ProgrammeAdmin(ReadOnlyRecordAdmin):
    """Programmes of one's own agency and those released to it.

    No places and no agreement: a reader may not know them.
    """

    list_display = ["code", "name", "owner", "recurrence", "is_active"]
    list_select_related = ["owner"]
    fields = [
        "code", "name", "owner", "purpose", "recurrence", "first_on", "start_time",
        "time_zone", "duration", "entitlements", "horizon_days", "is_active", "tlp",
        "level", "version", "created_at",
    ]  # fmt: skip


@admin.register(Patrol)
class PatrolAdmin(ReadOnlyRecordAdmin):
    """Patrols of one's own agency and those released to it.

    No places, programme and commander: a reader may not know them.
    """

    list_display = [
        "ref",
        "title",
        "owner",
        "lead",
        "state",
        "starts_at",
    ]
    list_select_related = ["owner", "lead"]
    fields = [
        "ref", "title", "owner", "lead", "participants", "state", "starts_at",
        "ends_at", "started_at", "ended_at", "cancel_reason", "tlp", "level",
        "version", "created_at",
    ]  # fmt: skip
