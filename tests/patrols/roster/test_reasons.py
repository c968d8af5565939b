"""Why there is a gap, what would close it, and how a plan is mended."""

import json
from dataclasses import replace
from itertools import chain
from operator import attrgetter

import pytest

from patrols.roster import (
    Plan,
    Problem,
    conflict,
    explain_gaps,
    from_json,
    remedies,
    repair,
    shortage,
    solve,
    to_json,
)
from patrols.roster.conflict import RULES, is_possible, relax
from patrols.roster.law import Law
from patrols.roster.problem import Assignment, Span
from patrols.roster.remedies import Change, apply, varied
from tests.patrols.roster.small import (
    at,
    chance,
    findings,
    judged,
    officer,
    patrol,
    rosters,
)


def missing(problem: Problem) -> int:
    """Return the least that is missing in any roster there is."""
    only = dict.fromkeys(to_json(problem.weights), 0)
    only |= dict.fromkeys(("unfilled", "certificates", "commanders"), 1)
    counted = replace(problem, weights=type(problem.weights)(**only))
    costs = (judged(counted, pairs) for pairs in rosters(counted))
    return min(cost for cost in costs if cost is not None)


TIGHT = range(20, 32)


@pytest.mark.parametrize("seed", TIGHT)
def test_a_conflict_is_minimal_and_every_remedy_works(seed: int) -> None:
    problem = chance(seed)
    least = missing(problem)
    plan = solve(problem, seconds=10)
    found = conflict(problem, plan)
    assert (found is None) == (least == 0)
    if found is None:
        return
    assert is_possible(problem, found.requirements) is False
    for one in found.requirements:
        rest = [other for other in found.requirements if other != one]
        assert not rest or is_possible(problem, rest)
    for rule in RULES:
        possible = is_possible(relax(problem, rule), found.requirements)
        assert possible == (rule in found.relaxing)
    for remedy in remedies(problem, found):
        assert is_possible(apply(problem, remedy.change), found.requirements)
        assert remedy.after <= remedy.before


def test_the_least_shortage_goes_by_priority() -> None:
    """One officer, two patrols at once; only the second asks for a commander."""
    problem = Problem(
        (officer("o", is_commander=True),),
        (patrol("p", 0), patrol("q", 0, lead="A")),
    )
    found = shortage(problem)
    assert (found.missing, found.total, found.is_proven) == (
        (("H1", 1), ("H3", 0), ("H2", 0)),
        1,
        True,
    )


def test_the_cause_is_named_and_the_best_remedy_comes_first() -> None:
    problem = Problem(
        (officer("o", languages=("ky",)), officer("r", "B")),
        (patrol("p", 0, places={"A": 1, "B": 1}, languages=("ru", "ky")),),
    )
    plan = solve(problem, seconds=5)
    found = conflict(problem, plan)
    assert found is not None
    assert {(one.rule, one.detail) for one in found.requirements} == {
        ("H1", "A"),
        ("H1", "B"),
    }
    assert found.relaxing == ("H4",)
    # Whoever takes part sends somebody: nobody is emptied out of the patrol.
    assert remedies(problem, found) == []


def test_one_officer_fewer_is_offered_where_one_is_left() -> None:
    problem = Problem(
        (officer("o", languages=("ky",)), officer("p"), officer("r", "B")),
        (patrol("p", 0, places={"A": 2, "B": 1}, languages=("ru", "ky")),),
    )
    found = conflict(problem, solve(problem, seconds=5))
    assert found is not None
    tested = remedies(problem, found)
    assert [(one.change.code, one.change.detail) for one in tested] == [
        ("fewer-places", "A")
    ]
    assert all(one.after < one.before for one in tested)


@pytest.mark.parametrize("kind", ["leave", "sick", "suspension"])
def test_nobody_is_asked_to_move_a_sickness(kind: str) -> None:
    away = (Span(at(0), at(1), kind),)
    problem = Problem((officer("o", away=away),), (patrol("p", 0),))
    found = conflict(problem, solve(problem, seconds=5))
    assert found is not None
    codes = {one.change.code for one in remedies(problem, found)}
    assert codes == ({"move-leave"} if kind == "leave" else set())


def test_the_funnel_counts_everybody_once() -> None:
    leave = (Span(at(0), at(1), "leave"),)
    problem = Problem(
        (
            officer("away", away=leave),
            officer("paper", authorisations=()),
            officer("mute", languages=()),
            officer("busy", duties=(Span(at(0, 9), at(0, 10)),)),
            officer("here"),
            officer("other", "B"),
        ),
        (patrol("p", 0, places={"A": 2}, languages=("ru",), territories=("T",)),),
    )
    plan = solve(problem, seconds=5)
    (found,) = explain_gaps(problem, plan)
    assert (found.gap.rule, found.officers) == ("H1", 5)
    assert dict(found.funnel) == {
        "away.leave": 1,
        "no-authorisation": 1,
        "no-language": 1,
        "duty-elsewhere": 1,
        "on-this-patrol": 1,
    }


def test_the_funnel_names_what_the_plan_does() -> None:
    problem = Problem(
        (officer("o"),), (patrol("p", 0, lead="A"), patrol("q", 0, 10, lead="A"))
    )
    plan = solve(problem, seconds=5)
    codes = set(chain(*(dict(one.funnel) for one in explain_gaps(problem, plan))))
    assert codes == {"not-commander", "on-duty-or-resting"}


