"""What would close a gap: single changes, each of them tried.

Candidates come from who fails by one rule alone: leave that could be moved, an
authorisation, a certificate, an interpreter, a commander; and from the patrol: fewer
places, another lead. Each is solved again, and its effect on everything near is told.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from patrols.roster.case import Case, seconds
from patrols.roster.conflict import Conflict, Requirement, is_possible, shortage
from patrols.roster.problem import Authorisation, Officer, Patrol, Problem

REACH = 3 * 24 * 3600  # seconds around the conflict in which the effect is told
MOST = 40  # changes tried


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
    around = _around(problem, found)
    before = shortage(around, seconds=2)
    tested = []
    for change in list(_changes(problem, found))[:MOST]:
        if monotonic() > ends:
            break
        changed = apply(problem, change)
        if is_possible(changed, found.requirements) is not True:
            continue
        after = shortage(apply(around, change), seconds=2)
        if after.total <= before.total:
            tested.append(Remedy(change, before.total, after.total))
    tested.sort(key=lambda one: one.after)
    return tested[:most]


def _around(problem: Problem, found: Conflict) -> Problem:
    """Return the patrols near a conflict."""
    named = {one.patrol for one in found.requirements}
    starts = [seconds(one.starts) for one in problem.patrols if one.id in named]
    low, high = min(starts) - REACH, max(starts) + REACH
    pinned = {pin.patrol for pin in problem.pins}
    kept = tuple(
        one
        for one in problem.patrols
        if low <= seconds(one.starts) <= high or one.id in pinned
    )
    return replace(problem, patrols=kept, wishes=(), published=())


def _changes(problem: Problem, found: Conflict) -> Iterator[Change]:
    case = Case(problem)
    named = {one.patrol for one in found.requirements}
    for requirement in found.requirements:
        p = case.patrol_of[requirement.patrol]
        for o in case.asked(requirement.rule, requirement.detail, p):
            yield from _of_officer(case, requirement, o, p)
    for patrol in problem.patrols:
        if patrol.id in named:
            yield from _of_patrol(problem, patrol, found)


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


def _of_patrol(problem: Problem, patrol: Patrol, found: Conflict) -> Iterator[Change]:
    for one in found.requirements:
        if one.patrol == patrol.id and one.rule == "H1":
            yield Change("fewer-places", patrol.id, detail=one.detail)
        if one.patrol == patrol.id and one.rule == "H3":
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


def _stay(officer: Officer, patrol: Patrol, _detail: str) -> Officer:
    away = (
        s for s in officer.away if s.ends <= patrol.starts or patrol.ends <= s.starts
    )
    return replace(officer, away=tuple(away))


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
