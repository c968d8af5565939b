"""What the pages of all records share: paging, versions, releases."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from agencies.actions import releases
from agencies.errors import Invalid, Refused, Stale
from agencies.forms import RefusableForm
from agencies.forms.records import ReleaseForm
from agencies.models import (
    Agency,
    Agreement,
    Client,
    Officer,
    Release,
    ReleaseQuerySet,
)
from agencies.policy import Actor
from agencies.records import Owned, Record, Versioned

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


def require_unchanged(row: Versioned, version: int | None, actor: Actor) -> None:
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
    if isinstance(row, Record) and (tear_line := row.tear_line_for(actor)):
        ids.append(tear_line.pk)
    return Release.objects.visible_to(actor).filter(record_id__in=ids)


@dataclass(frozen=True)
class ShownRelease:
    """A release in words: the grantee's name with what it is, and who released."""

    made: Release
    name: str
    note: str
    by: str


def named(rows: Iterable[Release], actor: Actor) -> list[ShownRelease]:
    """Return releases with the names that the reader may know, else the codes."""
    found = list(rows)
    agreements = Agreement.objects.visible_to(actor)
    known = dict(agreements.in_bulk([row.agreement_id for row in found]))
    people = _officers(
        actor,
        [row.grantee.partition(":")[2] for row in found if row.officer_id]
        + [row.granted_by.partition(":")[2] for row in found],
    )
    agencies = Agency.objects.in_bulk([row.agency_id for row in found])
    systems = _systems(actor, [row.granted_by for row in found])
    return [
        ShownRelease(
            row,
            *_grantee(row, agencies, known, people),
            by=_releaser(row, people, systems)
            if row.owner_id == actor.agency_id
            else "",
        )
        for row in found
    ]


def _officers(actor: Actor, names: list[str]) -> dict[str, Officer]:
    rows = Officer.objects.visible_to(actor).filter(username__in=names)
    return {row.username: row for row in rows.select_related("agency")}


def _systems(actor: Actor, labels: list[str]) -> dict[str, str]:
    """Return the names of the agency's own systems, by their labels."""
    ids = [lb.removeprefix("client:") for lb in labels if lb.startswith("client:")]
    if not ids:
        return {}
    rows = Client.objects.filter(agency=actor.agency_id, client_id__in=ids)
    return {f"client:{row.client_id}": row.name for row in rows}


def _grantee(
    row: Release,
    agencies: dict[Any, Agency],
    agreements: dict[Any, Agreement],
    people: dict[str, Officer],
) -> tuple[str, str]:
    """Return the grantee's name, and its code or agency."""
    code = row.grantee.partition(":")[2]
    if agency := agencies.get(row.agency_id):
        return agency.name, agency.code
    if agreement := agreements.get(row.agreement_id):
        return agreement.name, agreement.code
    if row.officer_id and (officer := people.get(code)):
        return str(officer), officer.agency.code if officer.agency else ""
    return code, ""


def _releaser(row: Release, people: dict[str, Officer], systems: dict[str, str]) -> str:
    label = row.granted_by
    if officer := people.get(label.removeprefix("officer:")):
        return str(officer)
    if name := systems.get(label):
        return _("system %(name)s") % {"name": name}
    return person(label)


def release_form(row: Owned, actor: Actor, data: Any = None) -> ReleaseForm:
    """Return the form that releases a record, or its tear line if it may have one."""
    tear_line = row.tear_line_for(actor) if isinstance(row, Record) else None
    return ReleaseForm(data, actor=actor, row=row, tear_line=tear_line)


def sharing(row: Owned, actor: Actor, *, with_ended: bool = False) -> dict[str, Any]:
    """Return what the part "released to" of a record's page needs.

    ``with_ended`` also lists the releases that ended, to the owner.
    """
    is_owner = actor.owns(row)
    can_release = is_owner and actor.may(row.release_permission)
    known = known_releases(row, actor)
    return {
        "releases": named(known if with_ended and is_owner else known.live(), actor),
        "can_release": can_release,
        "release_form": release_form(row, actor) if can_release else None,
    }


def release_by_form(
    request: HttpRequest, row: Owned, form: ReleaseForm, actor: Actor
) -> None:
    """Release a record as a valid form says, and say what it does not do."""
    given = dict(form.cleaned_data)
    made = releases.release(record=row, to=given.pop("grantee"), by=actor, **given)
    messages.success(request, _("Released."))
    if made.record_id == row.pk:
        return
    seen = Release.objects.visible_to(actor)
    whole = seen.of(row).live()
    is_same = whole.filter(grantee=made.grantee).exists()
    if is_same or whole.agencies(actor) & seen.filter(pk=made.pk).agencies(actor):
        text = _("They still see the full record: end that release to narrow it.")
        messages.warning(request, text)


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


@contextmanager
def telling(request: HttpRequest) -> Iterator[None]:
    """Let a refusal be read on the page that comes next; nothing has changed."""
    try:
        yield
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, str(refusal))


def person(label: str | None) -> str:
    """Return a label as people read it: an officer's user name, or "system"."""
    kind, _colon, name = (label or "").partition(":")
    if kind == "officer":
        return name
    return _("system") if label else ""
