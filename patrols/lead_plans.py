"""Plans of leads with their certificates, as they are kept and as they are shown.

What is kept counts every patrol of a programme, and ``check_leads`` verifies it. What
a reader is shown is certified anew over the patrols that he sees, and a plan that gave
none of these a lead is none for him: no byte depends on any other patrol.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import Any
from uuid import UUID

from agencies.policy import Actor
from patrols import rotation_check
from patrols.leads import Entry, every
from patrols.models import LeadPlan, Patrol, PlanReason, Programme
from patrols.rotation import Slot, closing
from patrols.rotation.certificate import certificate

# As many plans are told, the newest.
MOST = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as a reader is shown it; ``patrols`` are those of the certificate."""

    id: UUID
    made_at: datetime
    reason: PlanReason
    patrols: list[UUID]
    certificate: dict[str, Any]

    @property
    def reached(self) -> Fraction:
        """The largest deviation after any of its patrols."""
        return Fraction(self.certificate["reached"])

    @property
    def is_below_one(self) -> bool:
        """Whether it keeps the promise: nobody a whole lead ahead or behind."""
        return bool(self.certificate["is_below"])

    def told(self) -> dict[str, Any]:
        """Return it as JSON, with what the checker finds wrong now: nothing."""
        return {
            "id": str(self.id),
            "made_at": self.made_at.isoformat(),
            "reason": str(self.reason.value),
            "patrols": [str(pk) for pk in self.patrols],
            "certificate": self.certificate,
            "findings": rotation_check.findings(self.certificate),
        }


def proof(ledger: Sequence[Entry], since: datetime) -> dict[str, Any]:
    """Return the certificate of a ledger from a moment on, on the credits before."""
    past = next(
        (n for n, one in enumerate(ledger) if one.recurs_at >= since), len(ledger)
    )
    slots = [one.slot for one in ledger]
    return certified(slots[:past], slots[past:])


def certified(before: Sequence[Slot], ahead: Sequence[Slot]) -> dict[str, Any]:
    """Return the certificate of some patrols on the credits of those before.

    A lead that was named outside the rotation, or handed over, is history, with all
    before it.
    """
    carried = closing(before)
    named = [
        n
        for n, slot in enumerate(ahead)
        if slot.served or slot.name not in slot.weights
    ]
    given = named[-1] + 1 if named else 0
    told = certificate(ahead, carried, given=given)
    reached = Fraction(told["reached"])
    if reached < 1:
        return told
    return certificate(ahead, carried, given=given, bound=reached)


def plans(programme: Programme, actor: Actor, *, most: int = MOST) -> list[Plan]:
    """Return the plans of a programme as an actor is shown them, newest first."""
    return list(islice(_shown(programme, actor), most))


def plan(programme: Programme, actor: Actor, pk: UUID) -> Plan | None:
    """Return one of them, or None where the actor is shown none of this id."""
    return next(_shown(programme, actor, pk=pk), None)


def _shown(programme: Programme, actor: Actor, **only: Any) -> Iterator[Plan]:
    entries = every(Patrol.objects.visible_to(actor), programme)
    seen = {one.id: one for one in entries}
    rows = LeadPlan.objects.visible_to(actor).filter(programme=programme.pk, **only)
    # Whoever sees none of the leads that it gave is shown no plan at all.
    rows = rows.filter(gave__overlap=list(seen)) if seen else rows.none()
    for row in rows.order_by("-made_at", "-id").iterator(chunk_size=20):
        yield _restricted(row, seen)


def _restricted(row: LeadPlan, seen: Mapping[UUID, Entry]) -> Plan:
    """Return a plan over what is seen.

    It begins with the first patrol that it gave a lead, or that was still to come.
    Where a kept certificate begins depends on patrols that may be hidden; so leads are
    taken from it from there on alone.
    """
    given = _given(row)
    counted = [pk for pk in row.counted if pk in seen]
    first = next(
        n
        for n, pk in enumerate(counted)
        if pk in row.gave or seen[pk].recurs_at >= row.made_at
    )
    before = [seen[pk].slot for pk in counted[:first]]
    ahead = [given.get(pk) or seen[pk].slot for pk in counted[first:]]
    return Plan(
        row.pk,
        row.made_at,
        PlanReason(row.reason),
        counted[first:],
        certified(before, ahead),
    )


def _given(row: LeadPlan) -> dict[UUID, Slot]:
    """Return the patrols of a kept certificate with the leads that it proved."""
    told = row.certificate["patrols"]
    ids = row.counted[len(row.counted) - len(told) :]
    return {pk: _slot(one) for pk, one in zip(ids, told, strict=True)}


def _slot(told: Mapping[str, Any]) -> Slot:
    """Return a patrol of a certificate; weights are the shares, in whole numbers."""
    shares = {code: Fraction(text) for code, text in told["shares"].items()}
    scale = lcm(*(share.denominator for share in shares.values()))
    weights = {code: int(share * scale) for code, share in shares.items()}
    booked = {code: Fraction(text) for code, text in told["booked"].items()}
    if len(booked) > 1:
        return Slot(weights, None, booked)
    return Slot(weights, told["lead"])
