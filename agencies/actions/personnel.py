"""Officers' absences, certifications and authorisations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.audiences import personal_audience
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import (
    Absence,
    Agency,
    Agreement,
    Authorisation,
    Certification,
    Officer,
    Qualification,
    State,
    certification_code,
)
from agencies.policy import Actor, Permission, require
from live.journal import record as record_event
from live.kinds import Kind

Personal = TypeVar("Personal", Absence, Certification, Authorisation)


@transaction.atomic
def enter_absence(
    *,
    officer: Officer,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    note: str = "",
) -> Absence:
    """Enter a time in which a colleague is away; two of a kind never overlap."""
    row = Absence(kind=kind, starts_at=starts_at, ends_at=ends_at, note=note)
    return _enter(row, officer, Kind.ABSENCE_ENTERED, by)


@transaction.atomic
def change_absence(*, absence: Absence, by: Actor, **values: Any) -> Absence:
    """Change an absence's kind, time or note."""
    row: Absence = Absence.objects.locked(by, absence.pk)
    return _change(row, values, Kind.ABSENCE_CHANGED, by)


@transaction.atomic
def cancel_absence(*, absence: Absence, by: Actor) -> Absence:
    """Take an absence back: it never counts again."""
    row: Absence = Absence.objects.locked(by, absence.pk)
    return _end(row, Kind.ABSENCE_CANCELLED, by)


@transaction.atomic
def certify(
    *, officer: Officer, name: str, by: Actor, code: str = "", **values: Any
) -> Certification:
    """Enter what a colleague is certified for; the code follows from the name.

    ``values`` are valid_from, expires_on (its last day) and authority.
    """
    row = Certification(**_named(name, code), **values)
    return _enter(row, officer, Kind.CERTIFICATION_ENTERED, by)


@transaction.atomic
def change_certification(
    *, certification: Certification, by: Actor, **values: Any
) -> Certification:
    """Change or renew a certification."""
    row: Certification = Certification.objects.locked(by, certification.pk)
    if "name" in values:
        values |= _named(values["name"])
    return _change(row, values, Kind.CERTIFICATION_CHANGED, by)


@transaction.atomic
def revoke_certification(*, certification: Certification, by: Actor) -> Certification:
    """Take a certification from its officer, now and for good."""
    row: Certification = Certification.objects.locked(by, certification.pk)
    return _end(row, Kind.CERTIFICATION_REVOKED, by)


@transaction.atomic
def authorise(
    *,
    officer: Officer,
    territory: State,
    valid_from: date,
    by: Actor,
    agreement: Agreement | None = None,
    **values: Any,
) -> Authorisation:
    """Enter a colleague's leave to enter a territory.

    It rests on an agreement or on an authority, by name. ``values`` are expires_on
    (its last day) and authority.
    """
    row = Authorisation(
        territory=territory, valid_from=valid_from, agreement=agreement, **values
    )
    return _enter(row, officer, Kind.AUTHORISATION_ENTERED, by)


@transaction.atomic
def change_authorisation(
    *, authorisation: Authorisation, by: Actor, **values: Any
) -> Authorisation:
    """Change or extend an authorisation."""
    row: Authorisation = Authorisation.objects.locked(by, authorisation.pk)
    if "agreement" in values:
        # By its id: the one before may be of others by now, and not be read.
        agreement = values.pop("agreement")
        values["agreement_id"] = agreement and agreement.pk
    return _change(row, values, Kind.AUTHORISATION_CHANGED, by)


@transaction.atomic
def revoke_authorisation(*, authorisation: Authorisation, by: Actor) -> Authorisation:
    """Take an authorisation from its officer, now and for good."""
    row: Authorisation = Authorisation.objects.locked(by, authorisation.pk)
    return _end(row, Kind.AUTHORISATION_REVOKED, by)


@transaction.atomic
def notice_expiry(
    *, paper: Certification | Authorisation, today: date, by: Actor
) -> bool:
    """Tell colleagues that a paper runs out, once for each of ``Paper.NOTICES``.

    By the schedule. Returns whether there was something to tell: who comes second
    finds nothing to do.
    """
    rows = type(paper).objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=paper.pk, revoked_at=None).first()
    due = row.notice_due(today) if row else None
    if row is None or due is None or not _is_news(due, row.noticed_days):
        return False
    row.noticed_days = due
    # Nothing that anybody wrote has changed: the version stays.
    row.save(update_fields=["noticed_days"])
    kind = {
        Certification: Kind.CERTIFICATION_NOTICED,
        Authorisation: Kind.AUTHORISATION_NOTICED,
    }[type(row)]
    record_event(kind, by=by, subject=row, detail={"days": due})
    return True


