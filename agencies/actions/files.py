"""Files at records: received, looked at, taken back, judged by the scanner."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.attachments import AttachedFile, CustodyEntry, files_of
from agencies.checks import choice_of
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.files.receiving import Received, Upload, received
from agencies.files.scanning import Scan
from agencies.files.store import Copy
from agencies.logs import LogLine
from agencies.policy import Actor, Audience, is_open_to_owner, require
from agencies.records import Record
from agencies.sharing import audience_for
from live.journal import record as record_event
from live.kinds import Kind

# Somebody's requests for the same copy within so long are one view: a page draws its
# pictures anew, a video is asked for in pieces.
ONE_VIEW = timedelta(minutes=10)


@transaction.atomic
def attach(
    *,
    record: Record,
    files: Iterable[Upload],
    by: Actor,
    caption: str = "",
    sharing: str = "",
    entry: LogLine | None = None,
) -> list[Any]:
    """Add files to a record, for whom ``sharing`` says.

    At a line of its log, which one's own agency wrote, they are for the line's readers.
    Refused are files of other types than they seem, or that hide something (400, 413,
    415); then nothing is kept of any.
    """
    model = files_of(type(record))
    require(by, model.add_permission)
    with received(files) as taken:
        row: Record = type(record).objects.locked(by, record.pk)
        if entry is None:
            wanted = choice_of(model.lines().Sharing, sharing, "/sharing")
            audience = audience_for(row, by, wanted)
        else:
            line = _own_line(entry, row, by)
            wanted, audience = line.sharing, line.stored_audience
        made = [
            keep(row, one, by, audience, entry=entry, sharing=wanted, caption=caption)
            for one in taken
        ]
        record_event(_kind(row, "attached"), by=by, subject=row, audience=audience)
    return made


@transaction.atomic
def withdraw_file(*, attachment: AttachedFile, by: Actor) -> AttachedFile:
    """Hide a file from others, as the agency that added it; custody keeps it.

    Again is harmless.
    """
    row = attachment.records().objects.locked(by, attachment.record_id)
    made: AttachedFile = type(attachment).objects.locked(by, attachment.pk)
    require(by, made.add_permission)
    if made.agency_id != by.agency_id:
        raise Forbidden("not_yours", _("Another agency added this file."))
    if made.withdrawn_at is not None:
        return made
    told = made.stored_audience
    made.withdrawn_at = timezone.now()
    made.open_to(row.stored_audience.share_of(by))
    made.save(update_fields=["withdrawn_at", "audience", "expiring"])
    _note(made, row, CustodyEntry.Act.WITHDRAWN, by, told=told)
    record_event(_kind(row, "file_withdrawn"), by=by, subject=row, audience=told)
    return made


@transaction.atomic
def view(*, attachment: AttachedFile, copy: str, by: Actor) -> AttachedFile:
    """Note that somebody looks at a copy of a file.

    Whoever is not given this copy, or any yet, is refused; what cannot be noted is not
    shown. The line is the record of it: nobody is told.
    """
    rows = attachment.records().objects.select_related("owner")
    # Held first: neither is taken from readers between the look and the line.
    row = rows.held_still(by, attachment.record_id)
    seen = type(attachment).objects.visible_to(by).filter(pk=attachment.pk).first()
    if seen is None:
        raise NotFound
    attachment = seen
    wanted = choice_of(Copy, copy, "/copy")
    if wanted == Copy.ORIGINAL and wanted not in attachment.copies_for(by):
        text = _("The original is for the agency that added it.")
        raise Forbidden("original_is_kept", text)
    if wanted not in attachment.copies_for(by):
        raise Invalid("no_such_copy", _("There is no such copy."), pointer="/copy")
    if not attachment.is_served:
        raise Conflict("quarantined", _("The file waits for the scanner."))
    is_out = wanted == Copy.ORIGINAL
    act = CustodyEntry.Act.EXPORTED if is_out else CustodyEntry.Act.VIEWED
    lines = attachment.custody.visible_to(by)
    lines = lines.filter(by=by.label, act=act, copy=wanted)
    if not lines.filter(at__gt=timezone.now() - ONE_VIEW).exists():
        _note(attachment, row, act, by, copy=wanted)
    return attachment


@transaction.atomic
def judge(
    *, files: type[AttachedFile], attachment_id: UUID, verdict: Scan, by: Actor
) -> bool:
    """Write down what the scanner says of a file that waited for it.

    For the schedule; ``files`` is the file's model. Returns whether it still waited.
    """
    found = files.objects.filter(pk=attachment_id, scan=Scan.QUARANTINED)
    made = found.select_for_update(of=("self",), skip_locked=True).first()
    if made is None or verdict == Scan.QUARANTINED:
        return False
    made.scan = verdict
    made.save(update_fields=["scan"])
    row = files.records().objects.select_related("owner").get(pk=made.record_id)
    _note(made, row, CustodyEntry.Act.SCANNED, by)
    told = made.stored_audience
    record_event(_kind(row, "file_scanned"), by=by, subject=row, audience=told)
    return True


def keep(
    row: Record,
    taken: Received,
    by: Actor,
    audience: Audience,
    *,
    entry: LogLine | None,
    sharing: str,
    caption: str = "",
) -> Any:
    """Write the row of a received file, below its locked record."""
    model: Any = files_of(type(row))
    made = model(
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
        **{model.guard_parent: row},
    )
    made.open_to(audience)
    made.save(force_insert=True)
    _note(made, row, CustodyEntry.Act.RECEIVED, by, copy=Copy.ORIGINAL)
    return made


def _own_line(entry: LogLine, row: Record, by: Actor) -> Any:
    """Return a line of a record's log, locked, that one's own agency wrote."""
    line: Any = type(entry).objects.locked(by, entry.pk)
    if line.record_id != row.pk:
        text = _("No such line in this log.")
        raise Invalid("unknown_entry", text, pointer="/entry")
    if line.agency_id != by.agency_id:
        raise Forbidden("not_yours", _("Another agency wrote this line."))
    return line


def _kind(row: Record, happened: str) -> Kind:
    """Return the kind of event of what happened to a file at a record."""
    return Kind(f"{row.type_name()}.{happened}")


def _note(
    made: AttachedFile,
    row: Record,
    act: CustodyEntry.Act,
    by: Actor,
    *,
    copy: str = "",
    told: Audience | None = None,
) -> None:
    """Add a line for who acted and, if it sees the file, for the record's owner."""
    seen = told or made.stored_audience
    readers = row.stored_audience.share_of(by)
    if is_open_to_owner(seen.keys, row.owner.code, row.author_id):
        readers = readers.joined(row.owner_keys)
    line = made.custody.model(
        attachment=made,
        agency_id=by.agency_id,
        by=by.label,
        at=timezone.now(),
        act=act,
        copy=copy,
        **{made.guard_parent or "": row},
    )
    line.open_to(readers if readers.keys else seen)
    line.save(force_insert=True)
