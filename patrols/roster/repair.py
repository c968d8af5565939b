"""A published plan that no longer holds, mended with as few changes as can be.

What still holds is kept. First only the free places are filled: where that leaves no
gap and nobody lost could have stayed, no roster without gaps calls fewer. Otherwise a
ring of patrols and agencies around what was lost is solved anew: fewest gaps, then
fewest people newly called, proven together; then the rest, as well as a moment allows.
If gaps remain that the published plan had not, the ring widens: more days, then all
agencies.
"""

from dataclasses import dataclass, replace
from time import monotonic

from patrols.roster.bounds import flow_bound
from patrols.roster.case import Case
from patrols.roster.model import Model
from patrols.roster.plan import Plan
from patrols.roster.pools import equip
from patrols.roster.problem import Problem
from patrols.roster.roster import Pair, Roster
from patrols.roster.search import as_plan

DAY = 24 * 3600
MOMENT = 0.3  # seconds for what is only nicer
# Days before and after what was lost, and whether all agencies are free.
RINGS = ((1, 3, False), (3, 7, False), (3, 7, True))


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended plan: duties lost, people newly called, and whether that is the least.

    ``ring`` is how often the ring was widened; ``patrols`` how many were free in it.
    """

    plan: Plan
    lost: int
    changes: int
    is_minimal: bool
    ring: int
    patrols: int


def repair(problem: Problem, published: Plan, *, seconds: float = 10.0) -> Repair:
    """Return a published plan mended for a problem as it is now."""
    ends = monotonic() + seconds
    problem = replace(
        problem, published=published.assignments, published_units=published.units
    )
    case = Case(problem)
    units, unequipped = equip(problem)
    roster = Roster(case).load(published)
    kept = roster.pairs()
    known = {(a.officer, a.patrol) for a in published.assignments}
    now = {(case.officers[o].id, case.patrols[p].id) for o, p in kept}
    hurt = _hurt(roster, published)
    # Whoever cannot go, whatever the plan, leaves a place that only a call can fill.
    is_sure = not any(_could_stay(case, *pair) for pair in known - now)
    ring, count, is_minimal = 0, len(hurt), True
    if hurt and not (is_sure and _fill(roster, hurt, ends)):
        for ring, (before, after, is_wide) in enumerate(RINGS):
            if ring and monotonic() > ends:
                break
            roster.restore(kept)
            patrols, people = _ring(case, hurt, before, after, is_wide)
            count = len(patrols)
            freed = _crews(roster, patrols, people)
            is_minimal = _mend(roster, patrols, people, ends, freed)
            if not _hurt(roster, published):
                break
    plan = as_plan(roster, units, unequipped, flow_bound(case))
    return Repair(plan, len(known - now), plan.terms.changes, is_minimal, ring, count)


def _could_stay(case: Case, officer: str, patrol: str) -> bool:
    """Return whether a pair of the published plan could be had in some other one."""
    o, p = case.officer_of.get(officer), case.patrol_of.get(patrol)
    return o is not None and p is not None and bool(case.can[o, p])


def _fill(roster: Roster, hurt: dict[int, set[int]], ends: float) -> bool:
    """Fill free places and move nobody; return whether no patrol near has a gap left.

    With gaps around, published ones too, it is the ring that finds the fewest.
    """
    case = roster.case
    people = set().union(*hurt.values())
    near, _people = _ring(case, hurt, *RINGS[0])
    if not _mend(roster, sorted(hurt), people, ends, freed=[]):
        return False
    wanting = {case.patrol_of[gap.patrol] for gap in roster.gaps() if not gap.officer}
    return wanting.isdisjoint(near)


def _hurt(roster: Roster, published: Plan) -> dict[int, set[int]]:
    """Return the patrols that lack what the published plan did not, with agencies."""
    case = roster.case
    known = {(gap.rule, gap.patrol, gap.detail): gap.count for gap in published.gaps}
    found: dict[int, set[int]] = {}
    for gap in roster.gaps():
        if not gap.is_of_crew:
            continue
        if gap.count > known.get((gap.rule, gap.patrol, gap.detail), 0):
            p = case.patrol_of[gap.patrol]
            agencies = found.setdefault(p, set())
            if gap.rule == "H2":
                agencies |= case.places[p].keys()
            elif gap.detail in case.agency:
                agencies.add(case.agency[gap.detail])
    return found


def _ring(
    case: Case,
    hurt: dict[int, set[int]],
    before: int,
    after: int,
    is_wide: bool,  # noqa: FBT001 - a row of RINGS
) -> tuple[list[int], set[int]]:
    """Return the patrols near what is hurt, and the agencies that are free in them."""
    people = set(range(len(case.agencies))) if is_wide else set().union(*hurt.values())
    starts = [int(case.start[p]) for p in hurt]
    patrols = [
        p
        for p in range(case.shape[1])
        if people & case.places[p].keys()
        and any(s - before * DAY <= case.start[p] <= s + after * DAY for s in starts)
    ]
    return patrols, people


def _crews(roster: Roster, patrols: list[int], people: set[int]) -> list[Pair]:
    """Return who may be taken off some patrols."""
    return [
        (o, p)
        for p in patrols
        for o in sorted(roster.crews[p])
        if (o, p) not in roster.pinned and roster.case.agency_of[o] in people
    ]


def _mend(
    roster: Roster,
    patrols: list[int],
    people: set[int],
    ends: float,
    freed: list[Pair],
) -> bool:
    """Solve some patrols; return whether gaps and changes are proven least."""
    case = roster.case
    for pair in freed:
        roster.remove(*pair)
    model = Model(roster, patrols, people)
    shorts = {var.index for var in model.shorts.values()}
    gaps = [(var, price) for var, price in model.priced if var.index in shorts]
    changes = [(var, _notice(case, pair)) for pair, var in model.x.items()]
    changes = [(var, price) for var, price in changes if price]
    # One gap weighs more than all who could be called.
    places = sum(sum(case.places[p].values()) for p in patrols)
    above = 1 + places * max((price for _var, price in changes), default=0)
    aims = [(var, price * above) for var, price in gaps] + changes
    known, is_proven = freed, False
    for parts in (aims, None):
        left = ends - monotonic()
        if parts is None and left < 0.05:
            break
        model.minimize(parts)
        model.hint(known)
        answer = model.solve(max(left, 0.5) if parts else min(left, MOMENT))
        if answer.is_found:
            known = answer.pairs
        if parts and answer.value is not None:
            is_proven = answer.is_optimal
            model.cap(parts, round(answer.value))
    for pair in known:
        roster.add(*pair)
    return is_proven


def _notice(case: Case, pair: Pair) -> int:
    """Return what it counts to call somebody newly: more at short notice."""
    weights, (o, p) = case.weights, pair
    if not case.changed[o, p]:
        return 0
    return max(1, weights.changes + weights.late_changes * bool(case.is_late[p]))
