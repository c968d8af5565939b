"""The ledger: patrols in order of start, shares, entitlements, leads and credits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

NONE = Fraction(0)
Credits = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Slot:
    """One patrol of a ledger: who may lead it, by what weights, and who does.

    ``weights`` maps the codes of the eligible agencies to whole numbers above zero.
    ``lead`` is None as long as nobody was given the lead; a lead that was given
    stands. ``served``, of a patrol whose lead was handed over, says who led how much
    of it; the parts add up to one and are booked instead of ``lead``.
    """

    weights: Mapping[str, int]
    lead: str | None = None
    served: Mapping[str, Fraction] | None = None

    def shares(self) -> dict[str, Fraction]:
        """Return each agency's share of this patrol; they add up to one.

        Who alone may lead has the whole of it, so a forced lead changes no credit.
        """
        if not self.weights or min(self.weights.values()) < 1:
            raise ValueError("weights: one agency or more, whole numbers above zero")
        total = sum(self.weights.values())
        return {code: Fraction(w, total) for code, w in sorted(self.weights.items())}

    def booked(self) -> dict[str, Fraction]:
        """Return who is booked how much of the lead; nobody while it is open."""
        if self.served is not None:
            if sum(self.served.values()) != 1:
                raise ValueError("served: the parts of a lead add up to one")
            return dict(self.served)
        return {} if self.lead is None else {self.lead: Fraction(1)}

    @property
    def name(self) -> str:
        """The lead; of a lead that was handed over, who had most of it; or nothing."""
        if self.lead is not None or not self.served:
            return self.lead or ""
        return max(sorted(self.served), key=self.served.__getitem__)

    @property
    def is_open(self) -> bool:
        """Whether the lead is still to be given."""
        return self.lead is None and self.served is None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one agency stands after some patrols."""

    entitlement: Fraction = NONE
    leads: Fraction | int = 0
    carried: Fraction = NONE

    @property
    def credit(self) -> Fraction:
        """Entitlement less leads: above zero for who is owed."""
        return self.carried + self.entitlement - self.leads

    @property
    def deviation(self) -> Fraction:
        """Leads less entitlement: above zero for who led more than its share."""
        return -self.credit


def standings(
    ledger: Sequence[Slot], carried: Credits | None = None
) -> Iterator[dict[str, Standing]]:
    """Yield every agency's standing after each patrol; all leads must be given.

    ``carried`` are the credits at the start, of an earlier ledger.
    """
    standing = {code: Standing(carried=c) for code, c in (carried or {}).items()}
    for slot in ledger:
        if slot.is_open:
            raise ValueError("a slot without a lead has no standing")
        shares, booked = slot.shares(), slot.booked()
        for code in {*shares, *booked}:
            old = standing.get(code, Standing())
            part = booked.get(code, NONE)
            standing[code] = Standing(
                old.entitlement + shares.get(code, NONE),
                old.leads + (int(part) if part.denominator == 1 else part),
                old.carried,
            )
        yield dict(standing)


def deviations(
    ledger: Sequence[Slot], carried: Credits | None = None
) -> Iterator[dict[str, Fraction]]:
    """Yield every agency's deviation (leads less entitlement) after each patrol."""
    for standing in standings(ledger, carried):
        yield {code: found.deviation for code, found in standing.items()}


def closing(
    ledger: Sequence[Slot], carried: Credits | None = None
) -> dict[str, Fraction]:
    """Return the credits after the last patrol: what the next ledger starts from."""
    credit = dict(carried or {})
    # Most patrols share their weights with many others: one addition for all.
    for weights, count in Counter(frozenset(s.weights.items()) for s in ledger).items():
        for code, share in Slot(dict(weights)).shares().items():
            credit[code] = credit.get(code, NONE) + count * share
    named = Counter(slot.lead for slot in ledger if slot.lead and not slot.served)
    for code, count in named.items():
        credit[code] = credit.get(code, NONE) - count
    for slot in ledger:
        if slot.served:
            for code, part in slot.booked().items():
                credit[code] = credit.get(code, NONE) - part
    return credit


def settled(ledger: Sequence[Slot]) -> int:
    """Return how many patrols there are before the first without a lead."""
    opens = (n for n, slot in enumerate(ledger) if slot.is_open)
    return next(opens, len(ledger))


def with_leads(ledger: Sequence[Slot], leads: Sequence[str]) -> list[Slot]:
    """Return the ledger with these leads; given ones are kept."""
    return [
        Slot(slot.weights, lead) if slot.is_open else slot
        for slot, lead in zip(ledger, leads, strict=True)
    ]


def back_to_back(ledger: Sequence[Slot], leads: Sequence[str] | None = None) -> int:
    """Count avoidable back-to-back leads.

    One agency leads two patrols in a row although another could have led one of
    them. ``leads`` replaces those in the ledger.
    """
    given = [slot.name for slot in ledger] if leads is None else list(leads)
    return sum(
        bool(given[n])
        and given[n - 1] == given[n]
        and max(len(ledger[n - 1].weights), len(ledger[n].weights)) > 1
        for n in range(1, len(ledger))
    )
