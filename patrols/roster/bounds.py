"""How good a roster can be at best: bounds that are stored with every plan.

``flow_bound``: a min-cost flow per agency. Places are filled at the least price, an
officer takes at most so many duties as do not clash; language, certificates, command
and hours are left out. It takes a moment.

``linear_bound``: the linear relaxation of the model. It is nearer, and takes seconds to
minutes; it is asked for by itself, after a search.
"""

from dataclasses import replace
from math import ceil, inf
from time import monotonic
from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow
from ortools.linear_solver.python import model_builder

from patrols.roster.case import Case, Numbers
from patrols.roster.model import Model, Var
from patrols.roster.plan import Plan
from patrols.roster.problem import Problem
from patrols.roster.roster import Roster

# As many possible assignments are relaxed together.
WHOLE = 6_000


def flow_bound(case: Case) -> int:
    """Return a bound on all terms but equipment, from one flow per agency."""
    roster = Roster(case)
    total = sum(_agency_bound(roster, a) for a in range(len(case.agencies)))
    rows = [o for o, p in roster.pinned]
    columns = [p for o, p in roster.pinned]
    pinned = int(case.pair[rows, columns].sum())
    return total + pinned + case.hoped * case.weights.wishes


def _agency_bound(roster: Roster, a: int) -> int:
    """Return the least price of one agency's places, and of the fair share of duties.

    Patrol -> officer at the price of the pair; an officer's duties cost nothing up to
    the band and its price beyond, and what is below the band is paid for as well. That
    is a convex price of the number of duties: an arc for each step.
    """
    case, people = roster.case, roster.case.people[a]
    price = case.weights.band
    flow = min_cost_flow.SimpleMinCostFlow()
    wanted = [p for p in range(case.shape[1]) if roster.room(p, a)]
    if not wanted:
        return _shortfall(roster, a)
    source, sink = 0, 1
    nodes = {p: 2 + n for n, p in enumerate(wanted)}
    supply = 0
    for p in wanted:
        room = roster.room(p, a)
        supply += room
        flow.add_arc_with_capacity_and_unit_cost(source, nodes[p], room, 0)
        flow.add_arc_with_capacity_and_unit_cost(
            nodes[p], sink, room, case.weights.unfilled
        )
    part = slice(people.start, people.stop)
    ready = case.can[part] & (roster.clashes[part] == 0)
    columns = np.array(wanted)
    rested = columns[np.argsort(case.rested[a][columns], kind="stable")]
    for n, o in enumerate(people):
        node = 2 + len(wanted) + n
        mine = np.flatnonzero(ready[n, columns])
        if not len(mine):
            continue
        flow.add_arcs_with_capacity_and_unit_cost(
            2 + mine,
            np.full(len(mine), node),
            np.ones(len(mine), np.int64),
            case.pair[o, columns[mine]],
        )
        most = _most(case, a, rested[ready[n, rested]])
        done = int(roster.counts[0, o])
        below = min(most, max(0, int(case.low[0, o]) - done))
        within = min(most, max(below, int(case.high[0, o]) - done)) - below
        for size, cost in (
            (below, -price),
            (within, 0),
            (most - below - within, price),
        ):
            if size > 0:
                flow.add_arc_with_capacity_and_unit_cost(node, sink, size, cost)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    if flow.solve() != flow.OPTIMAL:
        return 0
    return int(flow.optimal_cost()) + _shortfall(roster, a)


def _shortfall(roster: Roster, a: int) -> int:
    """Return what the fair share of duties costs if nobody is sent any more."""
    case, part = roster.case, slice(*_ends(roster.case, a))
    low = case.low[0, part] - roster.counts[0, part]
    high = roster.counts[0, part] - case.high[0, part]
    return case.weights.band * int(np.maximum(np.maximum(low, high), 0).sum())


def _ends(case: Case, a: int) -> tuple[int, int]:
    return case.people[a].start, case.people[a].stop


def _most(case: Case, a: int, patrols: Numbers) -> int:
    """Return how many of some patrols, in order of rest, one officer could do."""
    count, rested = 0, -(10**12)
    spans = zip(
        case.start[patrols].tolist(), case.rested[a][patrols].tolist(), strict=True
    )
    for starts, ends in spans:
        if starts >= rested:
            count, rested = count + 1, ends
    return count


