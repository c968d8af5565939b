"""What the log and the files of an incident show, and how far they were read."""

from typing import Any

from agencies.policy import Actor, Permission
from agencies.serializers import person_seen
from agencies.views.records import person
from incidents.file_forms import AttachForm
from incidents.models import Attachment, Incident, LogEntry, LogRead


def log_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the lines of an incident and of its tear line, with what hangs on them.

    Each line has its ``files``; the first that one has not read is marked.
    """
    files = file_parts(both, actor)
    by_line: dict[Any, list[Any]] = {}
    for made, _who in files["files"]:
        by_line.setdefault(made.entry_id, []).append(made)
    lines = list(_signed(LogEntry, both, actor))
    for line in lines:
        line.files = by_line.get(line.pk, [])
    return {
        "log": [(line, person(line.who)) for line in lines],
        "unread": _mark_unread(lines, both[0], actor),
        "read_by": _read_by(both[0], actor),
        **files,
    }


def file_parts(both: list[Incident], actor: Actor) -> dict[str, Any]:
    """Return the files of an incident and of its tear line, and the form for more."""
    made = _signed(Attachment, both, actor)
    return {
        "files": [(one, person(one.who)) for one in made],
        "attach_form": AttachForm(),
        "can_attach": actor.may(Permission.INCIDENT_REPORT),
    }


def _signed(model: Any, both: list[Incident], actor: Actor) -> Any:
    who = person_seen("by", actor, colleagues="agency")
    rows = model.objects.visible_to(actor).filter(incident__in=both)
    return rows.select_related("agency", "incident").annotate(who=who)


def _mark_unread(lines: list[Any], row: Incident, actor: Actor) -> int:
    """Mark the first line since one's last; return how many there are.

    Whoever reads the log for the first time is not told that all of it is new.
    """
    marks = LogRead.objects.visible_to(actor).filter(incident=row, by=actor.label)
    mark = marks.values_list("entry__at", "at").first()
    if mark is None:
        return 0
    # The line itself may be hidden by now.
    upto = mark[0] or mark[1]
    unread = [one for one in lines if one.at > upto and one.by != actor.label]
    if unread:
        unread[0].is_first_unread = True
    return len(unread)


def _read_by(row: Incident, actor: Actor) -> list[dict[str, Any]]:
    """Return who has read: of one's own agency by name, of others the latest time."""
    marks = LogRead.objects.visible_to(actor).filter(incident=row).told_to(actor)
    shown = marks.exclude(by=actor.label).select_related("agency")
    return [
        {
            "agency": mark.agency.code,
            "at": mark.at,
            "who": person(mark.by) if mark.agency_id == actor.agency_id else "",
        }
        for mark in shown
    ]
