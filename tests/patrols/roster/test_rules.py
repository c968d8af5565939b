"""Every rule: what keeps it is found, what breaks it, and only it, is seen."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from patrols.roster import Plan, solve
from patrols.roster.law import DEFAULTS, RULES, Law, lookup
from patrols.roster.plan import Gap
from patrols.roster.problem import (
    Assignment,
    Authorisation,
    Officer,
    Patrol,
    Pin,
    Pool,
    Problem,
    Span,
    Unit,
    Use,
    Wish,
)
from tests.patrols.roster.small import at, findings, officer, patrol


def rules(problem: Problem, plan: Plan) -> set[str]:
    """Return the rules that a plan breaks, without what its sums say."""
    return {one.rule for one in findings(problem, plan) if one.rule}


def everybody(problem: Problem, **more: Any) -> Plan:
    """Return the plan that sends every officer on every patrol."""
    pairs = [
        Assignment(p.id, o.id, False) for p in problem.patrols for o in problem.officers
    ]
    return Plan(assignments=tuple(pairs), **more)


def one(person: Officer, *outings: Patrol, **more: Any) -> Problem:
    """Return a problem of one officer."""
    return Problem((person,), outings, **more)


ROW = tuple(patrol(f"p{n}", n, hours=4) for n in range(7))
WEEK = tuple(patrol(f"p{n}", n, hours=10) for n in range(5))
BREACHES = {
    "H1 too many": ("H1", one(officer("o"), patrol("p", 0, places={"B": 0}))),
    "H3 not the lead's": ("H3", one(officer("o"), patrol("p", 0, lead="A"))),
    "H4 no language": ("H4", one(officer("o"), patrol("p", 0, languages=("en",)))),
    "H5 overlap": ("H5", one(officer("o"), patrol("p", 0), patrol("q", 0, 12))),
    "H5 no rest": ("H5", one(officer("o"), patrol("p", 0), patrol("q", 1, 2.5))),
    "H5 elsewhere": (
        "H5",
        one(officer("o", duties=(Span(at(0, 20), at(0, 22)),)), patrol("p", 0)),
    ),
    "H6 calendar week": ("H6", one(officer("o"), *WEEK)),
    "H6 elsewhere": (
        "H6",
        one(officer("o", duties=(Span(at(4, 8), at(4, 18)),)), *WEEK[:4]),
    ),
    "H7 seven days": ("H7", one(officer("o"), *ROW)),
    "H8 leave": (
        "H8",
        one(officer("o", away=(Span(at(0, 15), at(1), "leave"),)), patrol("p", 0)),
    ),
    "H9 nowhere": ("H9", one(officer("o"), patrol("p", 0, territories=("U",)))),
}


@pytest.mark.parametrize("name", BREACHES)
def test_the_checker_sees_a_breach_of_one_rule(name: str) -> None:
    rule, problem = BREACHES[name]
    plan = everybody(problem, languages={p.id: "ru" for p in problem.patrols})
    if rule == "H3":
        pairs = tuple(one._replace(is_commander=True) for one in plan.assignments)
        plan = replace(plan, assignments=pairs)
    assert rules(problem, plan) == {rule}


@pytest.mark.parametrize("name", BREACHES)
def test_the_engine_breaks_none(name: str) -> None:
    _rule, problem = BREACHES[name]
    plan = solve(problem, seconds=5)
    assert plan.is_optimal
    assert findings(problem, plan) == []
    most = sum(n for p in problem.patrols for n in p.places.values())
    assert plan.terms.gaps > 0 or len(plan.assignments) < most or most == 0


def test_a_gap_not_named_and_a_gap_not_there_are_seen() -> None:
    problem = one(
        officer("o"),
        patrol("p", 0, places={"A": 2}, certificates={"boat": 1}, lead="A"),
    )
    plan = solve(problem, seconds=5)
    assert {gap.rule for gap in plan.gaps} == {"H1", "H2", "H3"}
    for gap in plan.gaps:
        fewer = tuple(other for other in plan.gaps if other != gap)
        assert rules(problem, replace(plan, gaps=fewer)) == {gap.rule}
    more = replace(plan, gaps=(*plan.gaps, Gap("H10", "p", "A/car")))
    assert rules(problem, more) == {"H10"}


def test_double_bookings_and_strangers_are_seen() -> None:
    problem = one(officer("o"), patrol("p", 0))
    plan = solve(problem, seconds=5)
    twice = replace(plan, assignments=plan.assignments * 2)
    assert {f.code for f in findings(problem, twice)} == {"twice"}
    stranger = replace(plan, assignments=(Assignment("p", "nobody"),))
    assert {f.code for f in findings(problem, stranger)} == {"unknown"}


@pytest.mark.parametrize("name", ["band", "nights", "weekends", "km", "wishes"])
def test_a_term_or_sum_that_is_wrong_is_seen(name: str) -> None:
    problem = one(officer("o"), patrol("p", 0), wishes=(Wish("o", "p", 5),))
    plan = solve(problem, seconds=5)
    terms = replace(plan.terms, **{name: getattr(plan.terms, name) + 1})
    codes = {f.code for f in findings(problem, replace(plan, terms=terms))}
    assert codes == {"cost", f"term.{name}"}
    assert [f.code for f in findings(problem, replace(plan, bound=10**9))] == ["bound"]


# --- time and law -----------------------------------------------------------------


def test_rest_is_time_elapsed_when_the_clocks_change() -> None:
    """On 29 March 2026 Warsaw's clocks go from 2 to 3 at night."""
    first = Patrol("p", at(26, 16), at(26, 20), {"A": 1})  # until 21:00 there
    for hours, is_rested in ((10.9, False), (11, True)):
        second = Patrol("q", at(26, 20 + hours), at(27, 12), {"A": 1})
        problem = one(officer("o"), first, second, time_zones={"A": "Europe/Warsaw"})
        plan = solve(problem, seconds=5)
        assert len(plan.assignments) == (2 if is_rested else 1)
        assert findings(problem, plan) == []


