"""The best order of a whole horizon, proved best.

Lexicographic goals: (1) nobody leads who may not, and deviations stay below one (or,
where given leads forbid it, as little and as short above it as possible); (2) the
fewest avoidable back-to-back leads; (3) then the smallest deviation; (4) then the
lowest price, for whatever else is preferred (the owner leads, a commander's load).

The search is dynamic programming over the patrols. Within the quota an agency has
after each patrol one of two numbers of leads, and their sum is known; so the *states*
(who has the higher number, who led last) are few: at most ``m * C(m, m/2)``, that is
560 for eight agencies. Per state only the best plan so far is kept: repeats add up
and the largest deviation only grows, so a plan that has more repeats, or as many and
a larger deviation, never becomes the better one (Bellman). The fourth goal takes a
second pass within the deviation that the first has found.

With many more agencies the states may be too many. Then CP-SAT searches the same
windows for as long as it is given, and says how far its proof got
(``patrols.rotation.search``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from patrols.rotation.flow import cheapest, feasible, smallest
from patrols.rotation.ledger import Credits, Slot
from patrols.rotation.windows import Integers, Windows

# States in all; beyond, CP-SAT. So many take ten seconds or so.
MOST_STATES = 5_000_000

Price = Callable[[int, str], int]


@dataclass(frozen=True, slots=True)
class Order:
    """Leads for a whole ledger, and what is proved about them.

    ``reached`` is the largest deviation, ``repeats`` the avoidable back-to-back leads,
    both from the first open patrol on. No plan within the bound has fewer repeats than
    ``fewest``.
    """

    leads: list[str]
    reached: Fraction
    repeats: int
    fewest: int


class TooManyError(Exception):
    """There are more states than can be held."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """The best plans up to one patrol, one per state."""

    counts: Integers  # leads above the least, by state and agency
    last: Integers
    repeats: Integers
    second: Integers  # the largest level so far, or the price so far
    parent: Integers


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be ordered: windows, their limits, and which repeats count.

    ``pairs`` tells of each open patrol whether leading it and the open one just
    before counts; ``given`` how many repeats with given neighbours a lead makes.
    """

    windows: Windows
    least: Integers
    most: Integers
    pairs: npt.NDArray[np.bool_]
    given: Integers
    start: Sequence[int]  # some leads within the limits
    price: Integers | None = None

    @property
    def width(self) -> Integers:
        """Between how many numbers of leads each agency has the choice, less one."""
        return self.most - self.least

    def repeats(self, leads: Sequence[int]) -> int:
        """Count the avoidable back-to-back leads of a plan."""
        rows = np.arange(len(leads))
        same = np.append(False, np.diff(leads) == 0)
        return int((same & self.pairs).sum() + self.given[rows, list(leads)].sum())


def order(
    ledger: Sequence[Slot],
    carried: Credits | None = None,
    *,
    tail: Sequence[Slot] = (),
    price: Price | None = None,
    seconds: float = 10,
) -> Order:
    """Return the best order of a ledger; given leads are kept.

    ``tail`` are imagined patrols after the last; with it the horizon can be continued
    (``patrols.rotation.opening.tail_of``). ``price`` says what it costs that an agency
    leads a patrol, by place in the ledger and code. ``seconds`` limits CP-SAT alone.
    """
    task = _task(ledger, tail, carried)
    asked = None if price is None else _prices(task.windows, price, len(ledger))
    try:
        leads = best(task)
        fewest = task.repeats(leads)
        if asked is not None:
            leads = best(_within(task, leads, asked))
    except TooManyError:
        # It brings CP-SAT, and pandas with it: two seconds that few ever need.
        from patrols.rotation.search import search  # noqa: PLC0415

        leads, fewest = search(replace(task, price=asked), seconds)
    return _result(ledger, task, leads, fewest)


def even(ledger: Sequence[Slot], carried: Credits | None = None) -> Order:
    """Return leads with the smallest deviation, then the least total of squares.

    Back-to-back leads do not matter to it; it leaves the most room for surprises, and
    needs the fewest changes after one.
    """
    task = _task(ledger, (), carried)
    level, _leads = smallest(task.windows)
    return _result(ledger, task, cheapest(task.windows, level), 0)


