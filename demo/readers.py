"""Who of other agencies has opened the incidents of the past, as its owner is told."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agencies.policy import Actor
from agencies.sharing import shared_with
from incidents.models import Incident, Sighting

if TYPE_CHECKING:
    from demo.handling import Handling

# How many of those who see it open it, though they do not take note.
_CURIOUS = 0.35


def open_before(
    handling: Handling, incident: Incident, by: Actor, at: datetime
) -> None:
    """Let somebody open an incident a little before taking note of it."""
    first_at = incident.created_at + (at - incident.created_at) * 0.8
    row = Sighting(
        incident=incident,
        agency=handling.directory.agencies[by.agency or ""],
        by=by.label,
        first_at=first_at,
        last_at=at,
    )
    handling.history.child(row, shared_with(incident, by))


def open_by_chance(handling: Handling, incident: Incident, at: datetime) -> None:
    """Let some agencies open an incident, or its tear line, and do nothing else."""
    tear_line = handling.history.tear_lines.get(incident.pk)
    for row in (incident, tear_line):
        if not isinstance(row, Incident):
            continue
        # Dice of its own: the rest of the demonstration is drawn as before.
        dice = random.Random(row.ref)  # noqa: S311 - no secret
        for code in handling.readers(row, at):
            if dice.random() > _CURIOUS:
                continue
            reader = handling.directory.reader(code, row.level, at)
            seen_at = min(
                at + timedelta(minutes=dice.uniform(1, 90)), handling.directory.now
            )
            made = Sighting(
                incident=row,
                agency=handling.directory.agencies[code],
                by=f"client:{code.lower()}",
                first_at=seen_at,
                last_at=seen_at,
            )
            handling.history.child(made, shared_with(row, reader))
