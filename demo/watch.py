"""Who of each agency is on duty, and whom it calls about what it has not seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agencies.context import acting
from agencies.models import Officer
from agencies.policy import Actor, Permission
from demo.directory import Directory
from incidents.actions import rules, watch

SHIFT = timedelta(hours=12)
# The shift at the moment of loading began so long ago.
SINCE = timedelta(hours=3)
# By severity: name, order, then minutes since the step before and whom.
RULES = {
    "severe": (
        "Severe and extreme",
        10,
        [(5, "on_duty"), (5, "deputy"), (10, "role:liaison")],
    ),
    "moderate": ("Moderate", 20, [(15, "on_duty"), (30, "deputy")]),
}


def load(directory: Directory) -> None:
    """Give each agency that has planners and two who may acknowledge its watch."""
    for officers in directory.officers.values():
        staff = [directory.actor(one, directory.now) for one in officers]
        keeper = _first(staff, Permission.WATCH_KEEP)
        able = [one for one in staff if one.may(Permission.INCIDENT_ACKNOWLEDGE)]
        if keeper is None or len(able) < 2:
            continue
        able.sort(key=lambda one: (-one.clearance, one.label))
        people = {one.pk: one for one in officers}
        _plan(directory, keeper, able[:2], people)
        with acting(keeper):
            for severity in RULES:
                _rule(keeper, severity)


def _rule(keeper: Actor, severity: str) -> None:
    name, position, calls = RULES[severity]
    rules.create_rule(
        by=keeper,
        name=name,
        position=position,
        severity=severity,
        steps=[{"after": n, "whom": whom, "mail": n == 5} for n, whom in calls],
        repeats=1,
    )


def _first(staff: list[Actor], permission: Permission) -> Actor | None:
    return next((one for one in staff if one.may(permission)), None)


def _plan(
    directory: Directory,
    keeper: Actor,
    able: list[Actor],
    people: dict[Any, Officer],
) -> None:
    """Plan four shifts in turn; the first is on."""
    pair = [people[one.officer_id] for one in able]
    begin = directory.now - SINCE
    for n in range(4):
        with acting(keeper):
            duty = watch.plan_duty(
                officer=pair[n % 2],
                deputy=pair[1 - n % 2],
                starts_at=begin + n * SHIFT,
                ends_at=begin + (n + 1) * SHIFT,
                by=keeper,
            )
        if n == 0:
            with acting(able[0]):
                watch.start_duty(duty=duty, by=able[0])
