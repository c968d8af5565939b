"""Leads within the windows of a bound, as flows.

Theorem. For any shares that add up to one per patrol there are leads with
``floor(S_i(t)) <= X_i(t) <= ceil(S_i(t))`` for every agency after every patrol, and
nobody leads who has no share. Proof: the rows of that system are the patrols, a
partition, and per agency its prefixes, which are nested. Two laminar families give a
network matrix, so with whole limits the polytope has whole vertices; the shares
themselves lie in it, so it is not empty. QED. (Baranyai-type rounding; the support
is kept, which Tijdeman's bound for the chairman problem does not promise.)

The network: each patrol sends one lead to one of its eligible agencies, and along the
*chain* of an agency, from patrol to patrol, runs the number of its leads so far,
between the limits of ``Windows``. Lower limits become supplies, as usual. With given
leads or carried credits the shares may lie outside; then windows of a higher level
make the same network, and bisection finds the lowest that has a flow: the smallest
bound that anybody can keep, proved by the flow and by the cut one level below.
"""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from patrols.rotation.windows import Integers, UnreachableError, Windows

# One lead off, squared, in units of cost.
_SQUARE = 1000
# Among equals the first by code: as if a little were owed to it. In leads.
_FIRST = 0.02


def feasible(windows: Windows, level: int) -> list[int] | None:
    """Return leads (columns) of which nobody exceeds a level, or None; one flow."""
    if not windows.rows:
        return []
    try:
        least, most = windows.limits(level)
    except UnreachableError:
        return None
    rows, columns = least.shape
    chains = _chains(rows, columns)
    slot, agency = np.nonzero(windows.is_eligible)
    source, target, end = (chains[-1, 0] + n for n in (1, 2, 0))
    starts = np.diff(least, axis=0, prepend=0)
    solver = SimpleMaxFlow()
    arcs = [
        (np.full(rows, source), np.arange(rows), np.ones(rows)),
        (slot, chains[slot, agency], np.ones(len(slot))),
        (chains[:-1], chains[1:], most - least),
        (chains[:-1], np.full(starts.shape, target), starts),
        (np.array([end]), np.array([target]), np.array([rows - least[-1].sum()])),
    ]
    tails, heads, room = (
        np.concatenate([np.ravel(part) for part in parts])
        for parts in zip(*arcs, strict=True)
    )
    if room.min() < 0:
        return None
    numbers = solver.add_arcs_with_capacity(
        tails.astype(np.int32), heads.astype(np.int32), room.astype(np.int64)
    )
    solver.solve(int(source), int(target))
    if solver.optimal_flow() < rows:
        return None
    return _leads(solver.flows(numbers[rows : rows + len(slot)]), slot, agency)


def cheapest(windows: Windows, level: int, price: Integers | None = None) -> list[int]:
    """Return leads within a level of the lowest price; one min-cost flow.

    ``price`` is what each lead costs, by row and column. Of equal price, those with
    the least excess over the quota are taken, and of these the ones with the least
    total of squared deviations. Raises ``UnreachableError``.
    """
    if not windows.rows:
        return []
    least, most = windows.limits(level)
    rows, columns = least.shape
    chains = _chains(rows, columns)
    slot, agency = np.nonzero(windows.is_eligible)
    tails, heads, room, cost = _steps(windows, least, most, chains)
    asked = np.zeros(len(slot), np.int64)
    if price is not None:
        asked = price[slot, agency] * (1 + int((np.abs(cost) * room).sum()))
    solver = SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([slot, tails]).astype(np.int32),
        np.concatenate([chains[slot, agency], heads]).astype(np.int32),
        np.concatenate([np.ones(len(slot)), room]).astype(np.int64),
        np.concatenate([asked, cost]).astype(np.int64),
    )
    begun = -np.diff(least, axis=0, prepend=0).ravel()
    supplies = np.concatenate([np.ones(rows), begun, [least[-1].sum() - rows]])
    solver.set_nodes_supplies(
        np.arange(len(supplies), dtype=np.int32), supplies.astype(np.int64)
    )
    status = solver.solve()
    if status == SimpleMinCostFlow.INFEASIBLE:
        raise UnreachableError(windows.value(level))
    if status != SimpleMinCostFlow.OPTIMAL:
        raise ArithmeticError(f"min-cost flow: {status.name}")
    return _leads(solver.flows(numbers[: len(slot)]), slot, agency)


def smallest(windows: Windows) -> tuple[int, list[int]]:
    """Return the lowest level that leads can keep, and such leads; by bisection."""
    none, level = -1, windows.under_one
    while (leads := feasible(windows, level)) is None:
        none, level = level, 2 * level + 1
    level = windows.reached(leads)
    while level - none > 1:
        middle = (none + level) // 2
        found = feasible(windows, middle)
        if found is None:
            none = middle
        else:
            level, leads = windows.reached(found), found
    return level, leads


def _chains(rows: int, columns: int) -> Integers:
    """Return the nodes of the agencies after each patrol; all chains end in one."""
    nodes = rows + np.arange(rows * columns).reshape(rows, columns)
    return np.vstack([nodes, np.full((1, columns), rows + rows * columns)])


def _steps(
    windows: Windows, least: Integers, most: Integers, chains: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """Return the arcs of the chains; one per further lead, the later the dearer."""
    tails, heads = chains[:-1].ravel(), chains[1:].ravel()
    width = (most - least).ravel()
    each = np.repeat(np.arange(len(width)), width)
    begin = np.repeat(np.cumsum(width) - width, width)
    count = least.ravel()[each] + np.arange(len(each)) - begin
    one = windows.scale.denominator
    share = np.array([part / one for part in [*windows.parts, one]])
    columns = len(windows.codes)
    due = (windows.high + share[windows.above] + windows.low + 1) / 2
    due += -share[windows.below] / 2 + _FIRST * (1 - np.arange(columns) / columns)
    squares = np.rint(_SQUARE * (2 * (count - due.ravel()[each]) + 1)).astype(np.int64)
    low, high = (limit.ravel()[each] for limit in windows.bare(windows.under_one))
    excess = (count >= high).astype(np.int64) - (count < low)
    cost = squares + excess * (1 + int(np.abs(squares).sum()))
    return tails[each], heads[each], np.ones(len(each), np.int64), cost


def _leads(flows: Sequence[int], slot: Integers, agency: Integers) -> list[int]:
    leads = np.empty(int(slot[-1]) + 1 if len(slot) else 0, np.int64)
    chosen = np.asarray(flows) == 1
    leads[slot[chosen]] = agency[chosen]
    return [int(lead) for lead in leads]
