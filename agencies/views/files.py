"""Files at records: on the page of their record, on their own, and given out."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.actions import files
from agencies.attachments import files_of
from agencies.errors import NotFound
from agencies.files.serving import serve
from agencies.files.store import Copy
from agencies.guards import actor_of, officer_required, verb_of
from agencies.policy import Actor
from agencies.records import owned_model
from agencies.serializers import person_seen
from agencies.views.records import person


def hang(made: Iterable[Any], log: list[tuple[Any, str]]) -> None:
    """Put files at the lines of a log, the pairs of ``log_of``, as their ``files``."""
    by_line: dict[Any, list[Any]] = {}
    for one in made:
        by_line.setdefault(one.entry_id, []).append(one)
    for line, _who in log:
        line.files = by_line.get(line.pk, [])


@officer_required
@require_safe
def attachment(
    request: HttpRequest, kind: str, pk: UUID, attachment_id: UUID
) -> HttpResponse:
    """Show one file: what it is, what it looks like, who had it in hand."""
    actor = actor_of(request)
    made = _seen(kind, pk, attachment_id, actor)
    custody = (
        made.custody.visible_to(actor)
        .select_related("agency")
        .annotate(who=person_seen("by", actor, colleagues="agency"))
    )
    is_own = made.agency_id == actor.agency_id
    context = {
        "record": made.record,
        "page": f"{kind}-attachment",
        "file": made,
        "who": person(made.who),
        "copies": made.copies_for(actor),
        "custody": [(line, person(line.who)) for line in custody],
        "can_withdraw": is_own
        and made.withdrawn_at is None
        and actor.may(made.add_permission),
    }
    return render(request, "agencies/attachment.html", context)


@officer_required
@require_safe
def file(
    request: HttpRequest, kind: str, pk: UUID, attachment_id: UUID, copy: str
) -> HttpResponse:
    """Give a copy out; it is noted who had it."""
    if copy not in Copy.values:
        raise NotFound
    actor = actor_of(request)
    made = _seen(kind, pk, attachment_id, actor)
    files.view(attachment=made, copy=copy, by=actor)
    # Streamed: a response all the same, as guards go.
    answer: Any = serve(request, made, copy)
    return answer  # type: ignore[no-any-return]


@officer_required
@verb_of("{kind}")
def withdraw(
    request: HttpRequest, kind: str, pk: UUID, attachment_id: UUID
) -> HttpResponse:
    """Take a file back from others."""
    actor = actor_of(request)
    made = _seen(kind, pk, attachment_id, actor)
    files.withdraw_file(attachment=made, by=actor)
    messages.success(request, _("Taken back: your own agency alone sees it now."))
    return redirect(kind, pk=pk)


def urls(prefix: str, kind: str) -> list[Any]:
    """Return the URLs of the files of a kind of record."""
    given, one = {"kind": kind}, f"{prefix}<uuid:pk>/attachments/<uuid:attachment_id>/"
    name = f"{kind}-attachment"
    return [
        path(one, attachment, given, name=name),
        path(f"{one}withdraw/", withdraw, given, name=f"{name}-withdraw"),
        path(f"{one}<str:copy>/", file, given, name=f"{name}-file"),
    ]


def _seen(kind: str, pk: UUID, attachment_id: UUID, actor: Actor) -> Any:
    """Return a file of a record, both of which one sees, with who brought it."""
    records: Any = owned_model(kind)
    model: Any = files_of(records)
    rows = records.objects.visible_to(actor).select_related("owner")
    row = rows.filter(pk=pk).first()
    of_row = model.objects.visible_to(actor).filter(**{model.guard_parent: pk})
    who = person_seen("by", actor, colleagues="agency")
    found = of_row.filter(pk=attachment_id).select_related("agency").annotate(who=who)
    made = found.first()
    if row is None or made is None:
        raise NotFound
    setattr(made, model.guard_parent, row)
    return made
