"""Small rosters: builders, chance, and every roster there is.

What a roster costs and whether it is lawful is asked of the checker, never of the
engine.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import Any

from patrols.roster.codec import to_json
from patrols.roster.plan import Plan
from patrols.roster.problem import (
    Assignment,
    Authorisation,
    Officer,
    Patrol,
    Problem,
    Span,
    Wish,
)
from patrols.roster_check import Finding, check
from patrols.roster_facts import Facts
from patrols.roster_terms import Recount

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(day: float, hour: float = 0) -> datetime:
    """Return a moment some days and hours after the first Monday."""
    return MONDAY + timedelta(days=day, hours=hour)


def patrol(
    name: str, day: float, hour: float = 8, hours: float = 8, **more: Any
) -> Patrol:
    """Return a patrol of one officer of A, if nothing else is said."""
    given = {"places": {"A": 1}} | more
    return Patrol(name, at(day, hour), at(day, hour + hours), **given)


def officer(name: str, agency: str = "A", **more: Any) -> Officer:
    """Return somebody who can do everything but is not asked to command."""
    given = {"languages": ("ru",), "authorisations": (Authorisation("T"),)} | more
    return Officer(name, agency, **given)


def findings(problem: Problem, plan: Plan) -> list[Finding]:
    """Return what the checker finds in the stored form of both."""
    return check(to_json(problem), to_json(plan))


def chance(seed: int) -> Problem:
    """Return a small problem in which every rule and every term can matter."""
    dice = random.Random(seed)
    officers = [
        officer(
            f"o{n}",
            "AB"[n % 2],
            languages=tuple(dice.sample(("ru", "en", "ky"), 2)),
            certificates={"boat": None} if dice.random() < 0.6 else {},
            authorisations=(Authorisation("T"),) if dice.random() < 0.8 else (),
            is_commander=dice.random() < 0.6,
            away=(Span(at(1), at(2), "leave"),) if dice.random() < 0.2 else (),
            duties=(Span(at(0, 0), at(0, 6)),) if dice.random() < 0.3 else (),
            base=(70 + dice.random() * 4, 40),
            contract_hours=dice.choice((20, 40)),
        )
        for n in range(4)
    ]
    patrols = [
        patrol(
            f"p{n}",
            dice.randrange(3),
            dice.choice((2, 6, 14, 18)),
            dice.choice((6, 9)),
            places=dice.choice(({"A": 1}, {"A": 1, "B": 1}, {"A": 2, "B": 1})),
            lead="A",
            certificates={"boat": 1} if dice.random() < 0.5 else {},
            languages=("ru", "en") if dice.random() < 0.7 else (),
            territories=("T",) if dice.random() < 0.5 else (),
            base=(72, 40),
        )
        for n in range(3)
    ]
    wishes = (Wish("o0", "p0", dice.choice((-900, 900))), Wish("o1", "p1", -400))
    zones = {"A": "Asia/Bishkek", "B": "Europe/Warsaw"}
    return Problem(tuple(officers), tuple(patrols), wishes=wishes, time_zones=zones)


def judged(problem: Problem, pairs: tuple[tuple[str, str], ...]) -> int | None:
    """Return what assignments (officer, patrol) cost; None if they break a rule."""
    facts = Facts(stored := to_json(problem), {})
    crews: dict[str, list[str]] = {one.id: [] for one in problem.patrols}
    for who, where in pairs:
        crews[where].append(who)
    chosen, languages = [], {}
    for one in problem.patrols:
        able = [who for who in crews[one.id] if facts.may_command(who, one.id)]
        for who in crews[one.id]:
            chosen.append(Assignment(one.id, who, bool(able) and who == able[0]))
        shared = set(one.languages)
        for who in crews[one.id]:
            shared &= set(facts.officers[who]["languages"])
        if shared:
            languages[one.id] = min(shared)
    plan = to_json(Plan(assignments=tuple(chosen), languages=languages))
    found = check(stored, plan)
    if any(one.rule and one.code != "gap-not-true" for one in found):
        return None
    return recounted(stored, plan)


def recounted(problem: dict[str, Any], plan: dict[str, Any]) -> int:
    """Return the cost of a stored plan by the checker's own count."""
    facts = Facts(problem, plan)
    led = set()
    for where, who, is_commander in plan["assignments"]:
        facts.crews[where].append(who)
        facts.duties[who].append(where)
        led |= {where} if is_commander else set()
    missing: Counter[str] = Counter()
    for name, one in facts.patrols.items():
        sent = Counter(facts.officers[who]["agency"] for who in facts.crews[name])
        for agency, wanted in one["places"].items():
            missing["H1"] += max(0, wanted - sent[agency])
        for paper, wanted in one["certificates"].items():
            held = sum(facts.holds(who, paper, name) for who in facts.crews[name])
            missing["H2"] += max(0, wanted - held)
        missing["H3"] += bool(one["lead"]) and name not in led
    terms = Recount(facts, missing).terms()
    return sum(terms[name] * problem["weights"][name] for name in terms)


def rosters(problem: Problem) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield all assignments that no officer's own papers forbid."""
    facts = Facts(to_json(problem), {})
    crews = []
    for one in problem.patrols:
        sides = []
        for agency, most in one.places.items():
            able = [
                who.id
                for who in problem.officers
                if who.agency == agency and facts.able(who.id, one.id)
            ]
            sizes = range(min(most, len(able)) + 1)
            sides.append([part for n in sizes for part in combinations(able, n)])
        crews.append(
            [
                [(who, one.id) for part in side for who in part]
                for side in product(*sides)
            ]
        )
    for chosen in product(*crews):
        yield tuple(pair for crew in chosen for pair in crew)


def best(problem: Problem) -> int:
    """Return the least cost of all rosters there are."""
    costs = (judged(problem, pairs) for pairs in rosters(problem))
    return min(cost for cost in costs if cost is not None)
