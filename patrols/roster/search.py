"""The search: any time, from a first roster to the best one that time allows.

Equipment exactly, a greedy roster, matching sweeps, then large neighbourhood search:
CP-SAT solves some agencies' duties over some days anew while all others stay, and the
result is kept if it is no worse. Neighbourhoods grow while they are solved to the end,
and shrink when they are not. A problem small enough is at last solved whole, which
proves the optimum.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil
from random import Random
from time import monotonic

from patrols.roster.bounds import flow_bound
from patrols.roster.case import Case
from patrols.roster.greedy import Greedy
from patrols.roster.model import Answer, Model
from patrols.roster.plan import Gap, Plan
from patrols.roster.pools import equip
from patrols.roster.problem import Assignment, Problem, Use
from patrols.roster.roster import Pair, Roster
from patrols.roster.sweeps import Sweeps

Stop = Callable[[], bool]
# As many possible assignments CP-SAT is given whole.
SMALL = 6_000
IDLE = 4  # parts in a row that bring nothing, then the whole
PATIENCE = 8.0  # seconds for the whole at first; twice as long every time after
SWEEPS = 6
REPORTS = 0.3  # seconds between two of them


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: points, and how much is missing."""

    cost: int
    bound: int
    gaps: int

    @property
    def gap(self) -> float:
        """Return (cost - bound) / cost, between 0 and 1."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def solve(
    problem: Problem,
    *,
    seconds: float,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Stop | None = None,
    seed: int = 0,
) -> Plan:
    """Return the best plan found in some seconds, or when told to stop.

    There is always one: what cannot be had is named in its gaps. ``should_stop`` is
    asked several times a second, while CP-SAT works from another thread.
    """
    search = Search(problem, seconds, on_progress, should_stop, seed)
    search.run()
    return search.plan()


class Search:
    """One run over one problem."""

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Stop | None = None,
        seed: int = 0,
    ) -> None:
        self.ends = monotonic() + seconds
        self.on_progress, self.should_stop = on_progress, should_stop
        self.dice = Random(seed)  # noqa: S311 - repeatable, not secret
        self.case = Case(problem)
        self.units, self.unequipped = equip(problem)
        self.equipment = problem.weights.equipment * sum(
            gap.count for gap in self.unequipped
        )
        self.size = int(self.case.can.sum())
        self.roster = Roster(self.case)
        self.best = self.roster.pairs()
        self.cost = self.roster.cost()
        self.bound = 0
        self.is_optimal = False
        self.told = 0.0

    def is_over(self) -> bool:
        """Return whether time is up, or somebody said stop."""
        if monotonic() >= self.ends:
            return True
        return self.should_stop is not None and self.should_stop()

    def run(self) -> None:
        """Search until proven, out of time or told to stop."""
        Greedy(self.roster).fill()
        is_least = self.size <= SMALL and bool(self._lacking()) and self._fewest()
        self._keep()
        if not is_least:
            self._close_gaps()
        self.bound = max(self.bound, flow_bound(self.case))
        self._sweep()
        self._improve()

    def _keep(self) -> bool:
        """Remember the roster if it is no worse than the best, else go back."""
        cost = self.roster.cost()
        is_better = cost < self.cost
        if cost <= self.cost:
            self.best, self.cost = self.roster.pairs(), cost
        else:
            self.roster.restore(self.best)
        self._tell()
        return is_better

    def _tell(self) -> None:
        if self.on_progress and monotonic() - self.told >= REPORTS:
            self.told = monotonic()
            gaps = self.roster.terms().gaps + sum(g.count for g in self.unequipped)
            extra = self.equipment
            self.on_progress(Progress(self.cost + extra, self.bound + extra, gaps))

    def _sweep(self) -> None:
        sweeps = Sweeps(self.roster, self.dice)
        for left in reversed(range(SWEEPS)):
            if self.is_over():
                return
            sweeps.sweep(40 * left, self.is_over)
            self._keep()

    def _lacking(self) -> list[int]:
        """Return the patrols that lack something."""
        return [
            p
            for p in range(self.case.shape[1])
            if any(n > 0 for n in self.roster.missing_places[p].values())
            or self.roster.lacking(p)
            or not self.roster.has_commander(p)
        ]

    def _fewest(self) -> bool:
        """Solve the whole for what is missing alone; return whether that is proven.

        It takes a moment, and the rest is sooner found from there.
        """
        freed = self._free(range(self.case.shape[1]), None)
        model = Model(self.roster, range(self.case.shape[1]), is_soft=False)
        model.minimize(model.priced)
        model.hint(freed)
        seconds = min(PATIENCE, self.ends - monotonic())
        answer = model.solve(seconds, self.dice.getrandbits(30), self.is_over)
        for pair in answer.pairs if answer.is_found else freed:
            self.roster.add(*pair)
        if answer.is_found:
            self.bound = max(self.bound, ceil(answer.bound - 1e-6))
        return answer.is_optimal

    def _close_gaps(self) -> None:
        """Try for every patrol that lacks something to free those around it."""
        for p in self._lacking():
            if self.is_over():
                return
            self._solve(self.case.near(p)[:12], None, 1.0)
            self._keep()

    def _improve(self) -> None:
        """Free one part after the other, of a size that can just be solved.

        A small problem is solved whole whenever that has brought nothing for a while,
        and for longer every time.
        """
        size, idle, patience = 300.0, 0, PATIENCE
        while not self.is_over():
            if size >= self.size or (idle >= IDLE and self.size <= SMALL):
                if self._whole(patience):
                    return
                size, idle, patience = size / 2, 0, 2 * patience
                continue
            patrols, people = self._choose(size)
            cost = self.cost
            answer = self._solve(patrols, people, 2.0)
            self._keep()
            size = size * 1.1 if answer.is_optimal else max(size * 0.7, 50)
            idle = 0 if self.cost < cost else idle + 1

    def _choose(self, size: float) -> tuple[list[int], list[int] | None]:
        """Return some patrols and agencies with about so many possible assignments."""
        case, dice = self.case, self.dice
        lacking = self._lacking()
        is_mixed = dice.random() < 0.5 or len(case.agencies) == 1
        if lacking and dice.random() < 0.3:
            middle = dice.choice(lacking)
            is_mixed = True
        else:
            middle = dice.randrange(case.shape[1])
        people = None if is_mixed else [dice.choice(sorted(case.places[middle]) or [0])]
        order = sorted(range(case.shape[1]), key=lambda q: (abs(q - middle), q))
        if people:
            order = [q for q in order if people[0] in case.places[q]]
        elif dice.random() < 0.6:
            mine = case.places[middle].keys()
            order = [q for q in order if mine & case.places[q].keys()]
        chosen, total = [], 0.0
        for q in order:
            crews = case.places[q] if people is None else people
            total += sum(
                int(case.can[case.people[a].start : case.people[a].stop, q].sum())
                for a in crews
            )
            chosen.append(q)
            if total >= size:
                break
        return chosen, people

    def _free(self, patrols: Iterable[int], people: list[int] | None) -> list[Pair]:
        """Take off whoever may move, and return them."""
        roster = self.roster
        freed = [
            (o, p)
            for p in patrols
            for o in sorted(roster.crews[p])
            if (o, p) not in roster.pinned
            and (people is None or self.case.agency_of[o] in people)
        ]
        for pair in freed:
            roster.remove(*pair)
        return freed

    def _solve(
        self, patrols: list[int], people: list[int] | None, seconds: float
    ) -> Answer:
        """Solve a part anew, as well as time allows; the roster is what came out."""
        freed = self._free(patrols, people)
        model = Model(self.roster, patrols, people)
        model.minimize()
        model.hint(freed)
        seconds = min(seconds, self.ends - monotonic())
        answer = model.solve(seconds, self.dice.getrandbits(30), self.is_over)
        for pair in answer.pairs if answer.is_found else freed:
            self.roster.add(*pair)
        return answer

    def _whole(self, seconds: float) -> bool:
        """Solve everything at once; return whether that proved the best."""
        answer = self._solve(list(range(self.case.shape[1])), None, seconds)
        if answer.value is not None:
            # What the model leaves out is the same for every answer.
            rest = self.roster.cost() - answer.value
            self.bound = max(self.bound, ceil(answer.bound + rest - 1e-6))
        self._keep()
        self.is_optimal = answer.is_optimal
        return answer.is_optimal

    def plan(self) -> Plan:
        """Return the best plan so far."""
        self.roster.restore(self.best)
        return as_plan(
            self.roster, self.units, self.unequipped, self.bound, self.is_optimal
        )


def as_plan(
    roster: Roster,
    units: list[Use],
    unequipped: list[Gap],
    bound: int,
    is_optimal: bool = False,  # noqa: FBT001, FBT002 - what a search knows
) -> Plan:
    """Return a roster as a plan; ``bound`` is that of all terms but equipment."""
    case = roster.case
    assignments, languages = [], {}
    before = {(a.patrol, a.officer) for a in case.problem.published if a.is_commander}
    for p, crew in enumerate(roster.crews):
        patrol = case.patrols[p].id
        able = [o for o in sorted(crew) if case.commands[o, p]]
        able.sort(key=lambda o: (patrol, case.officers[o].id) not in before)
        commander = roster.commanded.get(p, able[0] if able else -1)
        assignments += [
            Assignment(patrol, case.officers[o].id, o == commander)
            for o in sorted(crew)
        ]
        if crew and (heard := roster.common(p, crew)):
            languages[patrol] = case.languages[(heard & -heard).bit_length() - 1]
    short = sum(gap.count for gap in unequipped)
    terms = replace(roster.terms(), equipment=short)
    cost = terms.cost(case.weights)
    lower = cost if is_optimal else bound + short * case.weights.equipment
    return Plan(
        assignments=tuple(assignments),
        units=tuple(units),
        languages=languages,
        gaps=(*roster.gaps(), *unequipped),
        terms=terms,
        cost=cost,
        bound=min(cost, lower),
        is_optimal=is_optimal,
    )