def _is_news(due: int, noticed: int | None) -> bool:
    return noticed is None or due < noticed


def _named(name: str, code: str = "") -> dict[str, str]:
    """Return code and name; a certification that is known is named as it is known."""
    found = certification_code(code or name)
    if not found:
        raise Invalid("required", _("Name the certification."), pointer="/name")
    plain = " ".join(name.split())
    if not plain and found in Qualification:
        plain = str(Qualification(found).label)
    return {"code": found, "name": plain or found}


def _enter(row: Personal, officer: Officer, kind: Kind, by: Actor) -> Personal:
    require(by, Permission.PERSONNEL_KEEP)
    # Locked, so that nobody moves to another agency meanwhile.
    row.officer = Officer.objects.locked(by, officer.pk)
    if row.officer.agency_id is None or row.officer.agency_id != by.agency_id:
        raise Forbidden("not_owner", _("You keep your own agency's personnel."))
    _check(row)
    _look_ahead(row)
    row.open_to(personal_audience(row.officer))
    with _told_apart(row):
        row.save(force_insert=True)
    record_event(kind, by=by, subject=row)
    return row


def _change(row: Personal, values: Any, kind: Kind, by: Actor) -> Personal:
    require(by, Permission.PERSONNEL_KEEP)
    _require_open(row)
    if changed := row.take(values):
        _check(row)
        if "expires_on" in changed:
            _look_ahead(row)
        row.touch()
        with _told_apart(row):
            row.save()
        record_event(kind, by=by, subject=row, detail={"fields": changed})
    return row


def _end(row: Personal, kind: Kind, by: Actor) -> Personal:
    require(by, Permission.PERSONNEL_KEEP)
    _require_open(row)
    setattr(row, _ENDS[type(row)], timezone.now())
    row.touch()
    row.save()
    record_event(kind, by=by, subject=row)
    return row


_ENDS = {
    Absence: "cancelled_at",
    Certification: "revoked_at",
    Authorisation: "revoked_at",
}


def _require_open(row: Absence | Certification | Authorisation) -> None:
    if getattr(row, _ENDS[type(row)]) is not None:
        raise Conflict("over", _("This was cancelled or revoked."))


def _look_ahead(row: Absence | Certification | Authorisation) -> None:
    """Give notice of a paper anew; of one that has run out there is none to give."""
    if isinstance(row, Absence):
        return
    today = _today_of(row.officer.agency)
    is_over = row.expires_on is not None and row.expires_on < today
    row.noticed_days = 0 if is_over else None


def _today_of(agency: Agency | None) -> date:
    """Return the day by an agency's clock."""
    zone = agency.time_zone if agency else "UTC"
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def _check(row: Absence | Certification | Authorisation) -> None:
    late = _("It ends before it begins.")
    if isinstance(row, Absence):
        if row.ends_at <= row.starts_at:
            raise Invalid("ends_too_early", late, pointer="/ends_at")
        return
    if row.valid_from and row.expires_on and row.expires_on < row.valid_from:
        raise Invalid("ends_too_early", late, pointer="/expires_on")
    if isinstance(row, Authorisation) and not (row.agreement_id or row.authority):
        text = _("Say by which agreement, or by whom.")
        raise Invalid("no_ground", text, pointer="/authority")


_DOUBLES = {
    "absence_overlap": (
        "overlaps",
        _("The officer is away for this reason at that time already."),
        "/starts_at",
    ),
    "certification_once": (
        "already_certified",
        _("The officer has this certification: renew it."),
        "/name",
    ),
    "authorisation_once": (
        "already_authorised",
        _("The officer has this authorisation from that day: extend it."),
        "/valid_from",
    ),
}


@contextmanager
def _told_apart(row: Any) -> Iterator[None]:
    """Refuse what the officer has already; also of two that come at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        for name, (code, text, pointer) in _DOUBLES.items():
            if name in str(error):
                raise Conflict(code, text, pointer=pointer) from None
        raise
