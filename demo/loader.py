"""Loading the whole demonstration, once, and writing down how to get in."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.context import system
from agencies.models import Agency
from demo import (
    agencies,
    casework,
    consents,
    incidents,
    planning,
    programmes,
    reports,
    resources,
    tracks,
    watch,
)
from demo.directory import Directory
from demo.history import History
from demo.patrols import Outings, Roster
from demo.places import Ground
from live import sequencer
from live.models import Dispatch, Event

SEED = 20260101
Say = Callable[[str], Any]


def is_loaded() -> bool:
    """Whether the demonstration is in the database: it goes in whole or not at all."""
    return Agency.objects.filter(code="XX-OBS").exists()


@transaction.atomic
def load(say: Say, now: datetime | None = None) -> None:
    """Load everything in one transaction; all times are counted from ``now``."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    directory = Directory(now=now or timezone.now(), rng=rng)
    history, outings = History(directory), Outings(rng)
    agencies.load(directory, history)
    resources.load(directory, history)
    ground = Ground(directory, history)
    ground.load()
    roster = Roster(directory, history, outings)
    for spec, programme in programmes.load(directory, history, ground):
        roster.fill(spec, programme)
    incidents.load(directory, history, outings)
    reports.load(directory, history)
    rows = history.flush()
    fixes = tracks.write(outings.known, rng)
    events = history.flush_events()
    consents.disagree(directory)
    planning.load(directory)
    watch.load(directory)
    casework.load(directory)
    say(f"Loaded {rows} rows, {fixes} positions, {events} events")


def sequence() -> None:
    """Give the journal its order; nothing of the past starts a task.

    To be called when the load is committed. A sequencer that runs does the same.
    """
    while sequencer.sequence():
        pass
    with system("load demo"):
        newest = Event.objects.filter(seq__isnull=False).order_by("-seq").first()
        seq = (newest.seq if newest else None) or 0
        Dispatch.objects.update_or_create(pk=1, defaults={"seq": seq})
