"""Rewriting stored audiences when releases, markings or memberships change.

Everything here runs in the system context, inside the caller's transaction: a
record, its tear line, its children and its events change together or not at all.
"""

from typing import Any

from django.db.models import Q, QuerySet

from agencies.context import system
from agencies.models import PERSONAL, Agreement, Officer, Party, Release
from agencies.policy import (
    NOBODY_KEY,
    PLATFORM_KEY,
    Audience,
    Role,
    agency_key,
    audience,
    is_open_to_owner,
    officer_key,
)
from agencies.records import Guarded, Owned, guarded_models


def reapply(record: Owned) -> frozenset[str]:
    """Give a record and all below it the audience that its live releases make.

    Returns the keys that lost it, for the tombstone. A tear line is a record of
    its own, with releases of its own.
    """
    with system("audience"):
        releases = list(Release.objects.of(record))
        for release in releases:
            _store(release, release_audience(record, release))
        return _spread(record, _audience(record, releases))


def release_audience(record: Owned, release: Release) -> Audience:
    """A release is seen by the owner and, while it lasts, by its grantee."""
    own = record.owner_keys
    grant = release.grant
    if release.ended_at is not None:
        return Audience(own)
    key = grant.key(record.level)
    end = grant.expires_at
    expiring = {key: end.timestamp()} if end and key not in own else {}
    return Audience(own | {key}, expiring)


def max_tlps(record: Owned) -> dict[Any, str]:
    """Return the strictest TLP of each agreement that a record is released to.

    Its owner may have left the agreement, and sees it no more.
    """
    with system("audience"):
        released = Release.objects.of(record).live()
        rows = Agreement.objects.filter(pk__in=released.values("agreement"))
        return dict(rows.values_list("pk", "max_tlp"))


def _audience(record: Owned, releases: list[Release]) -> Audience:
    return audience(
        owner=record.owner.code,
        author_id=record.author_id,
        tlp=record.tlp,
        level=record.level,
        grants=[r.grant for r in releases if r.is_live],
    )


def _store(row: Guarded, wanted: Audience) -> None:
    if row.stored_audience != wanted:
        rows: QuerySet[Any] = type(row)._base_manager.filter(pk=row.pk)
        rows.update(**wanted.columns())
        row.open_to(wanted)


def _spread(record: Owned, wanted: Audience) -> frozenset[str]:
    before = record.stored_audience
    if before == wanted:
        return frozenset()
    _store(record, wanted)
    for model in guarded_models():
        rows = model.guard_rows(record)
        if rows is not None:
            spread_to(rows, model, wanted, record)
    return before.keys - wanted.keys


def spread_to(
    rows: "QuerySet[Any]",
    model: type[Guarded],
    parent: Audience,
    record: Owned,
) -> None:
    """Give children the parent's audience, or cut theirs down to it.

    What the owner could read it still can; what a reader kept to its own agency
    does not fall to the owner when that agency loses the record.
    """
    if model.guard_follows:
        rows.update(**parent.columns())
        return
    stored = rows.order_by().values_list("audience", "expiring").distinct()
    for keys, expiring in stored:
        old = Audience(frozenset(keys), expiring or {})
        is_owners = is_open_to_owner(old.keys, record.owner.code, record.author_id)
        new = old.within(parent, record.owner_keys if is_owners else frozenset())
        if not new.keys:
            new = Audience(frozenset({NOBODY_KEY}))
        if new != old:
            same = Q(expiring=expiring) if expiring else Q(expiring__isnull=True)
            rows.filter(same, audience=keys).update(**new.columns())


def officer_audience(officer: Officer) -> Audience:
    """Colleagues and platform see an account; partners see its liaison officers."""
    keys = {PLATFORM_KEY}
    if officer.agency:
        keys.add(agency_key(officer.agency.code, 0))
        if Role.LIAISON in officer.roles and officer.is_active:
            parties = Party.objects.present().filter(
                agreement__parties__agency=officer.agency,
                agreement__parties__left_at__isnull=True,
            )
            codes = parties.values_list("agency__code", flat=True).distinct()
            keys |= {agency_key(code, 0) for code in codes}
    return Audience(frozenset(keys))


def reapply_officer(officer: Officer) -> None:
    """Rewrite who sees an account and its papers; the caller saves the account."""
    with system("audience"):
        # What hangs on the officer first, and what was told of it: else it would be
        # closed with the officer, and nobody would know any more to whom it was told.
        own = personal_audience(officer)
        for model in PERSONAL:
            for row in model._base_manager.filter(officer=officer):
                _close(row, own)
                _store(row, own)
        wanted = officer_audience(officer)
        _close(officer, wanted)
        officer.open_to(wanted)


def personal_audience(officer: Officer) -> Audience:
    """An officer's absences and papers concern colleagues alone.

    They go with the officer into another agency.
    """
    if officer.agency is None:
        return Audience(frozenset({officer_key(officer.pk, 0)}))
    return Audience(frozenset({agency_key(officer.agency.code, 0)}))


def staff_audience(officer: Officer) -> Audience:
    """An officer's rights concern colleagues and the platform alone."""
    keys = {PLATFORM_KEY}
    if officer.agency:
        keys.add(agency_key(officer.agency.code, 0))
    return Audience(frozenset(keys))


def agreement_audience(agreement: Agreement) -> Audience:
    """An agreement is seen by its present parties and by the platform."""
    codes = Party.objects.present().filter(agreement=agreement)
    keys = {agency_key(c, 0) for c in codes.values_list("agency__code", flat=True)}
    return Audience(frozenset(keys | {PLATFORM_KEY}))


def reapply_agreement(agreement: Agreement) -> None:
    """Rewrite who sees an agreement and its parties' liaison officers."""
    with system("audience"):
        wanted = agreement_audience(agreement)
        _close(agreement, wanted)
        _store(agreement, wanted)
        Party._base_manager.filter(agreement=agreement).update(**wanted.columns())
        agencies = Party.objects.filter(agreement=agreement).values("agency")
        for officer in Officer.objects.filter(
            agency__in=agencies, roles__contains=[Role.LIAISON]
        ).select_related("agency"):
            shown_to = officer_audience(officer)
            _close(officer, shown_to)
            _store(officer, shown_to)


def _close(row: Guarded, wanted: Audience) -> None:
    """Take what was told of a row from those who are about to lose the row."""
    lost = row.stored_audience.keys - wanted.keys
    if not lost:
        return
    for model in guarded_models():
        rows = model.guard_rows(row)
        if rows is None:
            continue
        told = rows.filter(audience__overlap=sorted(lost)).order_by()
        for keys in told.values_list("audience", flat=True).distinct():
            left = sorted(set(keys) - lost) or [NOBODY_KEY]
            rows.filter(audience=keys).update(audience=left)
