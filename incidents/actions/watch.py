"""Duty periods: planned ahead, started, ended."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of, agency_of
from agencies.errors import Conflict, Invalid
from agencies.models import Officer, Post
from agencies.policy import Actor, Audience, Permission, agency_key, require
from incidents.models import OVERLAP, SHORTEST, Duty, DutyHandOver
from incidents.on_duty import (
    one_at_a_time,
    require_ahead,
    require_own,
    require_reason,
    require_running,
    standing_alone,
)
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def plan_duty(
    *,
    officer: Officer,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    deputy: Officer | None = None,
    post: Post | None = None,
) -> Duty:
    """Plan who is on duty, and who stands in, from when to when.

    For the whole agency or one of its posts. Two periods of one watch may lie over each
    other by half an hour, so that one can hand over to the other, and no more.
    """
    require(by, Permission.WATCH_KEEP)
    row = Duty(
        agency=agency_of(by),
        post=post,
        officer=officer,
        deputy=deputy,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    _check(row, by)
    if ends_at <= timezone.now():
        text = _("This is over already.")
        raise Invalid("in_the_past", text, pointer="/ends_at")
    row.open_to(Audience(frozenset({agency_key(row.agency.code, 0)})))
    with standing_alone():
        row.save(force_insert=True)
    record_event(Kind.DUTY_PLANNED, by=by, subject=row)
    return row


@transaction.atomic
def change_duty(*, duty: Duty, by: Actor, **values: Any) -> Duty:
    """Change a duty that has not begun; of one that runs, its deputy and its end."""
    row: Duty = Duty.objects.locked(by, duty.pk)
    require(by, Permission.WATCH_KEEP)
    if not (row.is_ahead or row.is_running):
        raise Conflict("duty_over", _("This duty is over."))
    if row.is_running and set(values) - {"deputy", "ends_at"}:
        text = _("It has begun: only its deputy and its end can be changed.")
        raise Conflict("duty_running", text)
    changed = row.take(values)
    if not changed:
        return row
    if "officer" in changed:
        _require_not_offered(by, to=row)
    _check(row, by)
    row.touch()
    with standing_alone():
        row.save()
    record_event(Kind.DUTY_CHANGED, by=by, subject=row, detail={"fields": changed})
    return row


@transaction.atomic
def cancel_duty(*, duty: Duty, by: Actor) -> Duty:
    """Take back a duty that has not begun."""
    row: Duty = Duty.objects.locked(by, duty.pk)
    require(by, Permission.WATCH_KEEP)
    require_ahead(row)
    _require_not_offered(by, to=row)
    row.cancelled_at = timezone.now()
    row.touch()
    row.save()
    record_event(Kind.DUTY_CANCELLED, by=by, subject=row)
    return row


@transaction.atomic
def start_duty(*, duty: Duty, by: Actor) -> Duty:
    """Take over the watch, as its officer, while nobody has it.

    From somebody it is taken over by a hand-over only (``hand_overs``).
    """
    row: Duty = Duty.objects.locked(by, duty.pk)
    require_ahead(row)
    require_own(row, by)
    require(by, Permission.INCIDENT_ACKNOWLEDGE)
    row.started_at = timezone.now()
    row.touch()
    with one_at_a_time():
        row.save()
    record_event(Kind.DUTY_STARTED, by=by, subject=row)
    return row


@transaction.atomic
def end_duty(*, duty: Duty, reason: str, by: Actor) -> Duty:
    """End a duty without handing it over, for a reason: nobody is on duty then.

    Its officer may, and who keeps the watch.
    """
    row: Duty = Duty.objects.locked(by, duty.pk)
    if row.officer_id != by.officer_id:
        require(by, Permission.WATCH_KEEP)
    require_running(row)
    _require_not_offered(by, duty=row)
    row.ended_at, row.end_reason = timezone.now(), require_reason(reason)
    row.touch()
    row.save()
    record_event(Kind.DUTY_ENDED, by=by, subject=row, detail={"reason": reason})
    return row


def _require_not_offered(by: Actor, **of: Duty) -> None:
    """Refuse what would take its duty, or its officer, from an offer that waits."""
    waiting = DutyHandOver.objects.visible_to(by).filter(answered_at=None, **of)
    if waiting.exists():
        text = _("It is being handed over. Take that back first.")
        raise Conflict("handed_over", text)


def _check(row: Duty, by: Actor) -> None:
    """Refuse people and places of others, and times that make no sense."""
    for name in ("officer", "deputy"):
        person = getattr(row, name)
        if person is not None:
            _require_able(person, by, f"/{name}")
    if row.deputy_id is not None and row.deputy_id == row.officer_id:
        text = _("The deputy is somebody else.")
        raise Invalid("same_officer", text, pointer="/deputy")
    if row.post is not None and row.post.owner_id != by.agency_id:
        text = _("This is no post of your agency.")
        raise Invalid("not_your_post", text, pointer="/post")
    if row.ends_at - row.starts_at < SHORTEST:
        text = _("A duty takes an hour at least.")
        raise Invalid("too_short", text, pointer="/ends_at")
    row.alone_until = row.ends_at - OVERLAP


def _require_able(person: Officer, by: Actor, pointer: str) -> None:
    if person.agency_id != by.agency_id or not person.is_active:
        text = _("This is no officer of your agency.")
        raise Invalid("not_your_officer", text, pointer=pointer)
    if not actor_of(person).may(Permission.INCIDENT_ACKNOWLEDGE):
        text = _("This officer's role does not allow to acknowledge incidents.")
        raise Invalid("cannot_acknowledge", text, pointer=pointer)
