"""Figures: what was measured, the limit beside it, and what is asked of it.

Where a figure has a limit, floor and goal ask for its ratio to the limit; elsewhere for
the value itself. A goal above its floor means that more is better.
"""

import json
import os
import platform
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of ``var/bench.json``."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    floor: float | None = None
    goal: float | None = None

    @property
    def verdict(self) -> str:
        """Return how it stands to floor and goal; nothing where nothing is asked."""
        if self.floor is None:
            return ""
        reached = self.value if self.ratio is None else self.ratio
        is_more_better = self.goal is not None and self.goal > self.floor
        if self.goal is not None and _is_within(
            reached, self.goal, more=is_more_better
        ):
            return "goal"
        return (
            "floor"
            if _is_within(reached, self.floor, more=is_more_better)
            else "MISSED"
        )


def _is_within(reached: float, wanted: float, *, more: bool) -> bool:
    return reached >= wanted if more else reached <= wanted


def beside(
    name: str,
    value: float,
    unit: str,
    limit: float,
    floor: float | None = None,
    goal: float | None = None,
) -> Figure:
    """Return a figure with the limit that was measured beside it."""
    return Figure(name, value, unit, limit, value / limit, floor, goal)


def alternating(
    measures: dict[str, Callable[[], float]], rounds: int = ROUNDS
) -> dict[str, float]:
    """Measure all in turn, several times; return each one's median."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _round in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the nearest-rank percentile of some values."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def machine() -> str:
    """Return what class of machine this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{cores} cores ({platform.machine()}), {memory:.0f} GB, Python {python}"


def write(figures: Iterable[Figure], place: Path) -> None:
    """Write the figures for machines."""
    rows = [
        {k: _short(v) if isinstance(v, float) else v for k, v in asdict(one).items()}
        for one in figures
    ]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(rows, indent=1) + "\n")


def table(figures: Iterable[Figure], command: str) -> str:
    """Return the figures as the Markdown that docs/performance.md holds."""
    day = datetime.now(UTC).date()
    lines = [
        f"`{command}`, {day}, {machine()}",
        "",
        "| figure | value | limit | ratio | floor | goal | |",
        "|---|--:|--:|--:|--:|--:|---|",
    ]
    for one in figures:
        numbers = [one.limit, one.ratio, one.floor, one.goal]
        cells = [one.name, f"{_text(one.value)} {one.unit}".strip()]
        cells += ["" if number is None else _text(number) for number in numbers]
        lines.append(f"| {' | '.join([*cells, one.verdict])} |")
    return "\n".join(lines) + "\n"


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def _text(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
