"""The order of very many agencies, by CP-SAT: what dynamic programming cannot hold.

The same windows as linear constraints, the flow's plan as the first solution, the
goals of ``patrols.rotation.order`` one after the other, each with a part of the time.
Whatever time there is, the answer is within the windows: at worst the flow's plan.
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
from ortools.sat.python import cp_model

from patrols.rotation.order import Task
from patrols.rotation.windows import Integers


def search(task: Task, seconds: float) -> tuple[list[int], int]:
    """Return the best leads found, and a number of repeats that no plan is below."""
    leads, fewest = _Model(task, task.start).fewest_repeats(seconds / 2)
    leads = _Model(task, leads).smallest_deviation(seconds / 4)
    if task.price is not None:
        leads = _Model(task, leads).lowest_price(task.price, seconds / 4)
    return leads, fewest


class _Model:
    """Leads within the limits of a task that are no worse than some found before."""

    def __init__(self, task: Task, start: Sequence[int]) -> None:
        self.task, self.start = task, start
        self.model = cp_model.CpModel()
        rows = range(len(start))
        self.leads = [
            {
                int(column): self.model.new_bool_var("")
                for column in np.flatnonzero(task.windows.is_eligible[row])
            }
            for row in rows
        ]
        for row in rows:
            self.model.add_exactly_one(self.leads[row].values())
            for column, lead in self.leads[row].items():
                self.model.add_hint(lead, column == start[row])
        self.counts = [
            [self._count(row, column) for column in range(len(task.windows.codes))]
            for row in rows
        ]
        self.repeats = self._repeats()

    def fewest_repeats(self, seconds: float) -> tuple[list[int], int]:
        """Return the leads with the fewest repeats found, and the bound proved."""
        self.model.minimize(self.repeats)
        return self._solved(seconds)

    def smallest_deviation(self, seconds: float) -> list[int]:
        """Return the most even leads found with no more repeats than before."""
        windows = self.task.windows
        self.model.add(self.repeats <= self.task.repeats(self.start))
        lower, upper = windows.off(self.task.least), windows.off(self.task.most)
        reached = windows.reached(self.start)
        worst = self.model.new_int_var(0, reached, "")
        self.model.add_hint(worst, reached)
        # Between two numbers of leads the deviation is one of two; where given leads
        # leave more room the limits hold, and that is all.
        for row, column in np.argwhere(self.task.width <= 1).tolist():
            low, high = int(lower[row, column]), int(upper[row, column])
            more = self.counts[row][column] - int(self.task.least[row, column])
            self.model.add(worst >= low + (high - low) * more)
        self.model.minimize(worst)
        return self._solved(seconds)[0]

    def lowest_price(self, price: Integers, seconds: float) -> list[int]:
        """Return the cheapest leads found that are as good as before otherwise."""
        self.model.add(self.repeats <= self.task.repeats(self.start))
        least, most = self.task.windows.bare(self.task.windows.reached(self.start))
        for row, counts in enumerate(self.counts):
            for column, count in enumerate(counts):
                self.model.add(count >= int(least[row, column]))
                self.model.add(count <= int(most[row, column]))
        self.model.minimize(
            sum(
                int(price[row, column]) * lead
                for row, leads in enumerate(self.leads)
                for column, lead in leads.items()
            )
        )
        return self._solved(seconds)[0]

    def _count(self, row: int, column: int) -> cp_model.IntVar:
        least, most = self.task.least[row, column], self.task.most[row, column]
        return self.model.new_int_var(int(least), int(most), "")

    def _repeats(self) -> cp_model.LinearExprT:
        """Tie the numbers of leads together; return the sum of all repeats."""
        terms: list[cp_model.LinearExprT] = []
        for row, leads in enumerate(self.leads):
            before = self.counts[row - 1] if row else [0] * len(self.counts[0])
            for column, count in enumerate(self.counts[row]):
                self.model.add(count == before[column] + leads.get(column, 0))
            if self.task.pairs[row]:
                repeat = self.model.new_bool_var("")
                terms.append(repeat)
                for column, lead in leads.items():
                    if column in self.leads[row - 1]:
                        self.model.add(repeat >= lead + self.leads[row - 1][column] - 1)
            given = self.task.given[row]
            terms += [int(given[column]) * lead for column, lead in leads.items()]
        return sum(terms)

    def _solved(self, seconds: float) -> tuple[list[int], int]:
        """Return the leads found in this time, else those at the start, and a bound."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.linearization_level = 2
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return list(self.start), 0
        leads = [
            next(column for column, lead in row.items() if solver.boolean_value(lead))
            for row in self.leads
        ]
        return leads, ceil(solver.best_objective_bound - 1e-6)
