"""The harness itself: it measures real processes and writes what it found."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures
from benchmarks.__main__ import Scale, run
from benchmarks.figures import Figure, beside, percentile
from tests.bench.conftest import ROWS


@pytest.mark.slow
@pytest.mark.usefixtures("years")
def test_it_measures_and_writes(tmp_path: Path, django_db_blocker: Any) -> None:
    tiny = Scale(rows=ROWS, sockets=(8,), seconds=1, rounds=1, times=2)
    with django_db_blocker.unblock():
        found = list(run(["fanout"], tiny))
    figures.write(found, tmp_path / "bench.json")
    rows = json.loads((tmp_path / "bench.json").read_text())
    fields = {"name", "value", "unit", "limit", "ratio", "floor", "goal"}
    assert all(set(row) == fields for row in rows)
    names = {row["name"]: row for row in rows}
    assert len(names) == len(rows)
    for name in ("event to 8 sockets", "event to 8 sockets p99"):
        assert names[name]["value"] > 0
        assert names[name]["ratio"] == pytest.approx(
            names[name]["value"] / names[name]["limit"], rel=0.01
        )
    table = figures.table(found, "make bench")
    assert all(f"| {name} |" in table for name in names)


def test_a_verdict_knows_which_way_is_better() -> None:
    assert beside("rate", 60, "", 100, floor=0.5, goal=0.8).verdict == "floor"
    assert beside("rate", 40, "", 100, floor=0.5, goal=0.8).verdict == "MISSED"
    assert beside("delay", 120, "", 100, floor=2, goal=1.3).verdict == "goal"
    assert Figure("delay", 1200, "ms", floor=1000, goal=250).verdict == "MISSED"
    assert Figure("count", 7, "").verdict == ""


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99)) == (50.0, 99.0)
    assert percentile([3.0], 99) == 3.0
