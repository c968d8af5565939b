"""The only writer of intelligence reports."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Permission, require
from intel.models import Report
from live.journal import record as record_event
from live.kinds import Kind

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@transaction.atomic
def write(*, by: Actor, release_to: Iterable[str] = (), **values: Any) -> Report:
    """Write a report and release it in the same transaction.

    ``values`` are the columns title, body, tear_line_text, source_note, topics,
    source_grade, information_grade, place (WGS 84 point), valid_from,
    valid_until, language, tlp and level.
    """
    require(by, Permission.REPORT_WRITE)
    grantees = list(release_to)
    if grantees:
        require(by, Permission.REPORT_RELEASE)
    report = Report(owner=agency_of(by), author_id=by.officer_id, **values)
    report.require_marking(by)
    _check_validity(report)
    releases.create(row=report, kind=Kind.REPORT_CREATED, by=by, release_to=grantees)
    return report


@transaction.atomic
def edit(*, report: Report, by: Actor, **values: Any) -> Report:
    """Change a report; its tear line follows, stricter marking ends releases."""
    row = Report.objects.locked(by, report.pk)
    require(by, Permission.REPORT_WRITE, owner_of=row)
    before = row.tear_line_values()
    changed = row.take(values)
    if not changed:
        return row
    _check_validity(row)
    if releases.MARKING & set(changed):
        row.require_marking(by)
    releases.save_changed(
        row=row, changed=changed, kind=Kind.REPORT_CHANGED, by=by, before=before
    )
    return row


@transaction.atomic
def end_validity(*, report: Report, by: Actor) -> Report:
    """Say that a report, and its tear line, no longer hold; both stay readable."""
    row = Report.objects.locked(by, report.pk)
    require(by, Permission.REPORT_WRITE, owner_of=row)
    now = timezone.now()
    if row.valid_until is not None and row.valid_until <= now:
        raise Conflict("not_current", _("The report no longer holds already."))
    if row.valid_from >= now:
        raise Conflict("not_valid_yet", _("The report does not hold yet."))
    before = row.tear_line_values()
    row.valid_until = now
    row.touch()
    row.save()
    record_event(
        Kind.REPORT_CHANGED, by=by, subject=row, detail={"fields": ["valid_until"]}
    )
    releases.carry_over(row, before=before, kind=Kind.REPORT_CHANGED, by=by)
    return row


def _check_validity(report: Report) -> None:
    for name in ("valid_from", "valid_until"):
        moment = getattr(report, name)
        if moment is not None and not EARLIEST <= moment <= LATEST:
            raise Invalid(
                "out_of_range",
                _("The time must lie between 1990 and 2100."),
                pointer=f"/{name}",
            )
    if report.valid_until is not None and report.valid_until <= report.valid_from:
        raise Invalid(
            "ends_before_start",
            _("The report must hold for some time: end after start."),
            pointer="/valid_until",
        )
