"""What the pages of all records share: paging, versions, releases."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from agencies.actions import releases
from agencies.errors import Invalid, Refused, Stale
from agencies.forms import RefusableForm
from agencies.forms.records import ReleaseForm
from agencies.models import Release, ReleaseQuerySet
from agencies.policy import Actor
from agencies.records import Owned, Record

PAGE = 50


def older_page(rows: QuerySet[Any], request: HttpRequest) -> tuple[list[Any], str]:
    """Return one page of rows in the order of time, and the URL of older ones.

    The order is the model's own: a time and the id, newest first.
    """
    column = rows.model._meta.ordering[0].lstrip("-")
    if before := request.GET.get("before"):
        at, pk = _place_in_order(before)
        rows = rows.filter(Q(**{f"{column}__lt": at}) | Q(**{column: at, "pk__lt": pk}))
    found = list(rows[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    query = request.GET.copy()
    query["before"] = f"{getattr(last, column).isoformat()}_{last.pk}"
    return found[:PAGE], f"?{query.urlencode()}"


def _place_in_order(before: str) -> tuple[datetime, UUID]:
    at, _mark, pk = before.partition("_")
    try:
        moment, last = parse_datetime(at), UUID(pk)
    except ValueError:
        moment = last = None
    if moment is None or last is None or moment.tzinfo is None:
        raise Invalid("bad_cursor", _("Not a place in this list."))
    return moment, last


def require_unchanged(row: Owned, version: int | None, actor: Actor) -> None:
    """Lock a record; refuse to change it if somebody else did since it was shown."""
    now = type(row).objects.locked(actor, row.pk)
    if now.version != version:
        raise Stale(
            "stale",
            _("Somebody changed this in the meantime. Open it again, then edit."),
        )


def known_releases(row: Owned, actor: Actor) -> ReleaseQuerySet:
    """Return a record's releases that a reader may know of, also those that ended.

    An owner finds those of the tear line among them.
    """
    ids = [row.pk]
    if isinstance(row, Record) and actor.owns(row):
        rows: Any = type(row).objects.visible_to(actor)
        ids += rows.filter(tear_line_of=row.pk).values_list("pk", flat=True)
    return Release.objects.visible_to(actor).filter(record_id__in=ids)


def release_form(row: Owned, actor: Actor, data: Any = None) -> ReleaseForm:
    """Return the form that releases a record, or its tear line if it may have one."""
    has_tear_line = isinstance(row, Record) and not row.is_tear_line
    return ReleaseForm(data, actor=actor, has_tear_line=has_tear_line)


def release_by_form(row: Owned, form: ReleaseForm, actor: Actor) -> None:
    """Release a record as a valid form says."""
    given = dict(form.cleaned_data)
    releases.release(record=row, to=given.pop("grantee"), by=actor, **given)


def done(form: RefusableForm, act: Callable[[], None]) -> bool:
    """Act if the form is right; show a refusal beside the field that caused it."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return False
    return True


def person(label: str | None) -> str:
    """Return a label as people read it: an officer's user name, or "system"."""
    kind, _colon, name = (label or "").partition(":")
    if kind == "officer":
        return name
    return _("system") if label else ""
