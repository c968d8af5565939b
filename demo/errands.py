"""Tasks of the past incidents: done, called off, still to do, and overdue."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agencies.policy import Actor
from agencies.sharing import shared_with
from demo import logbook
from incidents.models import Incident, Task, TaskState
from live.kinds import Kind

if TYPE_CHECKING:
    from demo.handling import Handling

# How many incidents that are over came with something to do, and how many tasks were
# called off; how many of those that are still to be done are overdue.
_OFTEN, _CALLED_OFF, _OVERDUE = 0.3, 0.2, 0.4


def set_some(
    handling: Handling,
    incident: Incident,
    by: Actor,
    responders: list[str],
    steps: list[datetime],
    *,
    is_over: bool,
) -> None:
    """Let the owner set a task for one of those who respond; of old, now and then.

    ``steps`` are the moments of :meth:`demo.handling.Handling.follow`.
    """
    # Dice of its own: the rest of the demonstration is drawn as before.
    dice = random.Random(f"task {incident.ref}")  # noqa: S311 - no secret
    if is_over and dice.random() > _OFTEN:
        return
    agency = handling.directory.agencies[dice.choice(responders)]
    reader = handling.directory.reader(agency.code, incident.level, steps[1])
    row = Task(
        incident=incident,
        agency=agency,
        what=dice.choice(logbook.ERRANDS),
        due_at=handling.directory.now + timedelta(hours=dice.choice([2, 6, 24])),
        set_by=by.label,
        set_for=handling.directory.agencies[by.agency or ""],
        set_at=steps[2],
    )
    kinds = [(Kind.TASK_SET, steps[2])]
    if not is_over and dice.random() < _OVERDUE:
        row.due_at = steps[2] + (handling.directory.now - steps[2]) / 2
    if is_over:
        row.due_at = steps[3] + timedelta(hours=1)
        is_done = dice.random() > _CALLED_OFF
        row.state = TaskState.DONE if is_done else TaskState.CANCELLED
        row.ended_at, row.ended_by = steps[3], by.label
        row.ended_for = row.set_for
        kinds.append((Kind.TASK_DONE if is_done else Kind.TASK_CANCELLED, steps[3]))
    opened = shared_with(incident, reader)
    handling.history.child(row, opened)
    for kind, at in kinds:
        handling.event(kind, incident, by, at, opened, {"task": str(row.pk)})
