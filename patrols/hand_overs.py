"""Hand-overs of a lead under way: who led when, and what each is booked for it.

The published plan is never edited. Who led is a timeline: the first lead from the
start, and whoever took it over from that moment on; at every moment it is one. An
offer changes nothing until it is accepted, so whoever offers stays accountable.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import accumulate, pairwise
from uuid import UUID

from agencies.policy import Actor, Permission
from patrols.models import TAKEN, HandOver, Patrol, PatrolQuerySet, PatrolState

# A lead is booked in hundredths: exact, and small enough to be added up for years.
PARTS = 100


@dataclass(frozen=True, slots=True)
class Passed:
    """A lead that went from one agency to another at a moment."""

    at: datetime
    giver: str
    taker: str


@dataclass(frozen=True, slots=True)
class Split:
    """A lead that was handed over: who had it first, and who is booked how much."""

    first: str
    parts: dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One agency's time in the lead; ``end`` is None for whoever has it now."""

    agency: str
    begin: datetime
    end: datetime | None


def takers(patrol: Patrol) -> list[str]:
    """Return the agencies that can take over a lead that is offered.

    In a programme, those that may lead this patrol (``patrols.eligibility``); else all
    that take part.
    """
    able = patrol.entitlements if patrol.programme_id else patrol.participants
    return sorted({*able} & {*patrol.participants} - {patrol.lead.code})


def possible(patrol: Patrol, offer: HandOver | None, by: Actor) -> set[str]:
    """Return what an actor may do about the lead of a patrol that is out.

    ``offer`` is the open one. Names: offer, answer, withdraw, seize.
    """
    is_out = patrol.state == PatrolState.UNDER_WAY and not patrol.is_tear_line
    if not is_out or not by.may(Permission.PATROL_RUN):
        return set()
    if by.agency == patrol.lead.code:
        if offer is not None:
            return {"withdraw"}
        return {"offer"} if takers(patrol) else set()
    if by.agency not in patrol.participants:
        return set()
    is_asked = offer is not None and offer.taker.code == by.agency
    # Whoever is offered the lead need not take it by force.
    return {"answer"} if is_asked else {"seize"}


def stretches(
    began_at: datetime, passed: Sequence[Passed], until: datetime | None
) -> list[Stretch]:
    """Return the timeline of a lead that was passed on once or more.

    ``until`` is when the patrol came back, or nothing.
    """
    begins = [began_at, *(one.at for one in passed)]
    agencies = [passed[0].giver, *(one.taker for one in passed)]
    return [
        Stretch(*one)
        for one in zip(agencies, begins, [*begins[1:], until], strict=True)
    ]


def booked(timeline: Iterable[Stretch]) -> dict[str, Fraction]:
    """Return who is booked how much of one lead; the parts add up to one."""
    seconds: dict[str, float] = {}
    for one in timeline:
        spent = (one.end - one.begin).total_seconds() if one.end else 0.0
        seconds[one.agency] = seconds.get(one.agency, 0.0) + max(0.0, spent)
    total = sum(seconds.values())
    if not total:
        # Taken over the moment it left: all of it is the last one's.
        return {list(seconds)[-1]: Fraction(1)}
    ends = [round(PARTS * so_far / total) for so_far in accumulate(seconds.values())]
    parts = {
        code: Fraction(end - begin, PARTS)
        for code, (begin, end) in zip(seconds, pairwise([0, *ends]), strict=True)
    }
    return {code: part for code, part in parts.items() if part}


def splits(patrols: PatrolQuerySet) -> dict[UUID, Split]:
    """Return the leads that were handed over, by patrol.

    While a patrol is out it is booked as if it came back when it is due.
    """
    found = taken(patrols)
    spans = patrols.filter(pk__in=found).values_list(
        "pk", "started_at", "ended_at", "ends_at"
    )
    made = {}
    for pk, started_at, ended_at, ends_at in spans.order_by():
        passed = found[pk]
        until = ended_at or max(ends_at, passed[-1].at)
        parts = booked(stretches(started_at or passed[0].at, passed, until))
        made[pk] = Split(passed[0].giver, parts)
    return made


def taken(patrols: PatrolQuerySet) -> dict[UUID, list[Passed]]:
    """Return by patrol when its lead has gone to another agency, in order."""
    rows = HandOver.objects.filter(patrol__in=patrols.order_by(), state__in=TAKEN)
    columns = rows.order_by("answered_at", "id").values_list(
        "patrol_id", "answered_at", "giver__code", "taker__code"
    )
    found: dict[UUID, list[Passed]] = defaultdict(list)
    for pk, at, giver, taker in columns:
        if at is not None:
            found[pk].append(Passed(at, giver, taker))
    return dict(found)
