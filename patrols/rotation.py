"""Whose turn it is to lead: the chairman assignment problem, in exact rationals.

A programme's *ledger* is its patrols in order of start. In patrol ``j`` agency
``i`` has the share ``w_i / sum(w)`` of its weights. The **entitlement** S_i(t) of
an agency is the sum of its shares over the first ``t`` patrols, X_i(t) the number
of those that it leads; the **deviation** is X - S, positive for who led too often.

Theorem (R. Tijdeman, *The chairman assignment problem*, Discrete Mathematics 32
(1980) 323-330). For m >= 2 agencies there is a sequence of leads with
``|X_i(t) - S_i(t)| <= 1 - 1/(2m - 2)`` for every agency and **after every patrol**,
and no smaller bound holds for all weights. The sequence is found patrol by patrol:
among the agencies that are due (their entitlement, this patrol included, exceeds
their leads by at least 1/(2m - 2)) the next to lead is the one that would be the
first to reach the bound if it were passed over for good.

With weights that stay the same, an agency's future entitlement is known for good,
so the rule needs no horizon: it is *online*, and a longer ledger never changes a
lead that was given before. (A sequence of shares that is not known ahead has no
such rule; simple greedy choices are not within one.)

What the theorem does not cover, and what happens then:

* **Weights change.** Each slot carries the weights that were in force when its
  lead was given. The new weights begin a new ledger from the exact credits of the
  old one; nothing is rounded or forgotten.
* **A patrol is cancelled.** It leaves the ledger, its lead and its shares with it.
  Leads that were published stay; the next leads make up for the loss.

In both cases a deviation may be one or more for a while. The rule still never lets
an agency lead that is not due, so nobody who is ahead gets further ahead; and as
soon as everybody who was ahead is due again, all deviations are below one and stay
there (the deadline argument of Tijdeman's proof, counted from the change; see
``tests/patrols/test_rotation.py``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Slot:
    """One patrol of a ledger: the weights of those who share it, and its lead.

    ``weights`` maps agency codes to whole numbers above zero. ``lead`` is None as
    long as nobody was given the lead; a lead that was given is kept.
    """

    weights: Mapping[str, int]
    lead: str | None = None

    def shares(self) -> dict[str, Fraction]:
        """Return each agency's share of this patrol; they add up to one."""
        if not self.weights or min(self.weights.values()) < 1:
            raise ValueError("weights: one agency or more, whole numbers above zero")
        total = sum(self.weights.values())
        return {code: Fraction(w, total) for code, w in sorted(self.weights.items())}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands after some patrols."""

    entitlement: Fraction = NONE
    leads: int = 0

    @property
    def deviation(self) -> Fraction:
        """Leads less entitlement: above zero for who led more than its share."""
        return self.leads - self.entitlement


def assign(ledger: Sequence[Slot]) -> list[str]:
    """Return the lead of every slot of a ledger, in order; given leads are kept.

    Raises ``ValueError`` for weights that are not whole numbers above zero.
    """
    credit: dict[str, Fraction] = {}
    leads = []
    for slot in ledger:
        shares = slot.shares()
        for code, share in shares.items():
            credit[code] = credit.get(code, NONE) + share
        lead = slot.lead if slot.lead is not None else _next(credit, shares)
        credit[lead] = credit.get(lead, NONE) - 1
        leads.append(lead)
    return leads


def _next(credit: Mapping[str, Fraction], shares: Mapping[str, Fraction]) -> str:
    """Choose the lead of one slot; ``credit`` includes its shares already."""
    if len(shares) == 1:
        return next(iter(shares))
    due = Fraction(1, 2 * len(shares) - 2)

    def urgency(code: str) -> tuple[int, Fraction, str]:
        # In how many patrols its credit reaches the bound. Among equals the one
        # to whom most is owed, then the order of codes: any choice is proven.
        wait = ceil((1 - due - credit[code]) / shares[code])
        return max(wait, 0), -credit[code], code

    candidates = [code for code in shares if credit[code] >= due]
    # Nobody is due only while an agency without a share here is owed leads.
    return min(candidates or shares, key=urgency)


def standings(ledger: Sequence[Slot]) -> Iterator[dict[str, Standing]]:
    """Yield every agency's standing after each patrol; all leads must be given."""
    standing: dict[str, Standing] = {}
    for slot in ledger:
        if slot.lead is None:
            raise ValueError("a slot without a lead has no standing")
        shares = slot.shares()
        for code in {*shares, slot.lead}:
            old = standing.get(code, Standing())
            standing[code] = Standing(
                old.entitlement + shares.get(code, NONE),
                old.leads + (code == slot.lead),
            )
        yield dict(standing)


def deviations(ledger: Sequence[Slot]) -> Iterator[dict[str, Fraction]]:
    """Yield every agency's deviation (leads less entitlement) after each patrol."""
    for standing in standings(ledger):
        yield {code: found.deviation for code, found in standing.items()}
