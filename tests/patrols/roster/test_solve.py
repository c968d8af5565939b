"""The search against every roster there is, and its promises."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from patrols.roster import bounds, solve, tighten
from patrols.roster.bounds import flow_bound, linear_bound
from patrols.roster.case import Case
from patrols.roster.days import Days
from patrols.roster.law import lookup
from patrols.roster.model import Model
from patrols.roster.problem import Pin, Problem
from patrols.roster.roster import Roster
from tests.patrols.roster.small import (
    at,
    best,
    chance,
    findings,
    officer,
    patrol,
)


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_is_that_of_all_rosters(seed: int) -> None:
    problem = chance(seed)
    plan = solve(problem, seconds=10)
    least = best(problem)
    assert (plan.cost, plan.bound, plan.is_optimal) == (least, least, True)
    assert findings(problem, plan) == []


@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_below_the_optimum(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = chance(seed)
    least = best(problem)
    linear = linear_bound(problem)
    assert flow_bound(Case(problem)) <= least
    assert linear is not None
    assert linear <= least
    monkeypatch.setattr(bounds, "WHOLE", 0)
    divided = linear_bound(problem)
    assert divided is not None
    assert divided <= linear


@pytest.mark.parametrize("seed", range(12, 20))
def test_the_model_counts_what_the_roster_counts(seed: int) -> None:
    case = Case(chance(seed))
    roster = Roster(case)
    model = Model(roster, range(case.shape[1]))
    model.minimize()
    constant = model.constant()
    answer = model.solve(10)
    for pair in answer.pairs:
        assert roster.fits(*pair)
        roster.add(*pair)
    assert answer.is_optimal
    assert answer.value is not None
    assert roster.cost() == round(answer.value) + constant


def test_half_of_each_language_fills_no_place() -> None:
    """The linear relaxation sees what a crew without a language in common lacks."""
    problem = Problem(
        (
            *(officer(f"a{n}", languages=("ru",)) for n in range(3)),
            *(officer(f"b{n}", "B", languages=("en",)) for n in range(3)),
        ),
        (patrol("p", 0, places={"A": 1, "B": 1}, languages=("ru", "en")),),
    )
    bound = linear_bound(problem)
    assert bound is not None
    assert bound >= problem.weights.unfilled


def test_many_spans_are_counted_as_each_alone() -> None:
    """By night, at weekends and over the change of clocks in Warsaw."""
    begin, hour = int(at(20).timestamp()), 3600
    starts = np.array([begin + 5 * hour * n for n in range(80)], np.int64)
    ends = starts + np.array([hour * (2 + 7 * (n % 8)) for n in range(80)], np.int64)
    first, last = int(starts[0]), int(ends.max())
    days = Days("A", "Europe/Warsaw", first, last, lookup(()))
    zone, found = days.zone, days.calendar(starts, ends)
    for n, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        clock = [
            datetime.fromtimestamp(moment, zone)
            for moment in range(start, end, hour // 2)
        ]
        dates = sorted({one.date() for one in clock})
        assert [days.dates[day] for day in found.touched[n]] == dates
        assert days.touched(start, end) == found.touched[n]
        assert found.nights[n] == any(one.hour < 5 for one in clock)
        assert found.weekends[n] == any(one.weekday() > 4 for one in clock)
        assert sum(part for _week, part in found.hours[n]) == end - start
        assert found.rested[n] == end + 11 * hour == days.rested(start, end)


def crowd() -> Problem:
    """Two agencies, sixteen officers, two weeks."""
    officers = [officer(f"o{n:02}", "AB"[n % 2], is_commander=n < 8) for n in range(16)]
    patrols = [
        patrol(f"p{n:02}", n // 2, 6 + 6 * (n % 2), places={"A": 2, "B": 1}, lead="A")
        for n in range(28)
    ]
    return Problem(tuple(officers), tuple(patrols))


def test_a_seed_repeats_a_plan() -> None:
    problem = chance(3)
    assert solve(problem, seconds=10, seed=7) == solve(problem, seconds=10, seed=7)


def test_a_stop_keeps_the_best() -> None:
    problem, heard = crowd(), []

    def stop() -> bool:
        heard.append(1)
        return len(heard) > 3

    plan = solve(problem, seconds=600, should_stop=stop)
    assert plan.terms.unfilled == 0
    assert findings(problem, plan) == []


def test_progress_only_gets_better() -> None:
    told = []
    plan = solve(crowd(), seconds=2, on_progress=told.append)
    costs = [one.cost for one in told]
    assert costs
    assert costs == sorted(costs, reverse=True)
    assert plan.bound <= plan.cost <= costs[-1]
    assert all(0 <= one.gap <= 1 for one in told)


def test_no_time_at_all_still_gives_a_plan() -> None:
    problem = crowd()
    plan = solve(problem, seconds=0)
    assert plan.assignments
    assert findings(problem, plan) == []


def test_pins_are_kept_whatever_they_break() -> None:
    away = officer("o0", languages=("ky",))
    problem = Problem(
        (away, officer("o1"), officer("o2")),
        (
            patrol("p0", 0, languages=("ru",), places={"A": 2}),
            patrol("p1", 0, 10, places={"A": 1}),
        ),
        pins=(Pin("p0", "o0"), Pin("p0", "o1"), Pin("p1", "o1", is_commander=True)),
    )
    plan = solve(problem, seconds=5)
    assert findings(problem, plan) == []
    assert {gap.rule for gap in plan.gaps} == {"H3", "H4", "H5"}
    lost = replace(plan, assignments=plan.assignments[1:])
    assert ("H11", "pin-lost") in {(f.rule, f.code) for f in findings(problem, lost)}


def test_nothing_asked_is_nothing_given() -> None:
    plan = solve(Problem((officer("o0"),), ()), seconds=1)
    assert (plan.assignments, plan.cost, plan.is_optimal) == ((), 0, True)


def test_a_bound_can_be_made_tighter() -> None:
    problem = crowd()
    plan = solve(problem, seconds=0)
    tight = tighten(problem, plan, seconds=20)
    assert plan.bound <= tight.bound <= tight.cost == plan.cost
