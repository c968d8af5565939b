"""Charts of bars as plain geometry, for SVG that the server writes; no styles in here.

Each part of a bar has a *look*, a name that the style sheet colours by theme, and says
its number in words; the table under each chart says the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from patrols.charts import Tick

WIDTH = 720
# For bars that lie: the room of the names, of the sum behind, and the height of a row.
NAMES, SUM, ROW, THICK = 236, 64, 24, 16
# For bars that stand.
HEIGHT, LEFT, TOP, BOTTOM = 240, 44, 18, 30
# Names of weeks do not run into each other.
_LEAST_BETWEEN = 62

# What is drawn: a name, and by look the numbers of its parts.
Row = tuple[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a bar."""

    look: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template draws."""

    height: int
    parts: list[Part] = field(default_factory=list)
    # Beside the bars: names, sums; and the lines of the scale.
    names: list[tuple[float, float, str]] = field(default_factory=list)
    sums: list[tuple[float, float, str]] = field(default_factory=list)
    scale: list[Tick] = field(default_factory=list)
    is_upright: bool = False
    width: int = WIDTH
    left: int = NAMES
    right: int = WIDTH - SUM
    bottom: int = 0


def lying(rows: Sequence[Row], looks: Mapping[str, str]) -> Chart:
    """Return bars that lie, one below the other: for what has long names.

    ``looks`` has the words of the looks.
    """
    most = max([sum(v for _look, v in parts) for _name, parts in rows], default=0) or 1
    span = WIDTH - SUM - NAMES
    chart = Chart(height=len(rows) * ROW + 4, bottom=len(rows) * ROW)
    for n, (name, parts) in enumerate(rows):
        y, x = n * ROW + (ROW - THICK) / 2, float(NAMES)
        for look, value in parts:
            width = round(span * value / most, 1)
            if width:
                title = f"{name}, {looks.get(look, look)}: {said(value)}"
                chart.parts.append(Part(look, round(x, 1), y, width, THICK, title))
            x += width
        middle = y + THICK / 2
        chart.names.append((NAMES - 8, middle, _short(name)))
        total = sum(value for _look, value in parts)
        chart.sums.append((round(x + 6, 1), middle, said(total)))
    return chart


def standing(rows: Sequence[Row], looks: Mapping[str, str]) -> Chart:
    """Return bars that stand, from left to right: for what follows in time."""
    most = max([sum(v for _look, v in parts) for _name, parts in rows], default=0)
    step = _step(most)
    top = max(step, ceil(most / step) * step)
    span, width = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / max(1, len(rows))
    between = max(1, ceil(_LEAST_BETWEEN / width))
    chart = Chart(
        height=HEIGHT, bottom=HEIGHT - BOTTOM, left=LEFT, right=WIDTH, is_upright=True
    )
    for n, (name, parts) in enumerate(rows):
        x, y = LEFT + n * width, float(HEIGHT - BOTTOM)
        thick = round(min(width * 0.7, 48), 1)
        for look, value in reversed(parts):
            height = round(span * value / top, 1)
            y -= height
            if height:
                title = f"{name}, {looks.get(look, look)}: {said(value)}"
                at = round(x + (width - thick) / 2, 1)
                chart.parts.append(Part(look, at, round(y, 1), thick, height, title))
        if n % between == 0:
            chart.names.append((round(x + width / 2, 1), HEIGHT - 10, name))
    for n in range(round(top / step) + 1):
        at = HEIGHT - BOTTOM - span * n * step / top
        chart.scale.append(Tick(round(at, 1), said(n * step)))
    return chart


def said(value: float) -> str:
    """Return a number as a chart says it."""
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _step(most: float) -> float:
    """Return the step of a scale with about five lines: 1, 2 or 5 times a ten."""
    if most <= 5:
        return 1
    ten: float = 10 ** floor(log10(most / 5))
    return next(ten * by for by in (1, 2, 5, 10) if most / (ten * by) <= 5)


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"