def linear_bound(problem: Problem, seconds: float = 60.0) -> int | None:
    """Return the bound of the linear relaxation; None if time was too short.

    Beyond ``WHOLE`` possible assignments it is that of each agency by itself, without
    certificates, without a language common to all agencies of a crew, and without steps
    back on the clock, of which there are many and each costs little. It is a little
    lower, and there much sooner.
    """
    case = Case(problem)
    if int(case.can.sum()) <= WHOLE:
        return _relaxation(Roster(case), None, seconds)
    case = Case(replace(problem, weights=replace(problem.weights, backward=0)))
    roster = Roster(case)
    ends = monotonic() + seconds
    total = roster.cost()
    total -= roster.terms().certificates * case.weights.certificates
    for a in range(len(case.agencies)):
        least = _relaxation(roster, a, ends - monotonic())
        if least is None:
            return None
        total += least
    return total


def _relaxation(roster: Roster, a: int | None, seconds: float) -> int | None:
    """Return the least cost of the relaxation; for one agency, what it adds or saves.

    Of one agency, certificates cost nothing: others may bring them.
    """
    model = Model(roster, range(roster.case.shape[1]), None if a is None else [a])
    certificates = {var.index for need, var in model.shorts.items() if need[0] == "H2"}
    priced = [
        (var, 0 if a is not None and var.index in certificates else price)
        for var, price in model.priced
    ]
    relaxed = _relaxed(model, [*priced, *model.pairs()])
    solver = model_builder.Solver("HIGHS")
    solver.set_time_limit_in_seconds(max(0.01, seconds))
    if solver.solve(relaxed) != model_builder.SolveStatus.OPTIMAL:
        return None
    if a is None:
        return ceil(solver.objective_value - 1e-3) + model.constant()
    alone = model.hinted(())
    return ceil(solver.objective_value - 1e-3) - sum(
        price * alone[var.index] for var, price in priced
    )


def tighten(problem: Problem, plan: Plan, *, seconds: float = 60.0) -> Plan:
    """Return a plan with the better of its own bound and the linear one."""
    found = None if plan.is_optimal else linear_bound(problem, seconds)
    if found is None:
        return plan
    found += plan.terms.equipment * problem.weights.equipment
    return replace(plan, bound=min(plan.cost, max(plan.bound, found)))


def _relaxed(model: Model, prices: list[tuple[Var, int]]) -> model_builder.Model:
    """Return the rows of a CP-SAT model as a linear programme."""
    relaxed = model_builder.Model()  # type: ignore[no-untyped-call]
    helper = relaxed.helper
    for one in model.model.proto.variables:
        low, high = one.domain[0], one.domain[len(one.domain) - 1]
        index = helper.add_var()
        helper.set_var_lower_bound(index, low)
        helper.set_var_upper_bound(index, high)
    for row in model.model.proto.constraints:
        variables, factors, low, high = _row(row)
        index = helper.add_linear_constraint()
        helper.set_constraint_lower_bound(index, low if low > -1e15 else -inf)
        helper.set_constraint_upper_bound(index, high if high < 1e15 else inf)
        for variable, factor in zip(variables, factors, strict=True):
            helper.add_term_to_constraint(index, variable, factor)
    for var, weight in prices:
        helper.set_var_objective_coefficient(var.index, weight)
    return relaxed


def _row(row: Any) -> tuple[list[int], list[int], float, float]:
    """Return variables, factors and limits of one constraint."""
    if row.has_linear():
        linear = row.linear
        low, high = linear.domain[0], linear.domain[len(linear.domain) - 1]
        return list(linear.vars), list(linear.coeffs), low, high
    if row.has_bool_or():
        found = list(row.bool_or.literals)
        signs = [1 if one >= 0 else -1 for one in found]
        plain = [one if one >= 0 else -one - 1 for one in found]
        return plain, signs, 1 - signs.count(-1), inf
    is_exact = row.has_exactly_one()
    found = list((row.exactly_one if is_exact else row.at_most_one).literals)
    return found, [1] * len(found), 1 if is_exact else -inf, 1
