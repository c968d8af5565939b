"""Situation reports as officers handle them: asked for, and asked for again."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.checks import choice_of
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Agreement
from agencies.policy import Actor, Audience, agency_key
from incidents.models.sitreps import AT_WORK, Sitrep, SitrepScope, SitrepState
from live.journal import record as record_event
from live.kinds import Kind

# Reports of one officer that wait or are being made.
MOST_WAITING = 5
# Days back of which one is asked for.
OLDEST = timedelta(days=3660)


@transaction.atomic
def request_sitrep(
    *,
    day_on: date,
    scope: str,
    by: Actor,
    agreement: Agreement | None = None,
) -> Sitrep:
    """Ask for the report of a day, from midnight to midnight by one's agency's clock.

    It is made by a worker, of what the author may see then, and for the author alone.
    """
    if by.officer_id is None or by.agency_id is None:
        raise Forbidden("officers_only", _("Situation reports are officers' own."))
    agency = agency_of(by)
    wanted = choice_of(SitrepScope, scope, "/scope")
    _require_agreement(wanted, agreement, by)
    today = timezone.now().astimezone(ZoneInfo(agency.time_zone)).date()
    if not today - OLDEST <= day_on <= today:
        text = _("A day of the last ten years, today at the latest.")
        raise Invalid("bad_day", text, pointer="/day_on")
    _require_turn(by)
    row = Sitrep(
        agency=agency,
        author_id=by.officer_id,
        level=by.clearance,
        day_on=day_on,
        time_zone=agency.time_zone,
        scope=wanted,
        agreement=agreement,
    )
    row.open_to(Audience(frozenset({agency_key(agency.code, row.level)})))
    row.save(force_insert=True)
    _tell(row, by)
    return row


@transaction.atomic
def retry_sitrep(*, sitrep: Sitrep, by: Actor) -> Sitrep:
    """Ask again for one's own report that could not be made."""
    row = Sitrep.objects.locked(by, sitrep.pk)
    if row.author_id != by.officer_id:
        raise Forbidden("not_author", _("Only who asked for it may do this."))
    if row.state != SitrepState.FAILED:
        raise Conflict("not_failed", _("This report has not failed."))
    _require_agreement(SitrepScope(row.scope), row.agreement, by)
    _require_turn(by)
    row.state, row.failure, row.claims = SitrepState.QUEUED, "", 0
    row.touch()
    row.save()
    _tell(row, by)
    return row


def _require_agreement(
    scope: SitrepScope, agreement: Agreement | None, by: Actor
) -> None:
    """Refuse a scope without its agreement, and an agreement that is none of ours."""
    codes = {membership.agreement for membership in by.memberships}
    if scope != SitrepScope.AGREEMENT:
        is_right = agreement is None
    else:
        is_right = agreement is not None and agreement.code in codes
    if not is_right:
        text = _("Name an agreement of your agency's, with this scope only.")
        raise Invalid("bad_agreement", text, pointer="/agreement")


def _require_turn(by: Actor) -> None:
    waiting = Sitrep.objects.visible_to(by).own(by).filter(state__in=AT_WORK)
    if waiting.count() >= MOST_WAITING:
        text = _("Wait for the reports that you have asked for.")
        raise Conflict("too_many_sitreps", text)


def _tell(row: Sitrep, by: Actor) -> None:
    """Tell the author alone: whoever else could see the row does not look for it."""
    record_event(Kind.SITREP_REQUESTED, by=by, subject=row, audience=row.for_author)
