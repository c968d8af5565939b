"""CP-SAT with somebody watching: a search that stops soon after it is told to."""

from collections.abc import Callable
from threading import Event, Thread

from ortools.sat.python import cp_model

WATCH = 0.2  # seconds


def watched(
    solver: cp_model.CpSolver,
    model: cp_model.CpModel,
    should_stop: Callable[[], bool] | None,
) -> cp_model.CpSolverStatus:
    """Solve; ``should_stop`` is asked all the while, from a thread of its own."""
    if should_stop is None:
        return solver.solve(model)
    done = Event()

    def watch() -> None:
        while not done.wait(WATCH):
            if should_stop():
                solver.stop_search()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()
