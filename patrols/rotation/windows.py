"""Between how many and how many leads an agency has after each patrol, for a bound D.

An agency with entitlement S keeps within D while its leads X lie in the *window*
``[ceil(S - D), floor(S + D)]``; for "less than one" that is the quota,
``[floor(S), ceil(S)]``. Leads that satisfy all windows are a flow
(``patrols.rotation.flow``).

Only finitely many deviations can occur: ``|S - k|`` for whole k. In order of size they
are the **levels** 0, 1, 2, ... All arithmetic below is on levels, that is on whole
numbers, and therefore exact; a level stands for one exact fraction (``value``).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, lcm
from operator import add

import numpy as np
import numpy.typing as npt

from patrols.rotation.ledger import NONE, Credits, Slot, closing

Integers = npt.NDArray[np.int64]


class UnreachableError(Exception):
    """No leads keep within this bound (the argument)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The open patrols of a ledger: who may lead each, and what everybody is due.

    Rows are open patrols, columns agencies. A row stands for the moments after this
    patrol and after each given one up to the next open one: it has the highest and
    the lowest due (carried + entitlement - given leads). A due is kept as its whole
    part and the level of its fraction; for the lowest, the level of what lacks to
    the next whole number.
    """

    codes: list[str]
    rows: list[int]  # where in the ledger the open patrols are
    is_eligible: npt.NDArray[np.bool_]
    high: Integers
    above: Integers
    low: Integers
    below: Integers
    parts: list[int]  # the deviations under one, in order, as multiples of
    scale: Fraction

    @classmethod
    def of(cls, ledger: Sequence[Slot], carried: Credits | None = None) -> "Windows":
        """Return the windows of a ledger; they begin at its first open patrol."""
        rows = [n for n, slot in enumerate(ledger) if slot.is_open]
        start = rows[0] if rows else len(ledger)
        credit = closing(ledger[:start], carried)
        rest = ledger[start:]
        codes = sorted({*credit, *(c for s in rest for c in (*s.weights, *s.booked()))})
        dues, scale = _dues(rest, codes, credit)
        sizes = {part for due in dues for d in due for part in (d % scale, -d % scale)}
        parts = sorted({0, *sizes})
        level = {part: n for n, part in enumerate(parts)}
        # The moments from each open patrol up to the next, those given between.
        ends = [*(n - start for n in rows), len(rest)][1:]
        spans = [dues[n - start : end] for n, end in zip(rows, ends, strict=True)]
        highest = [d for span in spans for d in _columns(max, span)]
        lowest = [d for span in spans for d in _columns(min, span)]
        shape = (len(rows), len(codes))

        def table(numbers: Iterable[int]) -> Integers:
            return np.fromiter(numbers, np.int64, shape[0] * shape[1]).reshape(shape)

        return cls(
            codes,
            rows,
            table(c in ledger[n].weights for n in rows for c in codes) == 1,
            table(d // scale for d in highest),
            table(level[d % scale] for d in highest),
            table(d // scale for d in lowest),
            table(level[-d % scale] or len(parts) for d in lowest),
            parts,
            Fraction(1, scale),
        )

    @property
    def under_one(self) -> int:
        """The highest level of all that are less than one."""
        return len(self.parts) - 1

    def value(self, level: int) -> Fraction:
        """Return the deviation that a level stands for."""
        whole, part = divmod(level, len(self.parts))
        return whole + self.parts[part] * self.scale

    def level(self, bound: Fraction) -> int:
        """Return the highest level that is not above a bound."""
        size = floor((bound - floor(bound)) / self.scale)
        part = bisect_right(self.parts, size) - 1
        return floor(bound) * len(self.parts) + part

    def limits(
        self, level: int, plan: Integers | None = None
    ) -> tuple[Integers, Integers]:
        """Return least and most leads after each open patrol.

        Leads never fall and rise by one at most, so limits bind before and after.
        With ``plan``, numbers of leads, nobody leaves the quota except towards them.
        Raises ``UnreachableError`` if no number is left.
        """
        least, most = self.bare(level)
        if plan is not None:
            low, high = self.bare(self.under_one)
            least = np.maximum(least, np.minimum(low, plan))
            most = np.minimum(most, np.maximum(high, plan))
        chances = np.cumsum(self.is_eligible, axis=0)
        least = np.maximum.accumulate(np.maximum(least, 0), axis=0)
        begun = np.maximum.accumulate((least - chances)[::-1], axis=0)[::-1]
        most = np.minimum(most, chances)
        most = np.minimum.accumulate(most[::-1], axis=0)[::-1]
        room = np.minimum.accumulate(most - chances, axis=0)
        least, most = begun + chances, room + chances
        if (least > most).any():
            raise UnreachableError(self.value(level))
        return least, most

    def bare(self, level: int) -> tuple[Integers, Integers]:
        """Return the window of every agency after each open patrol by itself."""
        size = len(self.parts)
        least = self.high - (level - self.above) // size
        return least, self.low + 1 + (level - self.below) // size

    def counts(self, leads: Sequence[int]) -> Integers:
        """Return how many of the open patrols each agency has led after each."""
        taken = np.zeros(self.high.shape, np.int64)
        taken[np.arange(len(leads)), list(leads)] = 1
        return np.cumsum(taken, axis=0)

    def reached(self, leads: Sequence[int]) -> int:
        """Return the level of a plan: the largest deviation at any moment."""
        return int(self.off(self.counts(leads)).max(initial=0))

    def named(self, ledger: Sequence[Slot], leads: Sequence[int]) -> list[str]:
        """Return the leads of the whole ledger; these are the open ones' columns."""
        names = [slot.name for slot in ledger]
        for row, lead in zip(self.rows, leads, strict=True):
            names[row] = self.codes[lead]
        return names

    def off(self, counts: Integers, row: slice | int = slice(None)) -> Integers:
        """Return the levels of these numbers of leads."""
        size = len(self.parts)
        behind = (self.high[row] - counts) * size + self.above[row]
        ahead = (counts - self.low[row] - 1) * size + self.below[row]
        off: Integers = np.maximum(behind, ahead)
        return off


def _columns(
    extreme: Callable[[Iterable[int]], int], span: list[list[int]]
) -> Iterable[int]:
    """Return the extreme of each column; most spans are one row."""
    return span[0] if len(span) == 1 else map(extreme, zip(*span, strict=True))


def _dues(
    ledger: Sequence[Slot], codes: list[str], credit: Credits
) -> tuple[list[list[int]], int]:
    """Return what everybody is due after each patrol, as multiples of 1/scale."""
    distinct = {frozenset(slot.weights.items()): slot for slot in ledger}
    shares = {weights: slot.shares() for weights, slot in distinct.items()}
    booked = [slot.booked() for slot in ledger]
    scale = lcm(
        *{
            f.denominator
            for part in (credit, *shares.values(), *booked)
            for f in part.values()
        }
    )

    def row(parts: Mapping[str, Fraction]) -> list[int]:
        return [int(parts.get(code, NONE) * scale) for code in codes]

    steps = {weights: row(each) for weights, each in shares.items()}
    place = {code: n for n, code in enumerate(codes)}
    due = row(credit)
    dues = []
    for slot, given in zip(ledger, booked, strict=True):
        due = list(map(add, due, steps[frozenset(slot.weights.items())]))
        for code, part in given.items():
            due[place[code]] -= int(part * scale)
        dues.append(due)
    return dues, scale
