"""Who cannot command a patrol: whoever is away, or goes on another one then.

Reasons are told from what whoever asks sees, and nothing else: an absence is for
colleagues, and those who see both patrols read it on either. That somebody is out at
all is judged over everything when one is named: nobody can be at two places, and the
database refuses it (``Booking``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from agencies.context import system
from agencies.errors import Conflict
from agencies.models import Absence, Officer
from agencies.policy import Actor, Role
from agencies.records import GuardedQuerySet
from patrols.models import (
    CURRENT_STATES,
    Assignment,
    Patrol,
    PatrolQuerySet,
    PatrolState,
)

# A time that has a moment in common with one that begins or goes on then.
MOMENT = timedelta(seconds=1)
# Changes of a patrol that its people may be unable to follow.
FOLLOWED = frozenset({"starts_at", "ends_at", "level"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an officer cannot command a patrol: a stable code, and words for people."""

    code: str
    words: str


def known(patrol: Patrol, actor: Actor) -> "GuardedQuerySet[Officer]":
    """Return the commanders of the lead agency, cleared for it, whom an actor knows."""
    rows: GuardedQuerySet[Officer] = Officer.objects.visible_to(actor)
    return rows.filter(
        agency=patrol.lead_id,
        is_active=True,
        roles__contains=[Role.COMMANDER],
        clearance__gte=patrol.level,
    )


def obstacles(
    patrol: Patrol, officers: Collection[UUID], actor: Actor
) -> dict[UUID, Obstacle]:
    """Return, by officer, why they cannot command a patrol at its hours.

    ``commander_absent`` goes before ``commander_booked``; who could is not among them.
    """
    begin, end = patrol.starts_at, patrol.ends_at
    others = _others(patrol).visible_to(actor).during(begin, end)
    sent = Assignment.objects.visible_to(actor)
    found = _booked(others, sent, officers)
    return found | _absent(officers, begin, end, actor)


def require_able(patrol: Patrol, officer: Officer, by: Actor) -> None:
    """Refuse to name whoever cannot command a patrol at its hours.

    Of two who name one at once the second is refused.
    """
    is_out = _is_out(patrol, officer.pk)
    found = obstacles(patrol, [officer.pk], by).get(officer.pk)
    if found is None and is_out:
        found = Obstacle("commander_booked", _("on another duty then"))
    _refuse(found, officer)


def require_present(patrol: Patrol, at: datetime, by: Actor) -> None:
    """Refuse to start with a commander who is away then, or out with another patrol."""
    if patrol.commander_id is None:
        return
    who = [patrol.commander_id]
    officer = Officer.objects.visible_to(by).filter(pk=patrol.commander_id).first()
    out = _others(patrol).visible_to(by).filter(state=PatrolState.UNDER_WAY)
    found = _booked(out, Assignment.objects.visible_to(by), who)
    found |= _absent(who, at, at + MOMENT, by)
    if officer is not None:
        _refuse(found.get(officer.pk), officer)


def let_go(patrol: Patrol, changed: list[str], by: Actor) -> list[str]:
    """Take the commander from a patrol that they cannot go on as it is now.

    That is at its new hours, or at its new level. A part of the actions that change
    it, before they save it, as its crew follows. Returns the names of what has changed.
    """
    who = patrol.commander_id
    if who is None or not FOLLOWED & set(changed):
        return changed
    is_free = not _is_out(patrol, who) and who not in obstacles(patrol, [who], by)
    if is_free and _is_cleared(patrol, who):
        return changed
    patrol.commander = None
    return [*changed, "commander"]


def _refuse(obstacle: Obstacle | None, officer: Officer) -> None:
    if obstacle is not None:
        text = _("%(name)s cannot command it: %(why)s.")
        given = {"name": officer, "why": obstacle.words}
        raise Conflict(obstacle.code, text % given, pointer="/commander")


def _others(patrol: Patrol) -> PatrolQuerySet:
    """Return all others that are not over."""
    rows = Patrol.objects.filter(tear_line_of=None, state__in=CURRENT_STATES)
    return rows.exclude(pk=patrol.pk)


def _is_out(patrol: Patrol, officer: UUID) -> bool:
    """Lock an officer; return whether they go on another patrol at its hours."""
    with system("commander"):
        rows = Officer.objects.filter(pk=officer)
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
        others = _others(patrol).during(patrol.starts_at, patrol.ends_at)
        return bool(_booked(others, Assignment.objects.all(), [officer]))


def _is_cleared(patrol: Patrol, officer: UUID) -> bool:
    with system("commander"):
        found = Officer.objects.filter(pk=officer, clearance__gte=patrol.level)
        return bool(found.exists())


def _absent(
    officers: Collection[UUID], begin: datetime, end: datetime, actor: Actor
) -> dict[UUID, Obstacle]:
    rows = Absence.objects.visible_to(actor).filter(officer__in=officers)
    return {
        row.officer_id: Obstacle(
            "commander_absent", _("away then, %(kind)s") % {"kind": row}
        )
        for row in rows.during(begin, end)
    }


def _booked(
    others: PatrolQuerySet,
    assignments: "GuardedQuerySet[Assignment]",
    officers: Collection[UUID],
) -> dict[UUID, Obstacle]:
    sent = assignments.filter(patrol__in=others, officer__in=officers, is_active=True)
    led = others.filter(commander__in=officers)
    refs = {
        *sent.values_list("officer_id", "patrol__ref"),
        *led.values_list("commander_id", "ref"),
    }
    told = _("on patrol %(ref)s then")
    # Of several the first by its reference, whatever order they are read in.
    return {
        pk: Obstacle("commander_booked", told % {"ref": ref})
        for pk, ref in sorted(refs, key=lambda pair: pair[1], reverse=True)
        if pk is not None
    }
