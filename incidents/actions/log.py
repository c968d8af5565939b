"""The log of an incident."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.policy import Actor, Permission, require
from incidents.checks import choice_of
from incidents.models import Incident, LogEntry
from incidents.sharing import shared_with
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def write_log(
    *, incident: Incident, text: str, by: Actor, sharing: str = LogEntry.Sharing.OWNER
) -> LogEntry:
    """Add a line to the incident's log, for all its readers or for fewer."""
    row = Incident.objects.locked(by, incident.pk)
    require(by, Permission.INCIDENT_REPORT)
    if not text.strip():
        raise Invalid("empty", _("Write something."), pointer="/text")
    wanted = choice_of(LogEntry.Sharing, sharing, "/sharing")
    shared = shared_with(row, by)
    audience = {
        LogEntry.Sharing.ALL: row.stored_audience,
        LogEntry.Sharing.OWNER: shared,
        LogEntry.Sharing.OWN: (
            shared if by.owns(row) else row.stored_audience.share_of(by)
        ),
    }[wanted]
    entry = LogEntry(
        incident=row,
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        text=text,
        sharing=wanted,
    )
    entry.open_to(audience)
    entry.save(force_insert=True)
    record_event(Kind.INCIDENT_LOGGED, by=by, subject=row, audience=audience)
    return entry
