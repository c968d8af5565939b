"""Files at an incident: received, looked at, taken back, judged by the scanner."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.checks import choice_of
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.policy import Actor, Audience, Permission, is_open_to_owner, require
from agencies.sharing import audience_for
from incidents.models import Attachment, CustodyLine, Incident, LogEntry
from incidents.receiving import Received, Upload, received
from incidents.scanning import Scan
from incidents.store import Copy
from live.journal import record as record_event
from live.kinds import Kind

# Somebody's requests for the same copy within so long are one view: a page draws its
# pictures anew, a video is asked for in pieces.
ONE_VIEW = timedelta(minutes=10)


@transaction.atomic
def attach(
    *,
    incident: Incident,
    files: Iterable[Upload],
    by: Actor,
    caption: str = "",
    sharing: str = LogEntry.Sharing.OWNER,
    entry: LogEntry | None = None,
) -> list[Attachment]:
    """Add files to an incident, for all its readers or for fewer.

    At a line of the log, which one's own agency wrote, they are for the line's readers.
    Refused are files of other types than they seem, or that hide something (400, 413,
    415); then nothing is kept of any.
    """
    require(by, Permission.INCIDENT_REPORT)
    with received(files) as taken:
        row = Incident.objects.locked(by, incident.pk)
        if entry is None:
            wanted = choice_of(LogEntry.Sharing, sharing, "/sharing")
            audience = audience_for(row, by, wanted)
        else:
            line = LogEntry.objects.locked(by, entry.pk)
            if line.incident_id != row.pk:
                text = _("No such line in this log.")
                raise Invalid("unknown_entry", text, pointer="/entry")
            if line.agency_id != by.agency_id:
                text = _("Another agency wrote this line.")
                raise Forbidden("not_yours", text)
            wanted, audience = LogEntry.Sharing(line.sharing), line.stored_audience
        made = [
            keep(row, one, by, audience, entry=entry, sharing=wanted, caption=caption)
            for one in taken
        ]
        record_event(Kind.INCIDENT_ATTACHED, by=by, subject=row, audience=audience)
    return made


@transaction.atomic
def withdraw_file(*, attachment: Attachment, by: Actor) -> Attachment:
    """Hide a file from others, as the agency that added it; custody keeps it.

    Again is harmless.
    """
    row = Incident.objects.locked(by, attachment.incident_id)
    made = Attachment.objects.locked(by, attachment.pk)
    require(by, Permission.INCIDENT_REPORT)
    if made.agency_id != by.agency_id:
        raise Forbidden("not_yours", _("Another agency added this file."))
    if made.withdrawn_at is not None:
        return made
    told = made.stored_audience
    made.withdrawn_at = timezone.now()
    made.open_to(row.stored_audience.share_of(by))
    made.save(update_fields=["withdrawn_at", "audience", "expiring"])
    _note(made, row, CustodyLine.Act.WITHDRAWN, by, told=told)
    record_event(Kind.FILE_WITHDRAWN, by=by, subject=row, audience=told)
    return made


@transaction.atomic
def view(*, attachment: Attachment, copy: str, by: Actor) -> Attachment:
    """Note that somebody looks at a copy, and return whose file it is.

    Whoever is not given this copy, or any yet, is refused; what cannot be noted is not
    shown. The line is the record of it: nobody is told.
    """
    rows = Incident.objects.visible_to(by).select_related("owner")
    row = rows.filter(pk=attachment.incident_id).first()
    if row is None:
        raise NotFound
    wanted = choice_of(Copy, copy, "/copy")
    if wanted == Copy.ORIGINAL and wanted not in attachment.copies_for(by):
        text = _("The original is for the agency that added it.")
        raise Forbidden("original_is_kept", text)
    if wanted not in attachment.copies_for(by):
        raise Invalid("no_such_copy", _("There is no such copy."), pointer="/copy")
    if not attachment.is_served:
        raise Conflict("quarantined", _("The file waits for the scanner."))
    is_out = wanted == Copy.ORIGINAL
    act = CustodyLine.Act.EXPORTED if is_out else CustodyLine.Act.VIEWED
    lines = CustodyLine.objects.visible_to(by).filter(
        attachment=attachment, by=by.label, act=act, copy=wanted
    )
    if not lines.filter(at__gt=timezone.now() - ONE_VIEW).exists():
        _note(attachment, row, act, by, copy=wanted)
    return attachment


@transaction.atomic
def judge(*, attachment_id: UUID, verdict: Scan, by: Actor) -> bool:
    """Write down what the scanner says of a file that waited for it.

    For the schedule. Returns whether it still waited.
    """
    found = Attachment.objects.filter(pk=attachment_id, scan=Scan.QUARANTINED)
    made = found.select_for_update(of=("self",), skip_locked=True).first()
    if made is None or verdict == Scan.QUARANTINED:
        return False
    made.scan = verdict
    made.save(update_fields=["scan"])
    row = Incident.objects.select_related("owner").get(pk=made.incident_id)
    _note(made, row, CustodyLine.Act.SCANNED, by)
    record_event(Kind.FILE_SCANNED, by=by, subject=row, audience=made.stored_audience)
    return True


def keep(
    row: Incident,
    taken: Received,
    by: Actor,
    audience: Audience,
    *,
    entry: LogEntry | None,
    sharing: LogEntry.Sharing,
    caption: str = "",
) -> Attachment:
    """Write the row of a received file, below its locked incident."""
    made = Attachment(
        incident=row,
        entry=entry,
        agency=agency_of(by),
        by=by.label,
        at=timezone.now(),
        sharing=sharing,
        caption=caption.strip(),
        kind=taken.type.kind,
        media_type=taken.type.media_type,
        size=taken.stored.size,
        sha256=taken.stored.sha256,
        stored_as=taken.stored.name,
        scan=taken.scan,
    )
    made.open_to(audience)
    made.save(force_insert=True)
    _note(made, row, CustodyLine.Act.RECEIVED, by, copy=Copy.ORIGINAL)
    return made


def _note(
    made: Attachment,
    row: Incident,
    act: CustodyLine.Act,
    by: Actor,
    *,
    copy: str = "",
    told: Audience | None = None,
) -> None:
    """Add a line for who acted and, if it sees the file, for the incident's owner."""
    seen = told or made.stored_audience
    readers = row.stored_audience.share_of(by)
    if is_open_to_owner(seen.keys, row.owner.code, row.author_id):
        readers = readers.joined(row.owner_keys)
    line = CustodyLine(
        incident=row,
        attachment=made,
        agency_id=by.agency_id,
        by=by.label,
        at=timezone.now(),
        act=act,
        copy=copy,
    )
    line.open_to(readers if readers.keys else seen)
    line.save(force_insert=True)
