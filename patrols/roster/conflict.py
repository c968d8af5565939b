"""Why there is no full roster: what cannot be had together, verified.

A *requirement* is one place count, certificate or command of one patrol. A conflict is
some of them that no roster meets together, while every smaller part can be met.
CP-SAT gives a first core from assumption literals; because a core can be wrong
(or-tools issues 5141 and 4109), each is solved again as plain constraints, and so is
every step of the deletion that makes it minimal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from ortools.sat.python import cp_model

from patrols.roster.case import Case
from patrols.roster.greedy import Greedy
from patrols.roster.law import Law
from patrols.roster.model import Model, Need
from patrols.roster.plan import Plan
from patrols.roster.problem import Problem
from patrols.roster.roster import Roster

RULES = ("H4", "H5", "H6", "H7", "H8", "H9")
STEPS = (1, 2, 4, 8, 16, 32, 64)
BRIEF = 2.0  # seconds for one question
ENDLESS = {"H5": 0, "H6": 24 * 7 + 1, "H7": 60}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one patrol asks: H1 of an agency, H2 of a certificate, H3 of the lead."""

    rule: str
    patrol: str
    detail: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Requirements that cannot be met together, though all but any one can.

    ``relaxing`` names the rules of which dropping a single one would make it possible.
    """

    requirements: tuple[Requirement, ...]
    relaxing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """The least that is missing, by rule in order of priority; proven or not."""

    missing: tuple[tuple[str, int], ...]
    is_proven: bool

    @property
    def total(self) -> int:
        """Return how much is missing in all."""
        return sum(count for _rule, count in self.missing)


def shortage(
    problem: Problem,
    *,
    priority: Sequence[str] = ("H1", "H3", "H2"),
    seconds: float = 20.0,
) -> Shortage:
    """Return how little can be missing: first as few of the first rule, and so on.

    It is one search: one missing of a rule weighs more than all that can be missing of
    those after it. It begins from a greedy roster.
    """
    case = Case(problem)
    model = Model(Roster(case), range(case.shape[1]), is_soft=False)
    weights, above = dict.fromkeys(priority, 0), 1
    for rule in reversed(priority):
        weights[rule] = above
        asked = (most for need, most in model.asked.items() if need[0] == rule)
        above *= 1 + sum(asked)
    model.minimize([(var, weights[n[0]]) for n, var in model.shorts.items()])
    first = Roster(case)
    Greedy(first).fill()
    model.hint(first.pairs())
    answer = model.solve(seconds)
    missing = dict.fromkeys(priority, 0)
    if answer.is_found:
        for need, count in answer.shorts.items():
            missing[need[0]] += count
    else:
        for gap in first.gaps():
            if gap.rule in missing and not gap.officer:
                missing[gap.rule] += gap.count
    return Shortage(tuple(missing.items()), answer.is_optimal)


def conflict(
    problem: Problem, plan: Plan | None = None, *, seconds: float = 5.0
) -> Conflict | None:
    """Return a minimal conflict around a gap of a plan, or anywhere without one.

    None if everything can be met together, or if time was too short to prove that it
    cannot.
    """
    ends = monotonic() + seconds
    case = Case(problem)
    gaps = plan.gaps if plan else ()
    starts = [case.patrol_of[gap.patrol] for gap in gaps if gap.is_of_crew]
    for near in _grown(case, starts[0] if starts else None):
        found = _requirements(case, near)
        if is_possible(problem, found) is False:
            core = _shrink(problem, _core(problem, near, found), ends)
            if not core:
                return None
            others = (r for r in RULES if is_possible(relax(problem, r), core))
            return Conflict(tuple(core), tuple(others))
        if monotonic() > ends:
            return None
    return None


def _grown(case: Case, middle: int | None) -> Iterable[list[int]]:
    """Yield more and more patrols around one, and at last all."""
    if middle is not None:
        near = case.near(middle)
        yield from (near[:count] for count in STEPS if count < len(near))
    yield list(range(case.shape[1]))


def _requirements(case: Case, patrols: Iterable[int]) -> list[Requirement]:
    """Return all that some patrols ask for beside what is pinned."""
    chosen = {case.patrols[p].id for p in patrols}
    return [
        Requirement(gap.rule, gap.patrol, gap.detail)
        for gap in Roster(case).gaps()
        if gap.is_of_crew and gap.patrol in chosen
    ]


def _named(case: Case, need: Need) -> Requirement:
    rule, p, detail = need
    return Requirement(rule, case.patrols[p].id, detail)


def is_possible(
    problem: Problem, asked: Iterable[Requirement], seconds: float = BRIEF
) -> bool | None:
    """Return whether some requirements can be met together; None if time ran out."""
    wanted = set(asked)
    case, model = _posed(problem, {one.patrol for one in wanted})
    for need, short in model.shorts.items():
        if _named(case, need) in wanted:
            model.model.add(short == 0)
    answer = model.solve(seconds)
    return True if answer.is_found else (False if answer.is_impossible else None)


def _posed(problem: Problem, patrols: set[str]) -> tuple[Case, Model]:
    """Return the model of some patrols, beside all that is pinned."""
    kept = patrols | {pin.patrol for pin in problem.pins}
    part = replace(
        problem,
        patrols=tuple(one for one in problem.patrols if one.id in kept),
        wishes=(),
        published=(),
    )
    case = Case(part)
    free = [case.patrol_of[one] for one in sorted(patrols) if one in case.patrol_of]
    return case, Model(Roster(case), free, is_soft=False)


def _core(
    problem: Problem, near: list[int], found: list[Requirement]
) -> list[Requirement]:
    """Return a part of the requirements that cannot be met; all if none is sure."""
    case, model = _posed(problem, {one.patrol for one in found})
    literals = {}
    for need, short in model.shorts.items():
        literal = model.model.new_bool_var("")
        model.model.add(short == 0).only_enforce_if(literal)
        literals[literal.index] = _named(case, need)
        model.model.add_assumption(literal)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = BRIEF
    if solver.solve(model.model) != cp_model.INFEASIBLE:
        return found
    indices = solver.sufficient_assumptions_for_infeasibility()
    core = [literals[index] for index in indices if index in literals]
    return core if core and is_possible(problem, core) is False else found


def _shrink(
    problem: Problem, core: list[Requirement], ends: float
) -> list[Requirement]:
    """Leave out one after the other as long as the rest cannot be met either.

    Returns nothing if time does not allow to show that it is minimal.
    """
    for one in list(core):
        rest = [other for other in core if other != one]
        if monotonic() > ends:
            return []
        possible = is_possible(problem, rest) if rest else True
        if possible is None:
            return []
        if not possible:
            core = rest
    return core


def relax(problem: Problem, rule: str) -> Problem:
    """Return the problem without one rule (H4 to H9)."""
    if rule == "H4":
        patrols = tuple(replace(one, languages=()) for one in problem.patrols)
        return replace(problem, patrols=patrols)
    if rule == "H9":
        patrols = tuple(replace(one, territories=()) for one in problem.patrols)
        return replace(problem, patrols=patrols)
    if rule == "H8":
        officers = tuple(replace(one, away=()) for one in problem.officers)
        return replace(problem, officers=officers)
    others = tuple(law for law in problem.laws if law.rule != rule)
    return replace(problem, laws=(*others, Law(rule, ENDLESS[rule])))
