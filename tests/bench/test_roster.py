"""The roster benchmark in short: what it measures is what it says."""

import random

from benchmarks.roster import SIZES, absent, outside, problem, run
from patrols.roster import conflict, repair


def test_a_size_and_a_seed_make_one_problem() -> None:
    for name, size in SIZES.items():
        made = problem(size, 1)
        assert (len(made.officers), len(made.patrols)) == (size.officers, size.patrols)
        if name == "small":
            assert made == problem(size, 1)
            assert made != problem(size, 2)


def test_a_small_border_is_planned_mended_and_explained() -> None:
    one = run(problem(SIZES["small"], 1), 3)
    assert one.wrong == 0
    assert one.plan.bound <= one.plan.cost
    assert 0 <= outside(one) <= 100
    assert one.first <= one.complete <= one.ended
    hurt = absent(one, random.Random(1))
    mended = repair(hurt, one.plan)
    assert mended.lost >= 1
    found = conflict(one.problem, one.plan)
    assert (found is None) == (one.plan.terms.gaps == 0)


def test_a_medium_border_has_no_gaps_at_once() -> None:
    """B-3 without its minute: the first seconds' work leaves nobody out."""
    given = problem(SIZES["medium"], 1)
    one = run(given, 4)
    assert one.wrong == 0
    assert one.plan.terms.gaps == 0
