"""``make bench``: measure everything, or what is named.

``python -m benchmarks [FIGURES...] [--quick] [--into FILE]``. ``BENCH_ROWS`` limits the
largest database; ``--quick`` shows that it works, and measures nothing worth keeping.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from benchmarks import (  # noqa: E402
    database,
    delay,
    endpoints,
    fanout,
    figures,
    growth,
    ingest,
    queries,
    roster,
    rotation,
    worlds,
)
from benchmarks.figures import Figure  # noqa: E402
from benchmarks.system import System, say  # noqa: E402
from config.memory import settle  # noqa: E402
from tests.database import drop  # noqa: E402
from tests.stack import ROOT  # noqa: E402
from tests.world import standing  # noqa: E402

SIZES = (10_000, 1_000_000, 5_000_000)
ROWS = 100_000
SOCKETS = (200, 1_000, 2_000)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    rows: int = ROWS
    sizes: tuple[int, ...] = SIZES
    sockets: tuple[int, ...] = SOCKETS
    seconds: float = 3
    rounds: int = figures.ROUNDS
    times: int = 100

    @classmethod
    def of(cls, *, is_quick: bool) -> "Scale":
        """Return the scale asked for on the command line and by ``BENCH_ROWS``."""
        if is_quick:
            return cls(2_000, (2_000, 4_000), (10, 20), 1, 1, 10)
        most = int(os.environ.get("BENCH_ROWS", SIZES[-1]))
        return cls(sizes=tuple(dict.fromkeys(min(size, most) for size in SIZES)))


def _counted(stack: System, scale: Scale) -> Iterator[Figure]:
    token = stack.bearer("KG-BS")
    session = stack.sessions("owner", 1)[0]
    actor = stack.actor_of(token)
    asked = queries.Asked(token, session, settings.SESSION_COOKIE_NAME)
    with stack.database():
        yield from queries.measure(actor, asked)


Measure = Callable[[System, Scale], Iterator[Figure]]
FIGURES: dict[str, Measure] = {
    "queries": _counted,
    "endpoints": lambda s, n: endpoints.measure(s, n.seconds, n.rounds),
    "dashboard": lambda s, n: endpoints.dashboard(s, n.seconds, n.rounds),
    "delay": lambda s, n: delay.measure(s, n.times),
    "positions": lambda s, n: ingest.measure(s, n.rounds, max(2, n.times // 5)),
    "fanout": lambda s, n: fanout.measure(
        s, n.sockets, n.rounds, n.times * 1000, max(2, n.times // 5)
    ),
    "growth": lambda _s, n: growth.measure(n.sizes, n.rounds),
    # Last: it brings the settings of a test run.
    "worlds": lambda _s, n: worlds.measure(n.times * 10),
}
# Engines: what needs neither processes nor a database.
ENGINES: dict[str, Callable[[Scale], Iterator[Figure]]] = {
    "rotation": lambda n: rotation.measure(seeds=range(1, 2 * n.rounds)),
    "roster": lambda n: roster.goals(is_quick=n.rounds == 1),
}


def run(chosen: list[str], scale: Scale) -> Iterator[Figure]:
    """Measure one part after the other, on a fresh copy of the database each."""
    for name in chosen:
        if name in ENGINES:
            # As in the processes that ask them.
            settle()
            yield from ENGINES[name](scale)
            continue
        copied = database.copy(scale.rows, f"bench_run_{os.getpid()}")
        try:
            with System(copied) as stack:
                with stack.database():
                    stack.world = standing()
                try:
                    yield from FIGURES[name](stack, scale)
                except BaseException:
                    for process in stack.processes:
                        say(f"{process}: {stack.log(process)[-2000:]}")
                    raise
        finally:
            drop(copied)


def main() -> None:
    """Measure, write, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("figures", nargs="*", help=" ".join([*ENGINES, *FIGURES]))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "bench.json")
    given = parser.parse_args()
    if unknown := sorted(set(given.figures) - {*FIGURES, *ENGINES}):
        parser.error(f"unknown: {' '.join(unknown)}")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    found = list(
        run(given.figures or [*ENGINES, *FIGURES], Scale.of(is_quick=given.quick))
    )
    figures.write(found, given.into)
    asked = f' BENCH="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else ""
    print(figures.table(found, f"make bench{asked}"))


if __name__ == "__main__":
    main()
