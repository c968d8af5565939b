"""Whom a change of a patrol concerns, until when they answer, when they are reminded.

Pure: plain data in and out, no Django, no clock of its own.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

# What every agency agreed to.
COMMON = frozenset(
    {"title", "agreement", "purpose", "zone", "route", "starts_at", "ends_at"}
)
# What the leading agency agreed to.
LEADING = frozenset({"lead", "commander"})
# What each agency agreed to for itself alone: whom and what it sends.
OWN = frozenset({"demand", "crew"})
# How long before the deadline the asked agency is reminded.
REMINDERS = (timedelta(hours=48), timedelta(hours=12))
DAYS = 7
# Shorter times to answer are no question.
LEAST = timedelta(hours=24)
AT_ONCE = timedelta(hours=1)


def touched(
    changed: Iterable[str],
    *,
    participants: Collection[str],
    leads: Iterable[str] = (),
    own: Iterable[str] = (),
) -> set[str]:
    """Return the codes of the agencies whose consent a change ends.

    ``changed`` are names of a patrol's columns; ``leads`` the agencies that lead
    before and after; ``own`` those whose own demand or crew differs. Hours and
    places concern everybody, a marking nobody: who may see it is the owner's affair.
    """
    names = set(changed)
    found = set(participants) if names & COMMON else set()
    if names & LEADING:
        found |= set(leads)
    if names & OWN:
        found |= set(own)
    return found & set(participants)


def deadline(
    *, starts_at: datetime, ends_at: datetime, now: datetime, days: int = DAYS
) -> datetime:
    """Return until when to answer: some days before the start, if these leave a day.

    At shorter notice it is the start itself; where the patrol is to leave within the
    hour, or should have, its end.
    """
    usual = starts_at - timedelta(days=days)
    if usual - now >= LEAST:
        return usual
    return starts_at if starts_at - now >= AT_ONCE else ends_at


def reminders_due(*, asked_at: datetime, deadline_at: datetime, now: datetime) -> int:
    """Return how many reminders should have been sent by now.

    One whose moment had passed when the question was put is none.
    """
    moments = [deadline_at - before for before in REMINDERS]
    return sum(asked_at < moment <= now for moment in moments)
