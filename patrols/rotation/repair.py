"""A published plan, repaired with provably few changes.

After a cancellation, a leave or a new eligibility the published leads may leave
somebody behind. What has started and what lies within the notice window stays (it is
given in the ledger); each other lead may change, at a price of one, or of its notice.
Keeping the published ones within the windows of a bound is a min-cost flow
(``patrols.rotation.flow``), whose optimum is whole: **no plan within the bound changes
less**. Of equal changes, the more even plan is taken.

A smaller bound costs more changes; ``trade_off`` shows how many, a coordinator
chooses. Where nobody does, ``replan``: leave the plan alone while nobody is off by more
than a lead and a half, else the fewest changes that bring everybody within 5/4.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from patrols.rotation.flow import cheapest, smallest
from patrols.rotation.ledger import Credits, Slot
from patrols.rotation.windows import Integers, UnreachableError, Windows

TOLERATED = Fraction(3, 2)
REPAIRED = Fraction(5, 4)
# None is below one. Further bounds are seldom worth the seconds that they take.
BOUNDS = (None, REPAIRED, TOLERATED, Fraction(7, 4), Fraction(2))


@dataclass(frozen=True, slots=True)
class Repair:
    """A plan, the deviation it reaches, and where its leads differ from before.

    ``reached`` counts from the first patrol that may change. ``price`` is the least at
    which ``bound`` can be kept; None as a bound stands for "below one".
    """

    leads: list[str]
    changed: list[int]
    price: int
    bound: Fraction | None
    reached: Fraction


class Published:
    """A ledger whose open patrols have published leads that may change."""

    def __init__(
        self,
        ledger: Sequence[Slot],
        published: Sequence[str | None],
        carried: Credits | None = None,
        notice: Sequence[int] | None = None,
    ) -> None:
        """Take a ledger, and its leads as they were published.

        ``published`` has one entry per patrol of the ledger; None for a new patrol,
        whose lead costs nothing. ``notice`` is the price of a change, per patrol.
        """
        self.ledger, self.published = ledger, published
        self.windows = Windows.of(ledger, carried)
        prices = [1] * len(ledger) if notice is None else notice
        self.price: Integers = np.array(
            [
                [
                    prices[n] if published[n] not in (None, code) else 0
                    for code in self.windows.codes
                ]
                for n in self.windows.rows
            ],
            np.int64,
        ).reshape(self.windows.high.shape)

    def within(self, level: int, bound: Fraction | None) -> Repair:
        """Return the cheapest plan within a level; raises ``UnreachableError``."""
        return self._result(cheapest(self.windows, level, self.price), bound)

    def repaired(self, bound: Fraction | None = None) -> Repair:
        """Return the cheapest plan within a bound; raises ``UnreachableError``."""
        windows = self.windows
        level = windows.under_one if bound is None else windows.level(bound)
        return self.within(level, bound)

    def kept(self) -> Repair:
        """Return the plan that changes only who may not lead, as fair as can be."""
        windows = self.windows
        stays = windows.is_eligible & (self.price == 0)
        may = np.where(stays.any(axis=1, keepdims=True), stays, windows.is_eligible)
        level, leads = smallest(replace(windows, is_eligible=may))
        return self._result(leads, windows.value(level))

    def fairest(self) -> Repair:
        """Return the cheapest plan within the smallest bound that can be reached."""
        level, _leads = smallest(self.windows)
        return self.within(level, self.windows.value(level))

    def _result(self, chosen: Sequence[int], bound: Fraction | None) -> Repair:
        windows = self.windows
        leads = windows.named(self.ledger, chosen)
        return Repair(
            leads,
            [n for n in windows.rows if self.published[n] not in (None, leads[n])],
            int(self.price[np.arange(len(chosen)), list(chosen)].sum()),
            bound,
            windows.value(windows.reached(chosen)),
        )


def repair(
    ledger: Sequence[Slot],
    published: Sequence[str | None],
    carried: Credits | None = None,
    *,
    bound: Fraction | None = None,
    notice: Sequence[int] | None = None,
) -> Repair:
    """Return the plan within a bound, None for below one, with the fewest changes.

    The arguments are those of ``Published``. Raises ``UnreachableError``.
    """
    return Published(ledger, published, carried, notice).repaired(bound)


def replan(
    ledger: Sequence[Slot],
    published: Sequence[str | None],
    carried: Credits | None = None,
    notice: Sequence[int] | None = None,
) -> Repair:
    """Return what to do where nobody chooses: nothing, or as little as will do."""
    plan = Published(ledger, published, carried, notice)
    kept = plan.kept()
    if kept.reached <= TOLERATED:
        return kept
    try:
        return plan.repaired(REPAIRED)
    except UnreachableError:
        return plan.fairest()


def trade_off(
    ledger: Sequence[Slot],
    published: Sequence[str | None],
    carried: Credits | None = None,
    *,
    bounds: Sequence[Fraction | None] = BOUNDS,
    notice: Sequence[int] | None = None,
) -> list[Repair]:
    """Return the cheapest plans for some bounds, smallest first, up to no change.

    The first is the fairest that can be reached; each further one costs less.
    """
    plan = Published(ledger, published, carried, notice)
    curve: list[Repair] = []
    for found in _curve(plan, bounds):
        if not curve or found.price < curve[-1].price:
            curve.append(found)
    return curve


def _curve(plan: Published, bounds: Sequence[Fraction | None]) -> Iterator[Repair]:
    kept = plan.kept()
    is_first = True
    for bound in bounds:
        if bound is not None and bound >= kept.reached:
            break
        try:
            yield plan.repaired(bound)
        except UnreachableError:
            if is_first:
                yield plan.fairest()
        is_first = False
    yield kept
