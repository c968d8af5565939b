"""Equipment, exactly: which unit goes on which patrol (H10).

A pool's units are one as good as another, but for maintenance. A use lasts from the
start of a patrol to its end and the turnaround. Nothing else in a roster depends on
which unit it is, so every pool is solved for itself, before anybody is assigned.

Without maintenance this is the colouring of an interval graph: in order of start, any
free unit will do, and as many units suffice as uses overlap. With maintenance, or when
there are too few, a small CP-SAT model per group of connected uses decides; what it
cannot serve is a gap, and no plan has fewer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from patrols.roster.plan import Gap
from patrols.roster.problem import Patrol, Pool, Problem, Use

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Task:
    """One unit wanted on one patrol."""

    patrol: str
    starts: float
    ends: float
    known: str  # the unit published for it, if any


def equip(problem: Problem) -> tuple[list[Use], list[Gap]]:
    """Return the units of every patrol, and the gaps; as few changes as can be."""
    pools = {(pool.agency, pool.kind): pool for pool in problem.pools}
    wanted: dict[tuple[str, str], list[Patrol]] = {}
    for patrol in sorted(problem.patrols, key=lambda one: (one.starts, one.id)):
        for key, count in patrol.equipment.items():
            if count > 0:
                wanted.setdefault(key, []).append(patrol)
    uses: list[Use] = []
    gaps: list[Gap] = []
    for key, patrols in sorted(wanted.items()):
        pool = pools.get(key, Pool(*key, units=()))
        tasks = _tasks(problem, pool, patrols)
        served = _serve(pool, tasks)
        missing: dict[str, int] = {}
        for task, unit in zip(tasks, served, strict=True):
            if unit:
                uses.append(Use(task.patrol, *key, unit))
            else:
                missing[task.patrol] = missing.get(task.patrol, 0) + 1
        name = "/".join(key)
        gaps += [Gap("H10", patrol, name, count) for patrol, count in missing.items()]
    return uses, gaps


def _tasks(problem: Problem, pool: Pool, patrols: Sequence[Patrol]) -> list[_Task]:
    key = (pool.agency, pool.kind)
    known: dict[str, list[str]] = {}
    for use in problem.published_units:
        if (use.agency, use.kind) == key:
            known.setdefault(use.patrol, []).append(use.unit)
    tasks = []
    for patrol in patrols:
        ends = patrol.ends.timestamp() + 60 * pool.turnaround_minutes
        units = known.get(patrol.id, [])
        for number in range(patrol.equipment[key]):
            unit = units[number] if number < len(units) else ""
            tasks.append(_Task(patrol.id, patrol.starts.timestamp(), ends, unit))
    return tasks


def _serve(pool: Pool, tasks: list[_Task]) -> list[str]:
    """Return a unit for every task, empty where there is none."""
    coloured = _colour(pool, tasks)
    if all(coloured) and all(
        not t.known or t.known == u for t, u in zip(tasks, coloured, strict=True)
    ):
        return coloured
    found = list(coloured)
    for group in _groups(tasks):
        part = [tasks[n] for n in group]
        for n, unit in zip(group, _solve(pool, part), strict=True):
            found[n] = unit
    return found


def _colour(pool: Pool, tasks: list[_Task]) -> list[str]:
    """Give out units in order of start: the published one, else the first free."""
    busy: dict[str, list[tuple[float, float]]] = {
        unit.id: [(s.starts.timestamp(), s.ends.timestamp()) for s in unit.away]
        for unit in pool.units
    }
    found = []
    for task in tasks:
        free = [
            unit
            for unit, spans in busy.items()
            if all(e <= task.starts or task.ends <= s for s, e in spans)
        ]
        unit = task.known if task.known in free else next(iter(free), "")
        if unit:
            busy[unit].append((task.starts, task.ends))
        found.append(unit)
    return found


def _groups(tasks: list[_Task]) -> Iterator[list[int]]:
    """Yield tasks, by number, that overlap one another in a chain."""
    group: list[int] = []
    until = float("-inf")
    for n, task in enumerate(tasks):
        if group and task.starts >= until:
            yield group
            group = []
        group.append(n)
        until = max(until, task.ends)
    if group:
        yield group


def _solve(pool: Pool, tasks: list[_Task]) -> list[str]:
    """Serve as many tasks as can be, then change as few units as can be."""
    model = cp_model.CpModel()
    takes: list[dict[str, cp_model.IntVar]] = []
    by_unit: dict[str, list[tuple[_Task, cp_model.IntVar]]] = {}
    for task in tasks:
        row = {}
        for unit in pool.units:
            spans = [(s.starts.timestamp(), s.ends.timestamp()) for s in unit.away]
            if all(e <= task.starts or task.ends <= s for s, e in spans):
                row[unit.id] = model.new_bool_var("")
                by_unit.setdefault(unit.id, []).append((task, row[unit.id]))
        model.add_at_most_one(row.values())
        takes.append(row)
    for found in by_unit.values():
        for task, _var in found:
            model.add_at_most_one(
                var for one, var in found if one.starts <= task.starts < one.ends
            )
    worth = len(tasks) + 1
    model.maximize(
        sum(
            (worth + (unit == task.known)) * var
            for task, row in zip(tasks, takes, strict=True)
            for unit, var in row.items()
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = SECONDS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _colour(pool, tasks)
    return [
        next((unit for unit, var in row.items() if solver.boolean_value(var)), "")
        for row in takes
    ]
