"""Patrols as a calendar file (RFC 5545), with as little in it as a calendar needs.

A feed lies in phones and with their makers: it says that there is a patrol, when, and
how it stands. Everything else is behind the log-in.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from agencies.policy import Actor
from patrols.duties import duties_of
from patrols.models import FeedKey, Patrol, PatrolState, Programme
from patrols.references import places, zone_of

CONTENT_TYPE = "text/calendar; charset=utf-8"
BACK = timedelta(days=31)
AHEAD = timedelta(days=366)
MOST = 1000
# Calendars are asked to come again after so long.
REFRESH = timedelta(minutes=30)
_STATUS = {
    PatrolState.PLANNED: "TENTATIVE",
    PatrolState.PROPOSED: "TENTATIVE",
    PatrolState.CANCELLED: "CANCELLED",
}


def patrols_of(feed: FeedKey, actor: Actor, now: datetime) -> list[Patrol] | None:
    """Return the patrols of a feed that its officer sees now.

    None when it is of a programme that the officer does not see any more.
    """
    if feed.programme_id is None:
        rows = duties_of(actor)
    else:
        programmes = Programme.objects.visible_to(actor)
        if not programmes.filter(pk=feed.programme_id).exists():
            return None
        rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
        rows = rows.filter(programme=feed.programme_id, is_displaced=False)
    rows = rows.during(now - BACK, now + AHEAD).order_by("starts_at", "id")
    return list(rows.prefetch_related(*places(actor))[:MOST])


def written(patrols: Iterable[Patrol], *, with_zone: bool) -> bytes:
    """Return patrols as a calendar file; the same patrols give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Karaul//Patrols//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Patrols"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH, parameters={"VALUE": "DURATION"})
    for patrol in patrols:
        calendar.add_component(_event(patrol, with_zone=with_zone))
    return bytes(calendar.to_ical())


def _event(patrol: Patrol, *, with_zone: bool) -> Event:
    event = Event()
    event.add("uid", f"{patrol.pk}@karaul")
    # When it was last changed, not when it is read: a calendar sees no false news.
    changed = patrol.updated_at.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", patrol.version - 1)
    event.add("dtstart", patrol.starts_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtend", patrol.ends_at.astimezone(UTC).replace(microsecond=0))
    words = {"ref": patrol.ref, "state": patrol.get_state_display()}
    event.add("summary", _("Patrol %(ref)s, %(state)s") % words)
    event.add("status", _STATUS.get(PatrolState(patrol.state), "CONFIRMED"))
    event.add("class", "PRIVATE")
    zone = zone_of(patrol)
    if with_zone and zone is not None:
        event.add("location", f"{zone.code} {zone.name}")
    return event
