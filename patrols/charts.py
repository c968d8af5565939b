"""Charts as plain geometry, for SVG that the server writes; no styles in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 92, 12, 28
# Below it labels of lines run into each other.
_ROW = 14


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number gives it colour and dashes, its label stands at its end."""

    name: str
    number: int
    points: str
    end: tuple[float, float]
    label_y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template draws; between the heights of ``band`` the promise holds."""

    lines: list[Line] = field(default_factory=list)
    dots: list[tuple[float, float, str]] = field(default_factory=list)
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    band: tuple[float, float] | None = None
    now: float | None = None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def span(self) -> int:
        """The width of the field."""
        return self.right - self.left

    @property
    def band_height(self) -> float:
        """The height of the band."""
        return self.band[1] - self.band[0] if self.band else 0


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places."""

    first: float
    last: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        part = (value - self.first) / ((self.last - self.first) or 1)
        return round(self.start + part * (self.end - self.start), 1)


def steps(
    series: Mapping[str, Sequence[tuple[float, Fraction]]],
    *,
    first: float,
    last: float,
    x_ticks: Sequence[tuple[float, str]],
    now: float | None = None,
) -> Chart:
    """Return values that hold until the next: one line per name.

    ``first`` and ``last`` are the ends of the time shown; values in between.
    """
    values = [float(value) for points in series.values() for _at, value in points]
    low, high = floor(min([-1.0, *values])), ceil(max([1.0, *values]))
    x = _Scale(first, last, LEFT, WIDTH - RIGHT)
    y = _Scale(low, high, HEIGHT - BOTTOM, TOP)
    lines = []
    ends = {name: y(float(points[-1][1])) for name, points in series.items() if points}
    rows = _apart(ends)
    for number, (name, points) in enumerate(sorted(series.items())):
        if not points:
            continue
        drawn = [(x(points[0][0]), y(float(points[0][1])))]
        for at, value in points[1:]:
            drawn += [(x(at), drawn[-1][1]), (x(at), y(float(value)))]
        drawn.append((x(last), drawn[-1][1]))
        text = " ".join(f"{a},{b}" for a, b in drawn)
        lines.append(Line(name, number % 8, text, drawn[-1], rows[name]))
    step = max(1, (high - low) // 6)
    return Chart(
        lines=lines,
        x_ticks=[Tick(x(at), label) for at, label in x_ticks],
        y_ticks=[
            Tick(y(n), f"{n:+d}" if n else "0") for n in range(low, high + 1, step)
        ],
        band=(y(1), y(-1)),
        now=x(now) if now is not None and first < now < last else None,
    )


def curve(points: Sequence[tuple[Fraction, int]]) -> Chart:
    """Return a trade-off: how many changes for which deviation."""
    if not points:
        return Chart()
    most = max([1, *(price for _off, price in points)])
    high = ceil(max([2.0, *(float(off) for off, _price in points)]))
    x = _Scale(0, high, LEFT, WIDTH - RIGHT)
    y = _Scale(0, most, HEIGHT - BOTTOM, TOP + 8)
    dots = [(x(float(off)), y(price), str(price)) for off, price in points]
    text = " ".join(f"{a},{b}" for a, b, _label in dots)
    step = max(1, most // 5)
    return Chart(
        lines=[Line("", 0, text, dots[-1][:2], dots[-1][1])],
        dots=dots,
        x_ticks=[Tick(x(n / 2), f"{n / 2:g}") for n in range(int(high * 2) + 1)],
        y_ticks=[Tick(y(n), str(n)) for n in range(0, most + 1, step)],
    )


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Return heights for labels near their lines' ends, far enough apart to read."""
    found: dict[str, float] = {}
    last = float("-inf")
    for name, end in sorted(ends.items(), key=lambda item: (item[1], item[0])):
        last = max(end, last + _ROW)
        found[name] = last
    over = max(0.0, last - (HEIGHT - BOTTOM))
    return {name: at - over for name, at in found.items()}
