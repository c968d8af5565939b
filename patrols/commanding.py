"""Who cannot command a patrol: whoever is away, or goes on another one then.

Judged from what whoever asks sees, and nothing else: an absence is for colleagues, and
a patrol that one does not see is none. Those who see both patrols read it on either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from agencies.errors import Conflict
from agencies.models import Absence, Officer
from agencies.policy import Actor
from patrols.models import (
    CURRENT_STATES,
    Assignment,
    Patrol,
    PatrolQuerySet,
    PatrolState,
)

# A time that has a moment in common with one that begins or goes on then.
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an officer cannot command a patrol: a stable code, and words for people."""

    code: str
    words: str


def obstacles(
    patrol: Patrol, officers: Collection[UUID], actor: Actor
) -> dict[UUID, Obstacle]:
    """Return, by officer, why they cannot command a patrol at its hours.

    ``commander_absent`` goes before ``commander_booked``; who could is not among them.
    """
    begin, end = patrol.starts_at, patrol.ends_at
    others = Patrol.objects.visible_to(actor).filter(tear_line_of=None)
    others = others.filter(state__in=CURRENT_STATES).during(begin, end)
    found = _booked(others.exclude(pk=patrol.pk), officers, actor)
    return found | _absent(officers, begin, end, actor)


def require_able(patrol: Patrol, officer: Officer, by: Actor) -> None:
    """Refuse to name whoever cannot command a patrol at its hours.

    The officer is locked first: of two who name one at once the second is refused.
    """
    known = Officer.objects.visible_to(by).filter(pk=officer.pk)
    list(known.select_for_update(of=("self",), no_key=True).values_list("pk"))
    _refuse(obstacles(patrol, [officer.pk], by).get(officer.pk), officer)


def require_present(patrol: Patrol, at: datetime, by: Actor) -> None:
    """Refuse to start with a commander who is away then, or out with another patrol."""
    if patrol.commander_id is None:
        return
    who = [patrol.commander_id]
    officer = Officer.objects.visible_to(by).filter(pk=patrol.commander_id).first()
    out = Patrol.objects.visible_to(by).filter(
        tear_line_of=None, state=PatrolState.UNDER_WAY
    )
    found = _booked(out.exclude(pk=patrol.pk), who, by) | _absent(
        who, at, at + MOMENT, by
    )
    if officer is not None:
        _refuse(found.get(officer.pk), officer)


def let_go(patrol: Patrol, changed: list[str], by: Actor) -> list[str]:
    """Take the commander from a patrol at whose new hours they cannot go.

    A part of the actions that move it, before they save it, as its crew follows.
    Returns the names of what has changed.
    """
    who = patrol.commander_id
    is_moved = {"starts_at", "ends_at"} & set(changed)
    if who is None or not is_moved or who not in obstacles(patrol, [who], by):
        return changed
    patrol.commander = None
    return [*changed, "commander"]


def _refuse(obstacle: Obstacle | None, officer: Officer) -> None:
    if obstacle is not None:
        text = _("%(name)s cannot command it: %(why)s.")
        given = {"name": officer, "why": obstacle.words}
        raise Conflict(obstacle.code, text % given, pointer="/commander")


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
    others: PatrolQuerySet, officers: Collection[UUID], actor: Actor
) -> dict[UUID, Obstacle]:
    sent = Assignment.objects.visible_to(actor).filter(
        patrol__in=others, officer__in=officers, is_active=True
    )
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
