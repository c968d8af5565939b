"""What if another agency led this patrol: the fewest other leads that change.

A plan within a bound is a flow (``patrols.rotation.flow``). To give one lead to
another agency sends one unit round a cycle: the agency that has one more must shed
one, before or after; who takes that one must shed one in turn, until the chain reaches
the agency that lost the first. Any plan with that lead differs from the published one
by cycles, and of these only one holds this patrol; without the others the plan is
still within the bound and changes less. So **one shortest path is the exact answer**:
no solver, and no plan changes less.

Nodes are (agency, patrol): this agency has one lead too many from this patrol on.
From there it is passed along the agency's chain, forwards (it has one more after this
patrol) or backwards (one less before it), which changes no lead but moves the agency's
deviation; or, at a patrol that it leads, to another that may lead it: one change.
Where no path stays within one, the path with the smallest largest deviation says what
bound can be kept (a bottleneck path), and the shortest within that is taken.
"""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import pairwise
from math import inf

import numpy as np

from patrols.rotation.ledger import Credits, Slot
from patrols.rotation.windows import Windows

# Patrol and agency in one number, row by row; after the last, where all chains end.
Node = int
# To which node, at what level, and at what price in changed leads.
Move = tuple[Node, int, int]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What if this agency led: the other leads that change, and what it does.

    ``changed`` maps places in the ledger to the agencies that would lead there.
    ``is_within`` tells whether all stay within one lead, or within what the plan
    reaches as it is, should that be more; ``reached`` is the deviation.
    """

    lead: str
    changed: dict[int, str]
    is_within: bool
    reached: Fraction


def what_if(
    ledger: Sequence[Slot],
    place: int,
    carried: Credits | None = None,
    *,
    free: Collection[int] | None = None,
) -> dict[str, Counterfactual]:
    """Return the counterfactuals of one lead: one for each other that could have led.

    All leads are given. ``free`` are the places of the others that may change; without
    it, all later ones. Leads named outside the rotation, and those handed over, stay.
    Deviations count from the first patrol that may change.
    """
    own = ledger[place]
    if not _is_free(own):
        return {}
    others = range(place, len(ledger)) if free is None else free
    changeable = {place, *(n for n in others if _is_free(ledger[n]))}
    windows = Windows.of(
        [Slot(s.weights) if n in changeable else s for n, s in enumerate(ledger)],
        carried,
    )
    course = _Course(windows, [ledger[n].lead or "" for n in windows.rows])
    row = windows.rows.index(place)
    return {
        code: course.instead(row, code)
        for code in sorted(own.weights)
        if code != own.lead
    }


def _is_free(slot: Slot) -> bool:
    return slot.served is None and slot.lead in slot.weights


class _Course:
    """A plan as a graph: what each agency can pass on, when, and to whom."""

    def __init__(self, windows: Windows, leads: Sequence[str]) -> None:
        columns = {code: n for n, code in enumerate(windows.codes)}
        self.windows = windows
        self.leads = [columns[lead] for lead in leads]
        counts = windows.counts(self.leads)
        self.bound = max(windows.under_one, windows.reached(self.leads))
        # The level of each agency after each patrol with one lead more, or one less.
        self.more = windows.off(counts + 1).ravel().tolist()
        self.less = windows.off(counts - 1).ravel().tolist()
        self.width = len(windows.codes)
        self.end = len(self.more)
        # At a node whose agency leads its patrol: to whom that may go.
        self.takers: dict[Node, list[Node]] = {}
        for row, (lead, may) in enumerate(
            zip(self.leads, windows.is_eligible, strict=True)
        ):
            others = row * self.width + np.flatnonzero(may)
            self.takers[row * self.width + lead] = others.tolist()

    def instead(self, row: int, code: str) -> Counterfactual:
        """Return what changes if this agency leads the patrol of a row."""
        first = row * self.width
        start = first + self.windows.codes.index(code)
        goal = first + self.leads[row]
        path = self._shortest(start, goal, self.bound)
        is_within = bool(path)
        if not path:
            path = self._shortest(start, goal, self._bottleneck(start, goal))
        leads = list(self.leads)
        changed = {}
        for old, new in pairwise([goal, *path]):
            (here, _lead), (there, lead) = (
                divmod(old, self.width),
                divmod(new, self.width),
            )
            if here == there < len(leads):
                leads[here] = lead
                if here != row:
                    changed[self.windows.rows[here]] = self.windows.codes[lead]
        reached = self.windows.value(self.windows.reached(leads))
        return Counterfactual(code, changed, is_within, reached)

    def _moves(self, node: Node) -> list[Move]:
        """Return where a lead too many can go from a node."""
        width, end = self.width, self.end
        if node == end:
            # Whoever has one less in the end takes it.
            return [(other, self.less[other], 0) for other in range(end - width, end)]
        moves = [(min(node + width, end), self.more[node], 0)]
        if node >= width:
            moves.append((node - width, self.less[node - width], 0))
        if node in self.takers:
            moves += [(other, 0, 1) for other in self.takers[node]]
        return moves

    def _shortest(self, start: Node, goal: Node, bound: int) -> list[Node]:
        """Return the path with the fewest changes within a level, if there is one."""
        # Breadth first; what costs nothing goes to the front.
        waiting = deque([start])
        price: list[float] = [inf] * (self.end + 1)
        before = [start] * (self.end + 1)
        is_done = bytearray(self.end + 1)
        price[start] = 0
        while waiting:
            node = waiting.popleft()
            if node == goal:
                return _back(before, start, goal)
            if is_done[node]:
                continue
            is_done[node] = True
            for other, level, cost in self._moves(node):
                if level <= bound and price[node] + cost < price[other]:
                    price[other], before[other] = price[node] + cost, node
                    (waiting.append if cost else waiting.appendleft)(other)
        return []

    def _bottleneck(self, start: Node, goal: Node) -> int:
        """Return the smallest level within which there is a path."""
        waiting = [(self.bound, start)]
        is_done = bytearray(self.end + 1)
        while True:
            level, node = heappop(waiting)
            if node == goal:
                return level
            if not is_done[node]:
                is_done[node] = True
                for other, its, _cost in self._moves(node):
                    if not is_done[other]:
                        heappush(waiting, (its if its > level else level, other))


def _back(before: list[Node], start: Node, goal: Node) -> list[Node]:
    path = [goal]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]
