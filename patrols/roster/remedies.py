"""What would close a gap: single changes, each of them tried.

Candidates come from who fails by one rule alone: leave that could be moved, an
authorisation, a certificate, an interpreter, a commander; and from the patrol: fewer
places, another lead. Each is solved again, and its effect on everything near is told.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from time import monotonic
from typing import TypeVar

from patrols.roster.case import Case
from patrols.roster.conflict import (
    BRIEF,
    Conflict,
    Requirement,
    is_possible,
    shortage,
)
from patrols.roster.problem import Authorisation, Officer, Patrol, Problem, Span

REACH = 3 * 24 * 3600  # seconds around the conflict in which the effect is told
NEAREST = 40  # patrols of those
MOST = 40  # changes tried
# What nobody can move: they end when they end.
FIXED = {"sick", "suspension"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``move-leave``, ``authorise``, ``interpret``, ``certify`` and
    ``make-commander`` of an officer; ``fewer-places`` and ``other-lead`` of a patrol.
    """

    code: str
    patrol: str
    officer: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change that removes a conflict; gaps all around it before and after."""

    change: Change
    before: int
    after: int


def remedies(
    problem: Problem, found: Conflict, *, seconds: float = 10.0, most: int = 5
) -> list[Remedy]:
    """Return tested changes of which each removes a conflict, the best first."""
    ends = monotonic() + seconds
    case = Case(problem)
    around = _around(case, found)
    before = shortage(around, seconds=min(BRIEF, max(0.0, seconds)))
    tested: list[Remedy] = []
    for change in varied(_changes(case, found), attrgetter("code"))[:MOST]:
        if monotonic() > ends or sum(t.after < t.before for t in tested) == most:
            break
        changed = apply(problem, change)
        if is_possible(changed, found.requirements) is not True:
            continue
        left = max(0.0, ends - monotonic())
        after = shortage(apply(around, change), seconds=min(BRIEF, left))
        if after.total <= before.total:
            tested.append(Remedy(change, before.total, after.total))
    tested.sort(key=lambda one: one.after)
    return tested[:most]


def varied(found: Iterable[T], kind: Callable[[T], Hashable]) -> list[T]:
    """Return some things in rounds, one of each kind: time may not do for all."""
    seen: Counter[Hashable] = Counter()
    rounds = []
    for one in found:
        rounds.append((seen[kind(one)], one))
        seen[kind(one)] += 1
    return [one for _round, one in sorted(rounds, key=lambda pair: pair[0])]


def _around(case: Case, found: Conflict) -> Problem:
    """Return the patrols near a conflict that share an agency with it."""
    problem = case.problem
    named = {case.patrol_of[one.patrol] for one in found.requirements}
    reached = {
        q
        for p in named
        for q in case.near(p)
        if abs(int(case.start[q]) - int(case.start[p])) <= REACH
    }
    first = min(int(case.start[p]) for p in named)
    nearest = sorted(reached - named, key=lambda q: abs(int(case.start[q]) - first))
    kept = {case.patrols[q].id for q in (*named, *nearest[:NEAREST])}
    kept |= {pin.patrol for pin in problem.pins}
    patrols = tuple(one for one in problem.patrols if one.id in kept)
    return replace(problem, patrols=patrols, wishes=(), published=())


def _changes(case: Case, found: Conflict) -> Iterator[Change]:
    named = {one.patrol for one in found.requirements}
    for requirement in found.requirements:
        p = case.patrol_of[requirement.patrol]
        for o in case.asked(requirement.rule, requirement.detail, p):
            for change in _of_officer(case, requirement, o, p):
                if change.code != "move-leave" or _is_movable(case, o, p):
                    yield change
    for patrol in case.patrols:
        if patrol.id in named:
            yield from _of_patrol(patrol, found)


def _of_officer(case: Case, asked: Requirement, o: int, p: int) -> Iterator[Change]:
    """Yield the change that lets somebody go who fails by one rule alone."""
    officer, patrol = case.officers[o], case.patrols[p]
    rules = [rule for rule, flags in case.barred.items() if flags[o, p]]
    if asked.rule == "H3" and not case.commands[o, p]:
        rules.append("H3")
    if asked.rule == "H2" and not case.holds[asked.detail][o, p]:
        rules.append("H2")
    codes = {"H8": "move-leave", "H9": "authorise", "H4": "interpret"}
    if len(rules) == 1 and rules[0] in codes:
        yield Change(codes[rules[0]], patrol.id, officer.id)
    elif rules == ["H2"]:
        yield Change("certify", patrol.id, officer.id, asked.detail)
    elif rules == ["H3"]:
        name = patrol.commander_certificate
        if officer.is_commander:
            yield Change("certify", patrol.id, officer.id, name)
        elif not name or case.holds[name][o, p]:
            yield Change("make-commander", patrol.id, officer.id)


def _is_movable(case: Case, o: int, p: int) -> bool:
    away = _during(case.officers[o], case.patrols[p])
    return all(span.code not in FIXED for span in away)


def _of_patrol(patrol: Patrol, found: Conflict) -> Iterator[Change]:
    for one in found.requirements:
        is_of_it = one.patrol == patrol.id
        # Whoever takes part sends somebody.
        if is_of_it and one.rule == "H1" and patrol.places[one.detail] > 1:
            yield Change("fewer-places", patrol.id, detail=one.detail)
        if is_of_it and one.rule == "H3":
            for code in sorted(patrol.places.keys() - {patrol.lead}):
                yield Change("other-lead", patrol.id, detail=code)


def apply(problem: Problem, change: Change) -> Problem:
    """Return the problem with one change."""
    patrol = next(one for one in problem.patrols if one.id == change.patrol)
    if change.code == "fewer-places":
        places = dict(patrol.places)
        places[change.detail] -= 1
        return _with_patrol(problem, replace(patrol, places=places))
    if change.code == "other-lead":
        return _with_patrol(problem, replace(patrol, lead=change.detail))
    edit = EDITS[change.code]
    officers = tuple(
        edit(one, patrol, change.detail) if one.id == change.officer else one
        for one in problem.officers
    )
    return replace(problem, officers=officers)


def _with_patrol(problem: Problem, patrol: Patrol) -> Problem:
    patrols = tuple(patrol if p.id == patrol.id else p for p in problem.patrols)
    return replace(problem, patrols=patrols)


def _during(officer: Officer, patrol: Patrol) -> list[Span]:
    """Return the absences that take up some of a patrol."""
    return [
        s for s in officer.away if s.starts < patrol.ends and patrol.starts < s.ends
    ]


def _stay(officer: Officer, patrol: Patrol, _detail: str) -> Officer:
    moved = _during(officer, patrol)
    return replace(officer, away=tuple(s for s in officer.away if s not in moved))


def _authorised(officer: Officer, patrol: Patrol, _detail: str) -> Officer:
    papers = tuple(Authorisation(territory) for territory in patrol.territories)
    return replace(officer, authorisations=(*officer.authorisations, *papers))


def _interpreting(officer: Officer, patrol: Patrol, _detail: str) -> Officer:
    spoken = dict.fromkeys((*officer.languages, *patrol.languages))
    return replace(officer, languages=tuple(spoken))


def _certified(officer: Officer, _patrol: Patrol, detail: str) -> Officer:
    return replace(officer, certificates={**officer.certificates, detail: None})


def _commanding(officer: Officer, _patrol: Patrol, _detail: str) -> Officer:
    return replace(officer, is_commander=True)


EDITS: dict[str, Callable[[Officer, Patrol, str], Officer]] = {
    "move-leave": _stay,
    "authorise": _authorised,
    "interpret": _interpreting,
    "certify": _certified,
    "make-commander": _commanding,
}
