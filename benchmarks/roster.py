"""Rosters: how good, how soon, and how near to what is possible at all.

The generator makes a border of a size, from a seed: agencies with posts along it, zones
that two or three of them patrol together, officers with languages, papers, leave and
work elsewhere. Goals are those of B-1 to B-7 in ``docs/roster.md``.
"""

import random
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from time import monotonic

from benchmarks.figures import Figure
from benchmarks.system import say
from patrols.roster import conflict, remedies, repair, tighten, to_json
from patrols.roster.case import Case
from patrols.roster.plan import Plan
from patrols.roster.problem import (
    Authorisation,
    Officer,
    Patrol,
    Pool,
    Problem,
    Span,
    Unit,
    Wish,
)
from patrols.roster.roster import Roster
from patrols.roster.search import Progress, Search
from patrols.roster_check import check

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
CERTIFICATES = {"first-aid": 0.6, "boat": 0.45, "drone": 0.45, "mountain": 0.5}
# How many officers each party of a zone sends: 3.5 to a patrol.
CREWS = ((2, 2), (2, 1), (1, 2, 1), (2, 2), (1, 2), (2, 1, 1), (1, 2), (2, 2))
ZONES = ("Asia/Bishkek", "Asia/Dushanbe", "Asia/Almaty", "Asia/Tashkent")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a problem is."""

    agencies: int
    officers: int
    zones: int
    days: int
    patrols: int


SIZES = {
    "small": Size(4, 60, 8, 14, 110),
    "medium": Size(6, 200, 20, 28, 560),
    "large": Size(8, 600, 40, 28, 1500),
}


def problem(size: Size, seed: int) -> Problem:
    """Return a problem of a size; the same for the same seed."""
    dice = random.Random(f"{size}/{seed}")
    agencies = [f"A{n}" for n in range(size.agencies)]
    zones = [_zone(dice, agencies, n, size) for n in range(size.zones)]
    officers = [_officer(dice, agencies, n, size) for n in range(size.officers)]
    turns = dict.fromkeys(agencies, 0)
    patrols = []
    for n in range(size.patrols):
        day = n * size.days // size.patrols
        patrols.append(_patrol(dice, zones[n % len(zones)], n, day, turns))
    pools = []
    for code in agencies:
        count = ceil(size.patrols / size.days * 2.4 / size.agencies) + 1
        units = [Unit(f"{code}-car-{n}") for n in range(count)]
        units[0] = Unit(units[0].id, (_span(dice, size, 24, 72, "maintenance"),))
        pools.append(Pool(code, "car", tuple(units), 60))
    wishes = {}
    for _n in range(size.officers):
        wish = Wish(
            dice.choice(officers).id,
            dice.choice(patrols).id,
            dice.choice((-150, -100, 60)),
        )
        wishes[wish.officer, wish.patrol] = wish
    return Problem(
        officers=tuple(officers),
        patrols=tuple(patrols),
        pools=tuple(pools),
        wishes=tuple(wishes.values()),
        time_zones={code: ZONES[n % 4] for n, code in enumerate(agencies)},
    )


@dataclass(frozen=True, slots=True)
class _Zone:
    parties: tuple[str, ...]
    base: tuple[float, float]
    certificate: str
    places: tuple[int, ...]


def _zone(dice: random.Random, agencies: list[str], n: int, size: Size) -> _Zone:
    at = n * size.agencies // size.zones
    parties = [agencies[at], agencies[(at + 1) % size.agencies]]
    places = CREWS[n % len(CREWS)]
    if len(places) > 2:
        parties.append(agencies[(at + 2) % size.agencies])
    base = (66 + 16 * (n + dice.random()) / size.zones, 38 + 3 * dice.random())
    return _Zone(tuple(parties), base, dice.choice(list(CERTIFICATES)), places)


def _span(dice: random.Random, size: Size, low: int, high: int, code: str) -> Span:
    starts = BEGIN + timedelta(hours=dice.randrange(size.days * 24))
    return Span(starts, starts + timedelta(hours=dice.randint(low, high)), code)


def _officer(dice: random.Random, agencies: list[str], n: int, size: Size) -> Officer:
    at = n % size.agencies
    code = agencies[at]
    languages = [f"own-{code}"]
    languages += ["ru"] if dice.random() < 0.85 else []
    languages += ["en"] if dice.random() < 0.3 else []
    expiring = (BEGIN + timedelta(days=dice.randint(3, size.days))).date()
    certificates: dict[str, date | None] = {
        name: expiring if dice.random() < 0.08 else None
        for name, share in CERTIFICATES.items()
        if dice.random() < share
    }
    near = [agencies[(at + step) % size.agencies] for step in (-2, -1, 0, 1, 2)]
    papers = tuple(
        Authorisation(one)
        for one in sorted(set(near))
        if one == code or dice.random() < 0.93
    )
    away = [_span(dice, size, 24, 72, dice.choice(("leave", "training")))]
    if dice.random() < 0.1:
        away.append(_span(dice, size, 120, 240, "leave"))
    duties = [_span(dice, size, 6, 10, "post")] if dice.random() < 0.25 else []
    along = 66 + 16 * (at + 0.5 + dice.random()) / size.agencies
    return Officer(
        id=f"o{n:03}",
        agency=code,
        languages=tuple(languages),
        certificates=certificates,
        authorisations=papers,
        away=tuple(away),
        duties=tuple(duties),
        is_commander=dice.random() < 0.55,
        base=(along, 38 + 3 * dice.random()),
        contract_hours=dice.choice((40, 40, 40, 30, 20)),
    )


def _patrol(
    dice: random.Random, zone: _Zone, n: int, day: int, turns: dict[str, int]
) -> Patrol:
    lead = min(zone.parties, key=lambda code: (turns[code], code))
    turns[lead] += 1
    starts = BEGIN + timedelta(days=day, hours=dice.randrange(0, 24, 2))
    crew = sum(zone.places)
    certificates = {zone.certificate: 1 + (crew > 4)} if dice.random() < 0.6 else {}
    if dice.random() < 0.4:
        certificates["first-aid"] = max(1, certificates.get("first-aid", 0))
    return Patrol(
        id=f"p{n:04}",
        starts=starts,
        ends=starts + timedelta(hours=dice.randint(5, 10)),
        places=dict(zip(zone.parties, zone.places, strict=True)),
        lead=lead,
        certificates=certificates,
        commander_certificate=zone.certificate if dice.random() < 0.1 else "",
        languages=("en", "ru"),
        territories=zone.parties[:2],
        equipment={(lead, "car"): 1 + (crew > 4)},
        base=zone.base,
    )


@dataclass(frozen=True, slots=True)
class Run:
    """What one search gave: seconds to the first plan, without gaps, and to the end."""

    problem: Problem
    plan: Plan
    first: float
    complete: float
    ended: float
    wrong: int


def run(given: Problem, seconds: float) -> Run:
    """Search for some seconds, and have the plan checked."""
    begun = monotonic()
    times: list[tuple[float, int]] = []

    def tell(progress: Progress) -> None:
        times.append((monotonic() - begun, progress.gaps))

    search = Search(given, seconds, tell)
    search.run()
    plan, ended = search.plan(), monotonic() - begun
    whole = [at for at, gaps in times if not gaps]
    wrong = len(check(to_json(given), to_json(plan)))
    return Run(given, plan, times[0][0], whole[0] if whole else ended, ended, wrong)


def outside(one: Run) -> float:
    """Return the share of officers, in per cent, beyond one duty of their fair share.

    Officers without any patrol to go on have no share, and are not counted.
    """
    case = Case(one.problem)
    counts = Roster(case).load(one.plan).counts[0]
    can = case.can.any(axis=1)
    beyond = ((counts < case.low[0]) | (counts > case.high[0])) & can
    return 100 * float(beyond.sum()) / max(1, int(can.sum()))


def absent(one: Run, dice: random.Random) -> Problem:
    """Return the problem with one officer, who has a duty, sick for three days."""
    lost = dice.choice(one.plan.assignments)
    patrol = next(p for p in one.problem.patrols if p.id == lost.patrol)
    sick = Span(patrol.starts, patrol.starts + timedelta(days=3), "sick")
    people = tuple(
        replace(who, away=(*who.away, sick)) if who.id == lost.officer else who
        for who in one.problem.officers
    )
    return replace(one.problem, officers=people)


def measure(
    seeds: dict[str, Iterable[int]], seconds: float, linear: float = 120
) -> Iterator[Figure]:
    """Yield the figures of B-1 to B-7; ``linear`` is the time for the linear bound."""
    for name, chosen in seeds.items():
        runs = []
        for seed in chosen:
            say(f"roster, {name}, seed {seed}")
            runs.append(run(problem(SIZES[name], seed), seconds))
        yield from _quality(f"roster {name}", name, runs, linear)
        yield from _mending(f"roster {name}", runs)
        if name == "small":
            yield from _reasons(f"roster {name}", runs)


def _quality(title: str, name: str, runs: list[Run], linear: float) -> Iterator[Figure]:
    wrong = sum(one.wrong for one in runs)
    yield Figure(f"{title}, findings of the checker", wrong, "", floor=0, goal=0)
    if name == "small":
        proven = [one.ended for one in runs if one.plan.is_optimal]
        share = 100 * len(proven) / len(runs)
        yield Figure(f"{title}, proven best", share, "%", floor=99, goal=100)
        ended = max(one.ended for one in runs)
        yield Figure(f"{title}, slowest proof", ended, "s", floor=15, goal=4)
        tight = [tighten(one.problem, one.plan, seconds=linear) for one in runs]
        far = 100 * max(plan.gap for plan in tight)
        yield Figure(f"{title}, gap to the bound, worst", far, "%")
        return
    gaps = max(one.plan.terms.gaps for one in runs)
    yield Figure(f"{title}, gaps, worst", gaps, "", floor=0, goal=0)
    complete = statistics.median(one.complete for one in runs)
    if name == "large":
        yield Figure(f"{title}, plan without gaps", complete, "s", floor=5, goal=1)
    floor, goal = (20.0, 10.0) if name == "medium" else (35.0, 20.0)
    tight = [tighten(one.problem, one.plan, seconds=linear) for one in runs]
    worst = 100 * max(plan.gap for plan in tight)
    yield Figure(
        f"{title}, gap to the bound, worst", worst, "%", floor=floor, goal=goal
    )
    far = max(outside(one) for one in runs)
    yield Figure(f"{title}, officers beyond +-1 duty", far, "%", floor=2, goal=0)


def _mending(title: str, runs: list[Run]) -> Iterator[Figure]:
    dice, times, above = random.Random(1), [], 0
    for one in runs:
        hurt = absent(one, dice)
        begun = monotonic()
        mended = repair(hurt, one.plan)
        times.append(monotonic() - begun)
        above += not mended.is_minimal
    yield Figure(f"{title}, mended, slowest", max(times), "s", floor=2, goal=0.5)
    yield Figure(f"{title}, mended, not proven least", above, "", floor=0, goal=0)


def _reasons(title: str, runs: list[Run]) -> Iterator[Figure]:
    """Make a patrol impossible, and ask why."""
    times, found = [], 0
    for one in runs:
        patrols = one.problem.patrols
        hard = replace(patrols[0], languages=("nobody's",))
        begun = monotonic()
        given = replace(one.problem, patrols=(hard, *patrols[1:]))
        reason = conflict(given, seconds=5)
        times.append(monotonic() - begun)
        found += reason is not None and bool(remedies(given, reason, seconds=3))
    yield Figure(
        f"{title}, verified conflict, slowest", max(times), "s", floor=5, goal=1
    )
    share = 100 * found / len(runs)
    yield Figure(
        f"{title}, conflicts with a tested remedy", share, "%", floor=99, goal=100
    )


def goals(*, is_quick: bool) -> Iterator[Figure]:
    """Yield what ``make bench BENCH=roster`` measures."""
    if is_quick:
        return measure({"small": [1]}, seconds=3, linear=5)
    seeds = {"small": range(1, 6), "medium": range(1, 6), "large": range(1, 6)}
    return measure({name: list(some) for name, some in seeds.items()}, seconds=60)
