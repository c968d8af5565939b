"""The leads of a programme as a reader sees them: deviation, repair, explanation.

Everything here is computed from rows that the reader sees, and from nothing else.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict
from agencies.policy import Actor
from patrols import hand_overs
from patrols.models import (
    OPEN_STATES,
    LeadPlan,
    Patrol,
    PatrolQuerySet,
    PatrolState,
    PlanReason,
    Programme,
)
from patrols.rotation import Slot, closing, deviations

# What was agreed and goes out so soon keeps its lead.
NOTICE = timedelta(hours=48)
# Leads; nobody plans to be farther off.
MOST_OFF = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One patrol of a programme's ledger: when by the rule, and when it starts."""

    id: UUID
    recurs_at: datetime
    at: datetime
    state: str
    slot: Slot
    # Who was to lead when it left; the slot says who is booked for it.
    given: str

    def is_fixed(self, now: datetime) -> bool:
        """Whether its lead stands: past, started, or agreed within the notice."""
        if self.state not in OPEN_STATES or self.at <= now:
            return True
        return self.state == PatrolState.AGREED and self.at < now + NOTICE


@dataclass(frozen=True, slots=True)
class Change:
    """A lead that goes from one agency to another."""

    id: UUID
    at: datetime
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class History:
    """What came between the rotation and one lead, of what a reader sees.

    ``given_at`` and ``reason`` are those of the newest plan that gave it. Of the
    patrols before it, how many were called off, and how many leads were handed over
    or named outside the rotation.
    """

    given_at: datetime | None = None
    reason: str = ""
    called_off: int = 0
    handed_over: int = 0
    outside: int = 0


def entries(rows: PatrolQuerySet, programme: Programme) -> list[Entry]:
    """Return the ledger of a programme from some rows, in the order of its rule.

    Each stands at the start that the rule gave it, wherever it was moved to. Cancelled
    ones do not count; a lead that was handed over is booked by the part each served.
    """
    counted = rows.filter(programme=programme.pk).exclude(state=PatrolState.CANCELLED)
    return every(counted, programme)


def every(rows: PatrolQuerySet, programme: Programme) -> list[Entry]:
    """Return some rows of a programme, whatever their state, in the rule's order."""
    found = rows.filter(programme=programme.pk)
    splits = hand_overs.splits(found)
    columns = found.order_by("recurrence_at", "id").values_list(
        "pk", "recurrence_at", "starts_at", "state", "entitlements", "lead__code"
    )
    ledger = []
    for pk, recurs_at, at, state, weights, lead in columns:
        slot, given = Slot(weights or programme.entitlements, lead), lead
        if split := splits.get(pk):
            slot, given = Slot(slot.weights, None, split.parts), split.first
        ledger.append(Entry(pk, recurs_at or at, at, state, slot, given))
    return ledger


def seen_entries(programme: Programme, actor: Actor) -> list[Entry]:
    """Return the ledger of a programme as far as an actor sees it."""
    return entries(Patrol.objects.visible_to(actor), programme)


def history_of(
    programme: Programme, ledger: Sequence[Entry], place: int, actor: Actor
) -> History:
    """Return what came between the rotation and one lead of a ledger that one sees."""
    one, before = ledger[place], [entry.slot for entry in ledger[:place]]
    plans = LeadPlan.objects.visible_to(actor).filter(
        programme=programme.pk, gave__contains=[one.id]
    )
    newest = plans.order_by("-made_at", "-id").values_list("made_at", "reason").first()
    off = Patrol.objects.visible_to(actor).filter(
        programme=programme.pk,
        state=PatrolState.CANCELLED,
        recurrence_at__lt=one.recurs_at,
    )
    return History(
        given_at=newest[0] if newest else None,
        reason=str(PlanReason(newest[1]).label) if newest else "",
        called_off=off.count(),
        handed_over=sum(slot.served is not None for slot in before),
        outside=sum(
            not slot.served and slot.name not in slot.weights for slot in before
        ),
    )


def place_of(ledger: Sequence[Entry], pk: UUID) -> int:
    """Return the place of a patrol in a ledger that holds it."""
    return next(n for n, one in enumerate(ledger) if one.id == pk)


def furthest_off(ledger: Sequence[Entry], now: datetime) -> Fraction:
    """Return the largest deviation after any patrol that may still change its lead."""
    ahead = next((n for n, one in enumerate(ledger) if not one.is_fixed(now)), None)
    if ahead is None:
        return Fraction(0)
    return furthest([one.slot for one in ledger], ahead)


def furthest(slots: Sequence[Slot], since: int) -> Fraction:
    """Return the largest deviation after any patrol from one place on."""
    after = deviations(slots[since:], closing(slots[:since]))
    return max((abs(d) for each in after for d in each.values()), default=Fraction(0))


def published(ledger: Sequence[Entry], now: datetime) -> tuple[list[Slot], list[str]]:
    """Return a ledger whose leads may change where they do not stand, and the leads."""
    slots = [
        one.slot if one.is_fixed(now) else Slot(one.slot.weights) for one in ledger
    ]
    return slots, [one.slot.name for one in ledger]


def trade_off(ledger: Sequence[Entry], now: datetime) -> list[Any]:
    """Return how many leads must change for which deviation, the smallest first.

    The entries are ``patrols.rotation.repair.Repair``; each is proved to change the
    fewest leads that its deviation allows.
    """
    # OR-Tools is slow to load, and most processes never need it.
    from patrols.rotation.repair import trade_off as curve  # noqa: PLC0415

    slots, leads = published(ledger, now)
    return curve(slots, leads)


def repaired(
    ledger: Sequence[Entry], now: datetime, within: Fraction | None
) -> list[Change]:
    """Return the fewest changes that bring everybody within a deviation.

    Without one, the rule of the house (``patrols.rotation.repair.replan``).
    """
    from patrols.rotation.repair import repair, replan  # noqa: PLC0415
    from patrols.rotation.windows import UnreachableError  # noqa: PLC0415

    slots, leads = published(ledger, now)
    try:
        found = (
            replan(slots, leads)
            if within is None
            else repair(slots, leads, bound=within)
        )
    except UnreachableError:
        raise Conflict(
            "unreachable", _("No change of leads keeps everybody so close.")
        ) from None
    return changes(ledger, found.leads)


def changes(ledger: Sequence[Entry], leads: Iterable[str]) -> list[Change]:
    """Return where other leads differ from those of a ledger."""
    return [
        Change(one.id, one.at, one.slot.name, lead)
        for one, lead in zip(ledger, leads, strict=True)
        if lead != one.slot.name
    ]


def digest(found: Iterable[Change]) -> str:
    """Return a short text that stands for some changes and no others."""
    told = ",".join(f"{one.id}:{one.old}:{one.new}" for one in found)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def deviation(text: str) -> Fraction:
    """Return an exact deviation from its text, such as 5/4; raises ``ValueError``."""
    if not re.fullmatch(r"\d{1,30}(/\d{1,30}|\.\d{1,30})?", text):
        raise ValueError(text)
    try:
        found = Fraction(text)
    except ZeroDivisionError:
        raise ValueError(text) from None
    if found > MOST_OFF:
        raise ValueError(text)
    return found