def test_a_day_of_23_hours_is_a_day() -> None:
    """Seven days in a row, the night of the change among them."""
    outings = [
        Patrol(f"p{n}", at(23 + n, 9), at(23 + n, 13), {"A": 1}) for n in range(7)
    ]
    problem = one(officer("o"), *outings, time_zones={"A": "Europe/Warsaw"})
    plan = solve(problem, seconds=5)
    assert plan.terms.unfilled == 1
    assert findings(problem, plan) == []


@pytest.mark.parametrize(("until", "is_enough"), [(2, False), (3, True), (None, True)])
def test_a_certificate_holds_through_the_whole_patrol(
    until: int | None, is_enough: bool
) -> None:
    """From 18:00 on the second to 02:00 on the third, in Bishkek from midnight."""
    held = {"boat": date(2026, 3, until) if until else None}
    problem = one(
        officer("o", certificates=held), patrol("p", 0, 18, certificates={"boat": 1})
    )
    plan = solve(problem, seconds=5)
    assert plan.terms.certificates == (not is_enough)
    assert findings(problem, plan) == []


def test_an_authorisation_covers_all_days_touched() -> None:
    paper = Authorisation("T", date(2026, 3, 1), date(2026, 3, 2))
    night = patrol("p", 0, 20, territories=("T",))
    problem = one(officer("o", authorisations=(paper,)), night)
    assert solve(problem, seconds=5).terms.unfilled == 1
    free = replace(problem, laws=(Law("H9", 0, "treaty", agency="A"),))
    assert solve(free, seconds=5).terms.unfilled == 0
    assert findings(free, solve(free, seconds=5)) == []


def test_a_patrol_uses_the_law_of_its_day() -> None:
    """From Wednesday on twenty hours of rest are asked, of A alone."""
    laws = (
        Law("H5", 12, "all"),
        Law("H5", 20, "new", agency="A", valid_from=date(2026, 3, 4)),
    )
    outings = [patrol(f"p{n}", n, 8, 6) for n in range(4)]
    for agency, sent in (("A", 3), ("B", 4)):
        mine = [replace(p, places={agency: 1}) for p in outings]
        problem = one(officer("o", agency), *mine, laws=laws)
        plan = solve(problem, seconds=5)
        assert len(plan.assignments) == sent
        assert findings(problem, plan) == []


def test_a_rolling_week_begins_on_any_day() -> None:
    """Thursday to Wednesday: 60 hours, but 40 and 20 in calendar weeks."""
    outings = [patrol(f"p{n}", n, 6, 10) for n in (3, 4, 5, 6, 7, 8)]
    for period, sent in (("calendar", 6), ("rolling", 4)):
        problem = one(officer("o"), *outings, laws=(Law("H6", 40, "x", period=period),))
        plan = solve(problem, seconds=5)
        assert len(plan.assignments) == sent
        assert findings(problem, plan) == []


