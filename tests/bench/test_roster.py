"""The roster benchmark in short: what it measures is what it says."""

import random

from benchmarks.borders import SIZES, problem
from benchmarks.roster import absent, mute, outside, run
from patrols.roster import conflict, remedies, repair, solve, to_json
from patrols.roster_check import check


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
    given, plan = mute(one.problem)
    found = conflict(given, plan)
    assert found is not None
    assert found.relaxing == ("H4",)
    assert any(r.after < r.before for r in remedies(given, found, seconds=3, most=1))


def test_a_medium_border_has_no_gaps_soon() -> None:
    """B-3 without its minute: the first work leaves nobody out."""
    given = problem(SIZES["medium"], 1)
    missing = [1]
    plan = solve(
        given,
        seconds=60,
        on_progress=lambda now: missing.append(now.gaps),
        should_stop=lambda: not missing[-1],
    )
    assert plan.terms.gaps == 0
    assert check(to_json(given), to_json(plan)) == []
