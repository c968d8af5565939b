"""The roster as a CP-SAT model: some patrols free, everything else as it stands.

Rest and overlap are one interval graph: a duty lasts until its officer is rested, and
of every maximal clique an officer takes at most one patrol. That makes the linear
relaxation strong, and with ``linearization_level`` 2 one worker closes it quickly
(scheduling.md, B2). What is missing is a variable with a price, so that a model always
has a solution.
"""

from collections.abc import Callable, Iterable

from ortools.sat.python import cp_model

from patrols.roster.case import apart, cliques, steps_back
from patrols.roster.roster import Pair, Roster
from patrols.roster.watch import watched

Var = cp_model.IntVar
Need = tuple[str, int, str]  # rule, patrol, agency or certificate
MANY = 10**6


class Model:
    """The free places of some patrols, beside a roster that holds the rest.

    ``people`` limits the free agencies, by number. ``x`` are the possible assignments,
    ``shorts`` what may be missing of what is ``asked``. Without ``is_soft``, only what
    is missing is counted. The roster is read, not changed.
    """

    def __init__(
        self,
        roster: Roster,
        patrols: Iterable[int],
        people: Iterable[int] | None = None,
        *,
        is_soft: bool = True,
    ) -> None:
        self.roster = roster
        self.case = roster.case
        self.model = cp_model.CpModel()
        self.x: dict[Pair, Var] = {}
        self.by_officer: dict[int, list[int]] = {}
        self.shorts: dict[Need, Var] = {}
        self.asked: dict[Need, int] = {}
        self.priced: list[tuple[Var, int]] = []
        # Variables that follow from x: max(0, low - n, n - high) of n taken.
        self.counted: list[tuple[Var, list[Pair], int, int]] = []
        self.spoken: list[tuple[int, list[int], dict[int, Var]]] = []
        self.agencies = None if people is None else set(people)
        self.patrols = sorted(set(patrols))
        for p in self.patrols:
            self._crew(p)
        for o, free in self.by_officer.items():
            self._rest(o, free)
            self._hours(o, free)
            self._in_a_row(o, free)
            if is_soft:
                self._shares(o, free)
                self._backward(o, free)

    # --- one patrol -----------------------------------------------------------

    def _crew(self, p: int) -> None:
        roster, case, model = self.roster, self.case, self.model
        crew: list[int] = []
        # Each requirement: what is short of it, who could meet it, and how many.
        asked: list[tuple[Var, list[int], int]] = []
        for a in sorted(case.places[p]):
            room = roster.room(p, a)
            if not room or (self.agencies is not None and a not in self.agencies):
                continue
            found = roster.free(p, a)
            if heard := roster.common(p, roster.crews[p]):
                found = [o for o in found if case.speaks[o] & heard]
            for o in found:
                self.x[o, p] = model.new_bool_var("")
                self.by_officer.setdefault(o, []).append(p)
            short = self._short("H1", p, case.agencies[a], room)
            self.counted.append((short, [(o, p) for o in found], room, MANY))
            model.add(self._taken([(o, p) for o in found]) + short == room)
            asked.append((short, found, room))
            crew += found
        for name, lack in roster.lacking(p).items():
            held = [o for o in crew if case.holds[name][o, p]]
            asked.append((self._ask("H2", p, name, lack, held), held, lack))
        if not roster.has_commander(p):
            able = [o for o in crew if case.commands[o, p]]
            short = self._ask("H3", p, case.patrols[p].lead, 1, able)
            asked.append((short, able, 1))
        self._language(p, crew, asked)

    def _short(self, rule: str, p: int, detail: str, most: int) -> Var:
        weights = self.case.weights
        price = {"H1": weights.unfilled, "H2": weights.certificates}
        short = self.model.new_int_var(0, most, "")
        self.shorts[rule, p, detail] = short
        self.asked[rule, p, detail] = most
        self.priced.append((short, price.get(rule, weights.commanders)))
        return short

    def _ask(self, rule: str, p: int, detail: str, n: int, able: list[int]) -> Var:
        short = self._short(rule, p, detail, n)
        pairs = [(o, p) for o in able]
        self.counted.append((short, pairs, n, MANY))
        self.model.add(self._taken(pairs) + short >= n)
        return short

    def _taken(self, pairs: Iterable[Pair]) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.sum([self.x[pair] for pair in pairs])

    def _language(
        self, p: int, crew: list[int], asked: list[tuple[Var, list[int], int]]
    ) -> None:
        """Choose one language; who does not speak it stays at home.

        A requirement is met by those who speak what is chosen. That follows, but the
        linear relaxation does not see it: half of each language would do for everybody.
        """
        roster, case, model = self.roster, self.case, self.model
        heard = roster.common(p, roster.crews[p])
        if not heard or not crew or heard & roster.common(p, crew):
            return
        bits = [1 << n for n in range(heard.bit_length()) if heard >> n & 1]
        chosen = {bit: model.new_bool_var("") for bit in bits}
        model.add_exactly_one(chosen.values())
        self.spoken.append((p, crew, chosen))
        for o in crew:
            spoken = [var for bit, var in chosen.items() if case.speaks[o] & bit]
            if len(spoken) < len(bits):
                model.add_bool_or([self.x[o, p].negated(), *spoken])
        for short, able, n in asked:
            for bit, var in chosen.items():
                meet = [(o, p) for o in able if case.speaks[o] & bit]
                if len(meet) < len(able):
                    model.add(self._taken(meet) + short >= n * var)

    # --- one officer ----------------------------------------------------------

    def _rest(self, o: int, free: list[int]) -> None:
        for clique in cliques(self.case, self.case.agency_of[o], free):
            if len(clique) > 1:
                self.model.add_at_most_one(self.x[o, p] for p in clique)

    def _hours(self, o: int, free: list[int]) -> None:
        case, a = self.case, self.case.agency_of[o]
        found: dict[int, list[tuple[Var, int]]] = {}
        for p in free:
            for week, part in case.hours[a][p]:
                found.setdefault(week, []).append((self.x[o, p], part))
        for week, parts in found.items():
            left = case.days[a].limits[week] - self.roster.used[o][week]
            if sum(part for _var, part in parts) > left:
                self.model.add(_weighted(parts) <= left)

    def _in_a_row(self, o: int, free: list[int]) -> None:
        """Of n + 1 days in a row, one at least is free (H7)."""
        case, a = self.case, self.case.agency_of[o]
        worked = self.roster.worked[o]
        touching: dict[int, list[int]] = {}
        for p in free:
            for day in case.touched[a][p]:
                if not worked[day]:
                    touching.setdefault(day, []).append(p)
        days: dict[int, Var] = {}
        for first in self._spans(o, touching):
            span = range(first, first + case.days[a].streaks[first] + 1)
            for day in touching.keys() & set(span) - days.keys():
                days[day] = self._day(o, touching[day])
            self.model.add_bool_or(days[day].negated() for day in span if day in days)

    def _spans(self, o: int, touching: dict[int, list[int]]) -> list[int]:
        """Return the first days of spans that could all be worked."""
        case, a = self.case, self.case.agency_of[o]
        worked, streaks = self.roster.worked[o], case.days[a].streaks
        may = [bool(n) or day in touching for day, n in enumerate(worked)]
        run = [0] * (len(may) + 1)
        for day in reversed(range(len(may))):
            run[day] = run[day + 1] + 1 if may[day] else 0
        return [
            first
            for first, length in enumerate(run[:-1])
            if length > streaks[first]
            and any(day in touching for day in range(first, first + streaks[first] + 1))
        ]

    def _day(self, o: int, patrols: list[int]) -> Var:
        """Return the variable that is true if any of some patrols is taken."""
        day = self.model.new_bool_var("")
        for clique in cliques(self.case, self.case.agency_of[o], patrols):
            self.model.add(self._taken((o, p) for p in clique) <= day)
            self.counted.append((day, [(o, p) for p in clique], 0, 0))
        return day

    def _shares(self, o: int, free: list[int]) -> None:
        """Count duties, nights and weekends outside the fair share."""
        case, a, weights = self.case, self.case.agency_of[o], self.case.weights
        for kind, price in enumerate((weights.band, weights.nights, weights.weekends)):
            flags = case.counted[kind][a]
            mine = [(o, p) for p in free if flags[p]]
            done = int(self.roster.counts[kind, o])
            low, high = int(case.low[kind, o]) - done, int(case.high[kind, o]) - done
            if not mine or (low <= 0 and len(mine) <= high):
                continue
            most = max(low, len(mine) - high, -high)
            outside = self.model.new_int_var(0, most, "")
            self.counted.append((outside, mine, low, high))
            taken = self._taken(mine)
            if low > 0:
                self.model.add(outside + taken >= low)
            if len(mine) > high:
                self.model.add(taken - outside <= high)
            self.priced.append((outside, price))

    def _backward(self, o: int, free: list[int]) -> None:
        """Price every pair of duties of which the later starts earlier in the day."""
        case, price = self.case, self.case.weights.backward
        if not price:
            return
        a = case.agency_of[o]
        # Patrols with the same successors share a variable: fewer, and a tighter row.
        before: dict[tuple[int, ...], list[int]] = {}
        for n, p in enumerate(free):
            for group in apart(case, a, steps_back(case, a, p, free[n + 1 :])):
                before.setdefault(tuple(group), []).append(p)
        for seconds, firsts in before.items():
            for first in apart(case, a, firsts):
                step = self.model.new_bool_var("")
                pairs = [(o, q) for q in (*first, *seconds)]
                self.counted.append((step, pairs, 0, 1))
                self.model.add(self._taken(pairs) <= step + 1)
                self.priced.append((step, price))

    # --- all together ---------------------------------------------------------

    def pairs(self) -> list[tuple[Var, int]]:
        """Return the price of each possible assignment beside what is fixed."""
        case, price = self.case, self.case.weights.backward
        pair, rears = case.pair, self.roster.rears
        return [
            (var, int(pair[o, p]) + price * int(rears[o, p]))
            for (o, p), var in self.x.items()
        ]

    def minimize(self, parts: list[tuple[Var, int]] | None = None) -> None:
        """Ask for the least cost, or for the least sum of some parts."""
        chosen = [*self.priced, *self.pairs()] if parts is None else parts
        self.model.minimize(_weighted(chosen))

    def cap(self, parts: list[tuple[Var, int]], most: int) -> None:
        """Let the sum of some parts be no more than it could be brought to."""
        if parts:
            self.model.add(_weighted(parts) <= most)

    def constant(self) -> int:
        """Return what every answer costs beside the objective."""
        alone = self.hinted(())
        price = dict.fromkeys(alone, 0) | {v.index: w for v, w in self.priced}
        return self.roster.cost() - sum(price[i] * n for i, n in alone.items())

    def hint(self, pairs: Iterable[Pair]) -> None:
        """Begin from assignments that are known."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        hint = self.model.proto.solution_hint
        for index, value in self.hinted(pairs).items():
            hint.vars.append(index)
            hint.values.append(value)

    def hinted(self, pairs: Iterable[Pair]) -> dict[int, int]:
        """Return the value of every variable for some assignments."""
        known = set(pairs)
        values = {var.index: int(pair in known) for pair, var in self.x.items()}
        for var, asked, low, high in self.counted:
            taken = sum(pair in known for pair in asked)
            value = max(0, low - taken, taken - high)
            values[var.index] = max(value, values.get(var.index, 0))
        for p, crew, chosen in self.spoken:
            heard = self.roster.common(
                p, [*self.roster.crews[p], *(o for o in crew if (o, p) in known)]
            )
            first = heard & -heard
            for bit, var in chosen.items():
                values[var.index] = int(bit == first)
        return values

    def solve(
        self,
        seconds: float,
        seed: int = 0,
        should_stop: Callable[[], bool] | None = None,
    ) -> "Answer":
        """Solve with one worker until proven, out of time or told to stop."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.random_seed = seed
        status = watched(solver, self.model, should_stop)
        return Answer(self, solver, status)


class Answer:
    """What the solver said."""

    def __init__(
        self, model: Model, solver: cp_model.CpSolver, status: cp_model.CpSolverStatus
    ) -> None:
        self.is_optimal = status == cp_model.OPTIMAL
        self.is_found = self.is_optimal or status == cp_model.FEASIBLE
        self.is_impossible = status == cp_model.INFEASIBLE
        self.bound = solver.best_objective_bound
        self.value = solver.objective_value if self.is_found else None
        self.pairs: list[Pair] = []
        self.shorts: dict[Need, int] = {}
        if self.is_found:
            value = solver.boolean_value
            self.pairs = [pair for pair, var in model.x.items() if value(var)]
            self.shorts = {need: solver.value(v) for need, v in model.shorts.items()}


def _weighted(parts: list[tuple[Var, int]]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum(
        [var for var, _weight in parts], [weight for _var, weight in parts]
    )
