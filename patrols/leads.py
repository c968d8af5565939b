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
from patrols import rotation_check
from patrols.models import (
    OPEN_STATES,
    LeadPlan,
    Patrol,
    PatrolQuerySet,
    PatrolState,
    Programme,
)
from patrols.rotation import Slot, closing, deviations
from patrols.rotation.certificate import certificate

# What was agreed and goes out so soon keeps its lead.
NOTICE = timedelta(hours=48)
# As many plans are told, the newest.
MOST_PLANS = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One patrol of a programme's ledger, and when it starts."""

    id: UUID
    at: datetime
    state: str
    slot: Slot

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


def entries(rows: PatrolQuerySet, programme: Programme) -> list[Entry]:
    """Return the ledger of a programme from some rows, in the order of its rule.

    A patrol that was moved keeps its place, as in ``PatrolQuerySet.ledger``.
    """
    counted = rows.filter(programme=programme.pk).exclude(state=PatrolState.CANCELLED)
    columns = counted.order_by("recurrence_at", "id").values_list(
        "pk", "starts_at", "state", "entitlements", "lead__code"
    )
    return [
        Entry(pk, at, state, Slot(weights or programme.entitlements, lead))
        for pk, at, state, weights, lead in columns
    ]


def seen_entries(programme: Programme, actor: Actor) -> list[Entry]:
    """Return the ledger of a programme as far as an actor sees it."""
    return entries(Patrol.objects.visible_to(actor), programme)


def place_of(ledger: Sequence[Entry], pk: UUID) -> int:
    """Return the place of a patrol in a ledger that holds it."""
    return next(n for n, one in enumerate(ledger) if one.id == pk)


def furthest_off(ledger: Sequence[Entry], now: datetime) -> Fraction:
    """Return the largest deviation after any patrol that may still change its lead."""
    ahead = next((n for n, one in enumerate(ledger) if not one.is_fixed(now)), None)
    if ahead is None:
        return Fraction(0)
    carried = closing([one.slot for one in ledger[:ahead]])
    after = deviations([one.slot for one in ledger[ahead:]], carried)
    return max((abs(d) for each in after for d in each.values()), default=Fraction(0))


def published(
    ledger: Sequence[Entry], now: datetime
) -> tuple[list[Slot], list[str | None]]:
    """Return a ledger whose leads may change where they do not stand, and the leads."""
    slots = [
        one.slot if one.is_fixed(now) else Slot(one.slot.weights) for one in ledger
    ]
    return slots, [one.slot.lead for one in ledger]


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


def proof(ledger: Sequence[Entry], since: datetime) -> dict[str, Any]:
    """Return the certificate of a ledger from a moment on, on the credits before.

    A lead that was named outside the rotation is history, with all before it.
    """
    past = next((n for n, one in enumerate(ledger) if one.at >= since), len(ledger))
    slots = [one.slot for one in ledger]
    ahead, carried = slots[past:], closing(slots[:past])
    named = [n for n, slot in enumerate(ahead) if slot.name not in slot.weights]
    given = named[-1] + 1 if named else 0
    told = certificate(ahead, carried, given=given)
    reached = Fraction(told["reached"])
    if reached < 1:
        return told
    return certificate(ahead, carried, given=given, bound=reached)


def plans(
    programme: Programme, actor: Actor, *, most: int = MOST_PLANS, **only: Any
) -> list[LeadPlan]:
    """Return the plans of a programme that an actor may read, newest first.

    Of the newest ``most``; ``only`` are further conditions.

    A certificate tells of every patrol that it counts: who does not see one of them
    is not shown it.
    """
    patrols = Patrol.objects.visible_to(actor).filter(programme=programme.pk)
    seen = set(patrols.values_list("pk", flat=True))
    rows = LeadPlan.objects.visible_to(actor).filter(programme=programme.pk, **only)
    newest = rows.order_by("-made_at", "-id")[:most]
    return [plan for plan in newest if seen.issuperset(plan.counted)]


def deviation(text: str) -> Fraction:
    """Return an exact deviation from its text, such as 5/4; raises ``ValueError``."""
    if not re.fullmatch(r"\d{1,30}(/\d{1,30}|\.\d{1,30})?", text):
        raise ValueError(text)
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError(text) from None


def told(plan: LeadPlan) -> dict[str, Any]:
    """Return a plan as JSON, with what the checker finds wrong now: nothing."""
    ahead = plan.counted[len(plan.counted) - len(plan.certificate["patrols"]) :]
    return {
        "id": str(plan.pk),
        "made_at": plan.made_at.isoformat(),
        "reason": plan.reason,
        "patrols": [str(pk) for pk in ahead],
        "certificate": plan.certificate,
        "findings": rotation_check.findings(plan.certificate),
    }