def _result(
    ledger: Sequence[Slot], task: Task, leads: Sequence[int], fewest: int
) -> Order:
    """Return leads by name, and what they reach in the ledger itself."""
    windows = task.windows
    own = sum(row < len(ledger) for row in windows.rows)
    reached = windows.off(windows.counts(leads))[:own].max(initial=0)
    names = [slot.name for slot in ledger]
    for row, lead in zip(windows.rows[:own], leads, strict=False):
        names[row] = windows.codes[lead]
    return Order(names, windows.value(int(reached)), task.repeats(leads), fewest)


def _task(
    ledger: Sequence[Slot], tail: Sequence[Slot], carried: Credits | None
) -> Task:
    """Return the windows to search: the quota, where leads within it exist."""
    windows = Windows.of([*ledger, *tail], carried)
    level, plan = windows.under_one, None
    start = feasible(windows, level)
    if start is None:
        level, _leads = smallest(windows)
        start = cheapest(windows, level)
        plan = windows.counts(start)
    least, most = windows.limits(level, plan)
    pairs = np.zeros(len(windows.rows), bool)
    given = np.zeros(least.shape, np.int64)
    for row, place in enumerate(windows.rows):
        for other in (place - 1, place + 1):
            if not 0 <= other < len(ledger) or place >= len(ledger):
                continue
            if len(ledger[place].weights) == len(ledger[other].weights) == 1:
                continue
            if not ledger[other].is_open:
                given[row] += [code == ledger[other].name for code in windows.codes]
            elif other < place:
                pairs[row] = True
    return Task(windows, least, most, pairs, given, start)


def _prices(windows: Windows, price: Price, length: int) -> Integers:
    """Return the prices as a table; the tail is free."""
    table = np.zeros(windows.high.shape, np.int64)
    for row, place in enumerate(windows.rows):
        if place < length:
            table[row] = [price(place, code) for code in windows.codes]
    return table


def _within(task: Task, leads: Sequence[int], price: Integers) -> Task:
    """Return the same task within the deviation that leads reach, with prices."""
    windows = task.windows
    least, most = windows.bare(windows.reached(leads))
    return replace(
        task,
        least=np.maximum(task.least, least),
        most=np.minimum(task.most, most),
        price=price,
    )


def best(task: Task) -> list[int]:
    """Return the best leads (columns), by dynamic programming.

    Raises ``TooManyError``.
    """
    rows, columns = task.least.shape
    radix = int(task.width.max(initial=0)) + 1
    if radix**columns * columns >= 2**62:
        raise TooManyError
    nothing = np.zeros(1, np.int64)
    start = np.zeros((1, columns), np.int64)
    layer = _Layer(start, nothing - 1, nothing, nothing, nothing)
    unit = radix ** np.arange(columns)
    trace, held = [], 0
    for row in range(rows):
        layer = _step(task, row, layer, unit)
        trace.append((layer.last.astype(np.int8), layer.parent.astype(np.int32)))
        held += len(layer.last)
        if held > MOST_STATES:
            raise TooManyError
    at = int(np.lexsort((layer.second, layer.repeats))[0])
    leads = []
    for last, parent in reversed(trace):
        leads.append(int(last[at]))
        at = int(parent[at])
    return leads[::-1]


def _step(task: Task, row: int, layer: _Layer, unit: Integers) -> _Layer:
    """Return the best plans up to this row from those up to the row before."""
    width = task.width[row]
    begun = layer.counts - (task.least[row] - (task.least[row - 1] if row else 0))
    # Who is outside now must be the one that leads, and come inside by it.
    out = (begun < 0) | (begun > width)
    may = task.windows.is_eligible[row] & (begun >= -1) & (begun < width)
    parent, lead = np.nonzero(may & (out.sum(axis=1, keepdims=True) == out))
    repeats = layer.repeats[parent] + task.given[row, lead]
    if task.pairs[row]:
        repeats += layer.last[parent] == lead
    second = layer.second[parent]
    if task.price is not None:
        second = second + task.price[row, lead]
    state = ((begun @ unit)[parent] + unit[lead]) * len(unit) + lead
    ranked = np.lexsort((second, repeats, state))
    is_first = np.diff(state[ranked], prepend=-1) != 0
    keep = ranked[is_first]
    parent, lead, second = parent[keep], lead[keep], second[keep]
    counts = begun[parent]
    counts[np.arange(len(keep)), lead] += 1
    if task.price is None:
        worst = task.windows.off(counts + task.least[row], row).max(axis=1)
        second = np.maximum(second, worst)
    return _Layer(counts, lead, repeats[keep], second, parent)
