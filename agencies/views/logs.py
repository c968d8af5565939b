"""What the page of a record shows of its log, and how far one has read it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from agencies.errors import NotFound
from agencies.guards import is_part
from agencies.logs import LogLine, ReadMark
from agencies.policy import Actor
from agencies.records import Record
from agencies.serializers import person_seen
from agencies.views.records import person


def log_of(
    rows: list[Any], lines: type[LogLine], marks: type[ReadMark], actor: Actor
) -> dict[str, Any]:
    """Return the lines of a record, the first of ``rows``, and of what belongs to it.

    As pairs of a line and who wrote it; the first that one has not read is marked.
    """
    found = list(signed(lines, rows, actor))
    row: Any = {marks.guard_parent: rows[0]}
    of_row = marks.objects.visible_to(actor).filter(**row)
    return {
        "log": [(line, person(line.who)) for line in found],
        "unread": _mark_unread(found, of_row, actor),
        "read_by": _read_by(of_row, actor),
    }


def signed(model: Any, rows: Iterable[Any], actor: Actor) -> Any:
    """Return what hangs on some records, with who added it."""
    who = person_seen("by", actor, colleagues="agency")
    hanging = model.objects.visible_to(actor).filter(
        **{f"{model.guard_parent}__in": rows}
    )
    return hanging.select_related("agency", model.guard_parent).annotate(who=who)


def line_named(request: HttpRequest, lines: Any, actor: Actor) -> Any:
    """Return the line that a form names as the last that was read."""
    try:
        wanted = UUID(request.POST.get("entry", ""))
    except ValueError:
        raise NotFound from None
    entry = lines.objects.visible_to(actor).filter(pk=wanted).first()
    if entry is None:
        raise NotFound
    return entry


def after_reading(request: HttpRequest, page: str, row: Record) -> HttpResponse:
    """Answer that it is noted: htmx wants nothing back, others the record's page."""
    if is_part(request):
        return HttpResponse(status=204)
    return redirect(page, pk=row.pk)


def _mark_unread(lines: list[Any], marks: Any, actor: Actor) -> int:
    """Mark the first line since one's last; return how many there are.

    Whoever reads the log for the first time is not told that all of it is new.
    """
    mark = marks.filter(by=actor.label).values_list("entry__at", "at").first()
    if mark is None:
        return 0
    # The line itself may be hidden by now.
    upto = mark[0] or mark[1]
    unread = [one for one in lines if one.at > upto and one.by != actor.label]
    if unread:
        unread[0].is_first_unread = True
    return len(unread)


def _read_by(marks: Any, actor: Actor) -> list[dict[str, Any]]:
    """Return who has read: of one's own agency by name, of others the latest time."""
    shown = marks.told_to(actor).exclude(by=actor.label).select_related("agency")
    return [
        {
            "agency": mark.agency.code,
            "at": mark.at,
            "who": person(mark.by) if mark.agency_id == actor.agency_id else "",
        }
        for mark in shown
    ]
