"""Patrols that others are asked about, and what they say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agencies.context import acting, system
from agencies.errors import Refused
from agencies.policy import Actor
from live.models import Event
from patrols import actions
from patrols.models import Consent, Patrol
from tests.patrols.series import (
    a_patrol,
    days_ahead,
)
from tests.world import World

HOUR = timedelta(hours=1)
PICKED = "%Y-%m-%dT%H:%M"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BOTH = ["KG-BS", "TJ-BT"]
ALL = [*BOTH, "UZ-BT"]


def far(world: World, days: float = 20, **values: Any) -> Patrol:
    """Return a draft some days ahead, of six hours; of all only if all are parties."""
    if values.get("participants") == ALL:
        world.join("UZ-BT")
    begin = days_ahead(days)
    hours = {"starts_at": begin, "ends_at": begin + 6 * HOUR}
    return a_patrol(world, **(hours | values))


def proposed(world: World, **values: Any) -> Patrol:
    """Return a patrol of which the partners are asked."""
    patrol = far(world, **values)
    with acting(world.owner):
        return actions.propose(patrol=patrol, by=world.owner)


def do(by: Actor, action: Any, patrol: Patrol, **values: Any) -> Patrol:
    """Take one action on a patrol as somebody."""
    with acting(by):
        done: Patrol = action(patrol=patrol, by=by, **values)
        return done


def refused(
    kind: type[Refused], by: Actor, action: Any, patrol: Patrol, **v: Any
) -> str:
    """Return the code with which an action refuses."""
    with pytest.raises(kind) as error:
        do(by, action, patrol, **v)
    return error.value.code


def state(patrol: Patrol) -> str:
    """Return where a patrol stands."""
    with system("test"):
        return Patrol.objects.get(pk=patrol.pk).state


def answers(patrol: Patrol) -> dict[str, str]:
    """Return what each agency says now."""
    with system("test"):
        rows = Consent.objects.current().filter(patrol=patrol)
        return dict(rows.values_list("agency__code", "state"))


def told(patrol: Patrol, by: Actor) -> list[str]:
    """Return the kinds of a patrol's events that somebody may know of, in order."""
    with acting(by):
        rows = Event.objects.visible_to(by).filter(subject_id=patrol.pk)
        return list(rows.order_by("at").values_list("kind", flat=True))


def pass_time(patrol: Patrol, by: timedelta) -> None:
    """Let the questions about a patrol be older by so much."""
    with system("test"):
        for row in Consent.objects.filter(patrol=patrol):
            row.asked_at -= by
            row.deadline_at -= by
            row.save()
