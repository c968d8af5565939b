"""Releasing records, and ending releases; the only writer of both."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies import grantees
from agencies.audiences import max_tlps, reapply, release_audience
from agencies.errors import Conflict, Invalid, NotFound
from agencies.fields import LATEST
from agencies.models import Release
from agencies.policy import Actor, Audience, require
from agencies.records import Owned, Record, ReleaseScope, owned_model
from live.journal import record as record_event
from live.kinds import Kind

MARKING = {"tlp", "level"}


@transaction.atomic
def create(
    *, row: Owned, kind: Kind, by: Actor, release_to: Iterable[str] = ()
) -> None:
    """Insert a new owned row and release it at once, in one transaction.

    There is no moment at which it exists with another audience (leak vector
    L30). ``release_to`` holds grantee codes.
    """
    named = [
        grantees.resolve(code, by=by, pointer=f"/release_to/{n}")
        for n, code in enumerate(dict.fromkeys(release_to))
    ]
    row.open_to(Audience(row.owner_keys))
    if isinstance(row, Record):
        row.insert()
    else:
        with _codes_are_unique(row):
            row.save(force_insert=True)
    for n, grantee in enumerate(named):
        grantees.require_admitted(
            row, grantee.kind, grantee.max_tlp, pointer=f"/release_to/{n}"
        )
        _add(row, grantee, by=by)
    if named:
        reapply(row)
    record_event(kind, by=by, subject=row)


@transaction.atomic
def save_changed(
    *,
    row: Owned,
    changed: Iterable[str],
    kind: Kind,
    by: Actor,
    before: dict[str, Any] | None = None,
) -> None:
    """Save a locked row whose columns ``changed`` were set, with all that follows.

    A new marking takes it from readers at once. With ``before``, its
    ``tear_line_values()`` from before the change, its tear line follows.
    """
    fields = list(changed)
    row.touch()
    with _codes_are_unique(row):
        row.save()
    if MARKING & set(fields):
        withdraw(row, by=by)
    record_event(kind, by=by, subject=row, detail={"fields": fields})
    if before is not None and isinstance(row, Record):
        carry_over(row, before=before, kind=kind, by=by)


@contextmanager
def _codes_are_unique(row: Owned) -> Iterator[None]:
    """Refuse a code that the owner has used; other agencies' codes never clash."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if f"{row.type_name()}_code" not in str(error):
            raise
        text = _("Your agency has used this code.")
        raise Conflict("code_taken", text, pointer="/code") from None


@transaction.atomic
def release(
    *,
    record: Owned,
    to: str,
    by: Actor,
    scope: str = ReleaseScope.FULL,
    expires_at: datetime | None = None,
    reason: str = "",
) -> Release:
    """Let a grantee see a record, or its tear line, until a time or for good.

    A tear line is a record of its own, and its releases are its own. An earlier
    release to the same grantee is replaced.
    """
    row = type(record).objects.locked(by, record.pk)
    require(by, row.release_permission, owner_of=row)
    return grant(
        row=row, to=to, by=by, scope=scope, expires_at=expires_at, reason=reason
    )


@transaction.atomic
def grant(
    *,
    row: Owned,
    to: str,
    by: Actor,
    scope: str,
    expires_at: datetime | None,
    reason: str,
) -> Release:
    """Release a locked record whoever asks; a part of actions that are allowed to."""
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(
            "expired", _("The expiry lies in the past."), pointer="/expires_at"
        )
    if expires_at is not None and expires_at > LATEST:
        raise Invalid("bad_day", _("Not a day of our time."), pointer="/expires_at")
    grantee = grantees.resolve(to, by=by)
    subject = _tear_line(row, by=by) if scope == ReleaseScope.TEARLINE else row
    grantees.require_admitted(subject, grantee.kind, grantee.max_tlp)
    live = Release.objects.visible_to(by).of(subject).live()
    # One from before another agency joined the agreement is replaced as well.
    for old in live.filter(grantee=grantee.code):
        _end(old, by=by.label, reason="replaced")
    made = _add(
        subject, grantee, by=by, scope=scope, expires_at=expires_at, reason=reason
    )
    reapply(subject)
    key = made.grant.key(subject.level)
    until = {key: expires_at.timestamp()} if expires_at else {}
    record_event(
        Kind.of(row.type_name(), Kind.RELEASED),
        by=by,
        subject=subject,
        audience=Audience(subject.owner_keys | {key}, until),
        detail={"grantee": made.grantee, "scope": scope, "reason": reason},
    )
    return made


