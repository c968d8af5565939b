"""Rosters: how good, how soon, and how near to what is possible at all.

Measured on the borders of ``benchmarks.borders``. Goals are those of B-1 to B-7 in
``docs/roster.md``.
"""

import random
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context
from time import monotonic

from benchmarks.borders import SIZES, problem
from benchmarks.figures import Figure
from benchmarks.system import say
from patrols.roster import conflict, remedies, repair, tighten, to_json
from patrols.roster.case import Case
from patrols.roster.plan import Gap, Plan
from patrols.roster.problem import Problem, Span, Weights
from patrols.roster.roster import Roster
from patrols.roster.search import Progress, Search
from patrols.roster_check import check

FULL = Weights()
# The cost that the reference proves: places, certificates, commanders, load and wishes.
PLAIN = Weights(nights=0, weekends=0, km=0, backward=0)
SEEDS = range(1, 6)
UNPROVEN = 60.0  # seconds that stand for no proof at all
LINEAR = 90.0  # seconds for the linear bound


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


@dataclass(frozen=True, slots=True)
class Job:
    """One plan to be made: of which size and seed, how long, with which weights."""

    name: str
    seed: int
    seconds: float
    linear: float = LINEAR
    weights: Weights = FULL


def do(job: Job) -> Run:
    """Make one plan, in a process of its own, with the nearer bound."""
    given = replace(problem(SIZES[job.name], job.seed), weights=job.weights)
    say(f"roster, {job.name}, seed {job.seed}")
    found = run(given, job.seconds)
    return replace(found, plan=tighten(given, found.plan, seconds=job.linear))


def measure(jobs: list[Job], provers: list[Job]) -> Iterator[Figure]:
    """Yield the figures of B-1 to B-7.

    Plans of ``jobs`` take a fixed time, so they are made two at a time, each with a
    core of its own. Whatever is timed has the machine to itself: ``provers`` are what
    is to be proven, and what is mended and explained comes from the plans.
    """
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        runs = list(pool.map(do, jobs))
    proofs = [do(job) for job in provers]
    wrong = sum(one.wrong for one in [*runs, *proofs])
    yield Figure("roster, findings of the checker", wrong, "", floor=0, goal=0)
    yield from _proofs(proofs)
    for name in SIZES:
        some = [r for r, job in zip(runs, jobs, strict=True) if job.name == name]
        if some:
            yield from _quality(f"roster {name}", name, some)
            yield from _mending(f"roster {name}", some)
            yield from _reasons(f"roster {name}", some)


def _proofs(proofs: list[Run]) -> Iterator[Figure]:
    share = 100 * sum(one.plan.is_optimal for one in proofs) / len(proofs)
    yield Figure("roster small, proven best", share, "%", floor=99, goal=100)
    times = [one.ended if one.plan.is_optimal else UNPROVEN for one in proofs]
    ended = statistics.median(times)
    yield Figure("roster small, proof, median", ended, "s", floor=15, goal=4)
    slowest = max(times)
    yield Figure("roster small, proof, slowest", slowest, "s", floor=15, goal=4)
    far = 100 * max(one.plan.gap for one in proofs)
    yield Figure("roster small, what is not proven, worst", far, "%")


def _quality(title: str, name: str, runs: list[Run]) -> Iterator[Figure]:
    worst = 100 * max(one.plan.gap for one in runs)
    if name == "small":
        yield Figure(f"{title}, all terms, gap to the bound, worst", worst, "%")
        return
    gaps = max(one.plan.terms.gaps for one in runs)
    yield Figure(f"{title}, gaps, worst", gaps, "", floor=0, goal=0)
    complete = statistics.median(one.complete for one in runs)
    if name == "large":
        yield Figure(f"{title}, plan without gaps", complete, "s", floor=5, goal=1)
    floor, goal = (20.0, 10.0) if name == "medium" else (35.0, 20.0)
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


def mute(given: Problem) -> tuple[Problem, Plan]:
    """Let a patrol speak only the lead's own language, and tell who cannot then go."""
    hard = next(
        one
        for one in given.patrols
        if any(n == 1 and code != one.lead for code, n in one.places.items())
    )
    deaf = [code for code, n in hard.places.items() if n == 1 and code != hard.lead]
    spoken = replace(hard, languages=(f"own-{hard.lead}",))
    patrols = tuple(spoken if one is hard else one for one in given.patrols)
    gap = Gap("H1", hard.id, deaf[0])
    return replace(given, patrols=patrols), Plan(gaps=(gap,))


def _reasons(title: str, runs: list[Run]) -> Iterator[Figure]:
    """Make a patrol impossible; ask for the conflict, and for what would remove it."""
    times, whole, verified, tested = [], [], 0, 0
    for one in runs:
        given, plan = mute(one.problem)
        begun = monotonic()
        reason = conflict(given, plan, seconds=5)
        times.append(monotonic() - begun)
        if reason is None:
            continue
        verified += reason.relaxing == ("H4",)
        found = remedies(given, reason, seconds=3)
        whole.append(monotonic() - begun)
        tested += any(remedy.after < remedy.before for remedy in found)
    slowest = max(times)
    yield Figure(f"{title}, verified conflict, slowest", slowest, "s", floor=5, goal=1)
    share = 100 * verified / len(runs)
    yield Figure(f"{title}, conflicts with their rule", share, "%", floor=99, goal=100)
    last = max(whole, default=0.0)
    yield Figure(f"{title}, and shortage and remedies, slowest", last, "s", floor=5)
    share = 100 * tested / len(runs)
    yield Figure(f"{title}, with a tested remedy", share, "%", floor=99, goal=100)


def goals(*, is_quick: bool) -> Iterator[Figure]:
    """Yield what ``make bench BENCH=roster`` measures, within twelve minutes."""
    if is_quick:
        job = Job("small", 1, seconds=3, linear=5)
        return measure([job], [replace(job, weights=PLAIN)])
    times = {"large": 60.0, "medium": 60.0, "small": 20.0}
    jobs = [Job(name, seed, times[name]) for name in times for seed in SEEDS]
    return measure(jobs, [Job("small", seed, 30, weights=PLAIN) for seed in SEEDS])