# --- repair -----------------------------------------------------------------------


def newly(problem: Problem, pairs: tuple[tuple[str, str], ...]) -> int:
    """Return how many are called who were not."""
    known = {(one.officer, one.patrol) for one in problem.published}
    return len(set(pairs) - known)


@pytest.mark.parametrize("seed", range(40, 50))
def test_a_repair_is_minimal(seed: int) -> None:
    """The whole problem is within the ring: fewest gaps, then fewest changes."""
    problem = chance(seed)
    plan = solve(problem, seconds=10)
    sick = plan.assignments[0].officer
    people = tuple(
        replace(one, away=(*one.away, Span(at(-1), at(9), "sick")))
        if one.id == sick
        else one
        for one in problem.officers
    )
    hurt = replace(problem, officers=people, published=plan.assignments)
    mended = repair(hurt, plan)
    assert findings(hurt, mended.plan) == []
    assert sick not in {one.officer for one in mended.plan.assignments}
    only = replace(hurt.weights, **dict.fromkeys(SOFT, 0))
    counted = replace(hurt, weights=only)
    costs = [
        (cost // 10_000, newly(hurt, pairs))
        for pairs in rosters(counted)
        if (cost := judged(counted, pairs)) is not None
    ]
    got = tuple((one.officer, one.patrol) for one in mended.plan.assignments)
    cost = judged(counted, got)
    assert cost is not None
    assert mended.changes == mended.plan.terms.changes == newly(hurt, got)
    assert mended.is_minimal
    assert (cost // 10_000, mended.changes) == min(costs)


SOFT = (
    "band",
    "nights",
    "weekends",
    "km",
    "wishes",
    "backward",
    "changes",
    "late_changes",
)


def test_nothing_lost_is_nothing_changed() -> None:
    problem = chance(41)
    plan = solve(problem, seconds=10)
    mended = repair(problem, plan)
    assert (mended.lost, mended.changes, mended.is_minimal) == (0, 0, True)
    assert set(mended.plan.assignments) == set(plan.assignments)


def test_short_notice_is_avoided_if_it_can_be() -> None:
    """Whoever stands in is called newly, and late is told apart."""
    problem = Problem(
        (officer("o"), officer("r")), (patrol("p", 0), patrol("q", 2)), now=at(0, 0)
    )
    known = Plan(assignments=(Assignment("p", "o"), Assignment("q", "o")))
    ill = replace(problem.officers[0], away=(Span(at(0), at(1), "sick"),))
    mended = repair(replace(problem, officers=(ill, problem.officers[1])), known)
    assert set(mended.plan.assignments) == {Assignment("p", "r"), Assignment("q", "o")}
    assert (mended.plan.terms.changes, mended.plan.terms.late_changes) == (1, 1)


def test_only_free_places_are_filled_where_that_will_do() -> None:
    """Nobody is moved, and no ring is needed to know that one call is the least."""
    people = tuple(officer(f"o{n}") for n in range(4))
    problem = Problem(people, tuple(patrol(f"p{n}", n) for n in range(3)))
    known = Plan(assignments=tuple(Assignment(f"p{n}", f"o{n}") for n in range(3)))
    ill = replace(people[1], away=(Span(at(1), at(2), "sick"),))
    mended = repair(replace(problem, officers=(people[0], ill, *people[2:])), known)
    assert (mended.lost, mended.changes, mended.is_minimal) == (1, 1, True)
    assert (mended.patrols, mended.plan.terms.gaps) == (1, 0)


def test_one_duty_is_given_up_rather_than_two() -> None:
    """A patrol was moved onto two others: to give up that one is one call, not two."""
    outings = patrol("p", 0, 8, 14), patrol("q", 0, 6, 4), patrol("r", 0, 21, 4)
    people = officer("o"), officer("s"), officer("t")
    problem = Problem(people, outings, laws=(Law("H5", 0),))
    known = Plan(assignments=tuple(Assignment(one.id, "o") for one in outings))
    mended = repair(problem, known)
    assert (mended.plan.terms.gaps, mended.changes, mended.is_minimal) == (0, 1, True)
    changed = replace(problem, published=known.assignments)
    assert findings(changed, mended.plan) == []


def test_remedies_of_every_kind_have_their_turn() -> None:
    changes = [Change("authorise", "p", f"o{n}") for n in range(3)]
    changes.append(Change("fewer-places", "p", detail="A"))
    assert [one.code for one in varied(changes, attrgetter("code"))] == [
        "authorise",
        "fewer-places",
        "authorise",
        "authorise",
    ]


def test_a_shortage_without_time_is_that_of_a_roster_at_hand() -> None:
    problem = Problem(
        (officer("o"),), tuple(patrol(f"p{n}", 0, lead="A") for n in range(3))
    )
    found = shortage(problem, seconds=0)
    assert (found.total, found.missing[0]) == (5, ("H1", 2))


# --- what is stored ---------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_problem_and_plan_come_back_from_json(seed: int) -> None:
    problem = chance(seed)
    plan = solve(problem, seconds=1)
    stored = json.loads(json.dumps([to_json(problem), to_json(plan)]))
    assert from_json(Problem, stored[0]) == problem
    assert from_json(Plan, stored[1]) == plan