@transaction.atomic
def revoke(*, record: Owned, release_id: UUID, by: Actor, reason: str = "") -> Release:
    """End a release at once: readers lose the record and get a tombstone.

    The owner may name a release of the record's tear line, too.
    """
    row = type(record).objects.locked(by, record.pk)
    subject: Owned
    for subject in filter(None, (row, _own_tear_line(row, by=by))):
        released = Release.objects.visible_to(by).of(subject).live()
        if found := released.filter(pk=release_id).first():
            break
    else:
        raise NotFound
    require(by, row.release_permission, owner_of=row)
    _end(found, by=by.label, reason=reason)
    withdraw(subject, by=by)
    _record_end(subject, found, by=by)
    return found


@transaction.atomic
def end_expired(
    *, record_type: str, record_id: UUID, release_id: UUID, by: Actor
) -> bool:
    """Tell the readers of an expired release that they lost the record.

    They lost it at its moment already; this writes the tombstone. The record is
    locked before its release, as everywhere. Returns whether the release ended
    here and not by somebody else meanwhile.
    """
    rows = owned_model(record_type).objects.select_for_update(of=("self",))
    row = rows.get(pk=record_id)
    expired = Release.objects.of(row).expired()
    locked = expired.select_for_update(skip_locked=True, of=("self",))
    found = locked.filter(pk=release_id).first()
    if found is None:
        return False
    _end(found, by=by.label, reason="expired")
    withdraw(row, by=by)
    _record_end(row, found, by=by)
    return True


def withdraw(row: Owned, *, by: Actor) -> None:
    """Rewrite a record's audience and leave a tombstone with whoever lost it.

    Releases that its marking no longer admits end here, and do not come back
    when the marking is lowered again.
    """
    caps = max_tlps(row)
    for found in Release.objects.visible_to(by).of(row).live():
        cap = caps.get(found.agreement_id)
        try:
            grantees.require_admitted(row, found.grantee_kind, cap)
        except Invalid as refusal:
            _end(found, by=by.label, reason=refusal.code)
            _record_end(row, found, by=by)
    if lost := reapply(row):
        record_event(
            Kind.of(row.type_name(), Kind.WITHDRAWN),
            by=by,
            subject=row,
            audience=Audience(lost),
            is_tombstone=True,
        )


def carry_over(row: Record, *, before: dict[str, Any], kind: Kind, by: Actor) -> None:
    """Let a record's tear line follow a change of what it was taken from.

    ``before`` is ``tear_line_values()`` from before the change. Its marking, and
    what the owner wrote in it since, stay.
    """
    now = row.tear_line_values()
    changed = [k for k in now if k not in MARKING and now[k] != before[k]]
    tear_line = _own_tear_line(row, by=by) if changed else None
    if tear_line is None:
        return
    row.require_tear_line()
    for name in changed:
        setattr(tear_line, name, now[name])
    tear_line.touch()
    tear_line.save()
    record_event(kind, by=by, subject=tear_line)


def _record_end(row: Owned, found: Release, *, by: Actor) -> None:
    record_event(
        Kind.of(row.type_name(), Kind.RELEASE_ENDED),
        by=by,
        subject=row,
        audience=Audience(row.owner_keys),
        detail={
            "grantee": found.grantee,
            "scope": found.scope,
            "reason": found.end_reason,
        },
    )


def _add(row: Owned, grantee: grantees.Grantee, *, by: Actor, **values: Any) -> Release:
    made = Release(
        record_type=row.type_name(),
        record_id=row.pk,
        owner=row.owner,
        granted_by=by.label,
        **grantee.columns(),
        **values,
    )
    made.open_to(release_audience(row, made))
    made.save(force_insert=True)
    return made


def _end(found: Release, *, by: str, reason: str) -> None:
    found.ended_at = timezone.now()
    found.ended_by = by
    found.end_reason = reason
    found.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _own_tear_line(row: Owned, *, by: Actor) -> Record | None:
    """Return the locked tear line of a record, to its owner alone."""
    if not isinstance(row, Record) or not by.owns(row):
        return None
    rows: Any = type(row).objects
    seen = rows.visible_to(by).select_for_update(of=("self",))
    found: Record | None = seen.filter(tear_line_of=row.pk).first()
    return found


def _tear_line(row: Owned, *, by: Actor) -> Record:
    """Return the record's tear line, written now if there is none yet."""
    none = Invalid("no_tear_line", _("This record has no tear line."), pointer="/scope")
    if not isinstance(row, Record) or row.is_tear_line:
        raise none
    if found := _own_tear_line(row, by=by):
        return found
    row.require_tear_line()
    values = row.tear_line_values() | {"tear_line_of": row}
    made = type(row)(owner=row.owner, author_id=row.author_id, **values)
    made.open_to(Audience(made.owner_keys))
    try:
        with transaction.atomic():
            made.insert()
    except IntegrityError as error:
        # A colleague has marked it so that ``by`` does not see it.
        if "tear_line_of" not in str(error):
            raise
        raise none from None
    kind = Kind.of(row.type_name(), Kind.TEAR_LINE_WRITTEN)
    record_event(kind, by=by, subject=made)
    return made