@pytest.mark.parametrize("rule", ["H2", "H3", "H4"])
def test_a_rule_of_the_lead_can_be_out_of_force(rule: str) -> None:
    problem = one(
        officer("o"),
        patrol("p", 0, lead="A", certificates={"boat": 1}, languages=("en",)),
        laws=(Law(rule, 0, "protocol"),),
    )
    plan = solve(problem, seconds=5)
    assert findings(problem, plan) == []
    asked = {"H2", "H3"} | ({"H1"} if rule != "H4" else set())
    assert {gap.rule for gap in plan.gaps} == asked - {rule}


def test_every_rule_has_a_source() -> None:
    assert [law.rule for law in DEFAULTS] == list(RULES)
    assert all(law.source for law in DEFAULTS)
    assert lookup(())("H5", "A", date(2026, 1, 1)).value == 11
    with pytest.raises(ValueError, match="no such law"):
        Law("H12")


# --- equipment --------------------------------------------------------------------


def cars(count: int, *away: Span, turnaround: int = 60) -> tuple[Pool, ...]:
    """Return a pool of A; the first car is away."""
    units = [Unit(f"car{n}", away if not n else ()) for n in range(count)]
    return (Pool("A", "car", tuple(units), turnaround),)


def driven(*outings: Patrol, pools: tuple[Pool, ...], **more: Any) -> Problem:
    """Return a problem of patrols with a car each, and officers enough."""
    patrols = tuple(replace(p, equipment={("A", "car"): 1}) for p in outings)
    people = tuple(officer(f"o{n}") for n in range(len(outings)))
    return Problem(people, patrols, pools, **more)


@pytest.mark.parametrize(
    ("pools", "missing"),
    [
        (cars(2), 0),
        (cars(1), 1),
        (cars(1, turnaround=0), 1),
        (cars(2, Span(at(0), at(1))), 1),
        ((), 3),
    ],
)
def test_units_are_given_out_exactly(pools: tuple[Pool, ...], missing: int) -> None:
    """Two patrols overlap; the third begins when the first ends, and an hour."""
    problem = driven(
        patrol("p", 0, 8), patrol("q", 0, 10), patrol("r", 0, 17), pools=pools
    )
    plan = solve(problem, seconds=5)
    assert plan.terms.equipment == missing
    assert plan.cost >= missing * problem.weights.equipment
    assert findings(problem, plan) == []


def test_a_turnaround_is_kept() -> None:
    outings = patrol("p", 0, 8, 4), patrol("q", 0, 12.5, 4)
    for minutes, missing in ((30, 0), (31, 1)):
        problem = driven(*outings, pools=cars(1, turnaround=minutes))
        plan = solve(problem, seconds=5)
        assert plan.terms.equipment == missing
        both = (Use("p", "A", "car", "car0"), Use("q", "A", "car", "car0"))
        found = rules(problem, replace(plan, units=both, gaps=()))
        assert found == ({"H10"} if missing else set())


def test_maintenance_that_greed_would_run_into_is_planned_around() -> None:
    """Car 0 is free for p and not for q; first come, first served would take car 1."""
    pools = (Pool("A", "car", (Unit("car1"), Unit("car0", (Span(at(0, 12), at(1)),)))),)
    problem = driven(patrol("p", 0, 6, 5), patrol("q", 0, 10, 5), pools=pools)
    plan = solve(problem, seconds=5)
    assert {(use.patrol, use.unit) for use in plan.units} == {
        ("p", "car0"),
        ("q", "car1"),
    }


def test_a_published_unit_stays() -> None:
    known = (Use("p", "A", "car", "car1"),)
    problem = driven(patrol("p", 0), pools=cars(2), published_units=known)
    assert solve(problem, seconds=5).units == known


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        one(officer("o"), Patrol("p", at(0).replace(tzinfo=None), at(1), {"A": 1}))
    with pytest.raises(ValueError, match="before it starts"):
        one(officer("o"), Patrol("p", at(1), at(0), {"A": 1}))
    with pytest.raises(ValueError, match="not unique"):
        one(officer("o"), patrol("p", 0), patrol("p", 1))
    with pytest.raises(ValueError, match="unknown"):
        one(officer("o"), patrol("p", 0), pins=(Pin("p", "nobody"),))


def test_nobody_is_sent_amid_too_many_days_elsewhere() -> None:
    """Whether or not it adds a day to them: engine and judge agree."""
    busy = tuple(Span(at(n, 0), at(n, 1)) for n in range(8))
    problem = one(officer("o", duties=busy), patrol("p", 3, 12, hours=1))
    plan = solve(problem, seconds=2)
    assert plan.assignments == ()
    assert findings(problem, plan) == []
