"""The watch's rules: whose duty, how it stands, whom a step calls, when mail goes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Officer
from agencies.policy import Actor, Role
from incidents.models import Duty, Reachability, Severity

ON_DUTY, DEPUTY = "on_duty", "deputy"
ROLE, OFFICER = "role:", "officer:"
# Nobody calls more people than this by one step.
MOST = 50


def colleagues(actor: Actor) -> Any:
    """Return the active officers of the actor's agency."""
    seen = Officer.objects.visible_to(actor)
    return seen.filter(agency=actor.agency_id, is_active=True)


def watch_of(duties: Iterable[Duty]) -> list[Duty]:
    """Return the duties that count: the agency's own watch, else those of its posts."""
    found = list(duties)
    return [duty for duty in found if duty.post_id is None] or found


def called(
    whom: str, duties: Iterable[Duty], staff: QuerySet[Officer]
) -> list[Officer]:
    """Return the officers whom a step calls, by user name.

    ``duties`` are those that run, ``staff`` the active officers of the agency.
    """
    if whom in (ON_DUTY, DEPUTY):
        watch = watch_of(duties)
        ids = [one.officer_id if whom == ON_DUTY else one.deputy_id for one in watch]
        rows = staff.filter(pk__in=[pk for pk in ids if pk])
    elif whom.startswith(ROLE):
        rows = staff.filter(roles__contains=[whom.removeprefix(ROLE)])
    else:
        rows = staff.filter(username=whom.removeprefix(OFFICER))
    return list(rows.order_by("username")[:MOST])


def in_words(whom: str, names: dict[str, str] | None = None) -> str | Promise:
    """Return whom a step calls in words; ``names`` are officers' by user name."""
    if whom == ON_DUTY:
        return _("officer on duty")
    if whom == DEPUTY:
        return _("deputy")
    if whom.startswith(ROLE):
        role = whom.removeprefix(ROLE)
        return _("centre: %(role)s") % {"role": Role(role).label}
    name = whom.removeprefix(OFFICER)
    return (names or {}).get(name, name)


def mail_due(
    reach: Reachability, severity: str, now: datetime, time_zone: str
) -> datetime:
    """Return when an e-mail may go: now, or at the end of the quiet hours.

    They are by the clock of the officer's agency, also over midnight and over a change
    of the clocks. What is extreme does not wait.
    """
    start, end = reach.quiet_from, reach.quiet_until
    if start is None or end is None or severity == Severity.EXTREME:
        return now
    local = now.astimezone(ZoneInfo(time_zone))
    if not _is_within(local.time(), start, end):
        return now
    day = local.date()
    if local.time() >= end:
        day += timedelta(days=1)
    return datetime.combine(day, end, tzinfo=local.tzinfo)


def _is_within(clock: time, start: time, end: time) -> bool:
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end


def require_own(duty: Duty, by: Actor) -> None:
    """Refuse what only the officer of a duty may do."""
    if duty.officer_id != by.officer_id:
        raise Forbidden("not_yours", _("This is a colleague's duty."))


def require_ahead(duty: Duty, pointer: str | None = None) -> None:
    """Refuse a duty that has begun, or is not planned."""
    if not duty.is_ahead:
        text = _("This duty has begun, or is not planned.")
        raise Conflict("duty_begun", text, pointer=pointer)


def require_running(duty: Duty) -> None:
    """Refuse a duty that nobody is on."""
    if not duty.is_running:
        raise Conflict("duty_not_running", _("Nobody is on this duty now."))


def require_reason(reason: str) -> str:
    """Return a reason as it is kept; refuse to go without one."""
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why."), pointer="/reason")
    return reason.strip()


@contextmanager
def standing_alone() -> Iterator[None]:
    """Refuse a time at which the watch, or the officer, is planned already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "duty_of_officer" in str(error):
            text = _("The officer has another duty at that time.")
            raise Conflict("officer_on_duty", text, pointer="/officer") from None
        if "duty_overlap" not in str(error):
            raise
        text = _(
            "Somebody else is planned for that time. Periods that follow each other"
            " may overlap by half an hour."
        )
        raise Conflict("duty_overlap", text, pointer="/starts_at") from None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Refuse to begin a duty while somebody else is on it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "duty_one_running" not in str(error):
            raise
        text = _("Somebody is on duty. It is handed over by that officer.")
        raise Conflict("somebody_on_duty", text) from None
