"""Why a plan has gaps and what would close them, worked out after it. Loads OR-Tools.

What is kept of partners' people is how many are missing, and which agency could help
itself: nobody else is told who is on leave or lacks a paper.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic
from typing import Any

from patrols.roster import Plan, Problem, conflict, remedies, shortage
from patrols.roster.conflict import Conflict, Requirement
from patrols.roster.plan import Gap
from patrols.roster.problem import Patrol
from patrols.roster.remedies import Change, Remedy, varied

# Seconds for all of it, and for the parts of it.
SECONDS = 10.0
SHORTAGE, CONFLICT, REMEDIES = 2.0, 2.0, 2.5
# So many conflicts are told, and so many remedies of each.
MOST_CONFLICTS = 8
MOST_REMEDIES = 6
# What goes on so long before and after a gap decides it: a week's hours, days in a row.
REACH = timedelta(days=7)
# The least shortage of more patrols than that takes too long to be proven.
MOST_PATROLS = 300


@dataclass(slots=True)
class Reasons:
    """``told`` goes into the summary, for the owner's eyes; ``remedies`` are rows.

    A remedy has the columns of ``patrols.models.Remedy``, patrol, officer and agency
    by id and code.
    """

    told: dict[str, Any] = field(default_factory=dict)
    remedies: list[dict[str, Any]] = field(default_factory=list)


def reasons_of(
    problem: Problem,
    plan: Plan,
    *,
    owner: str,
    leads: Mapping[str, Collection[str]],
    seconds: float = SECONDS,
) -> Reasons:
    """Return why a plan's gaps cannot be filled, and what was tried and would.

    ``leads`` are, by patrol, the agencies that may lead it.
    """
    ends = monotonic() + seconds
    gaps = [gap for gap in plan.gaps if gap.is_of_crew]
    made = Reasons()
    if not gaps:
        return made
    around = near(problem, gaps)
    if len(around.patrols) <= MOST_PATROLS:
        least = shortage(around, seconds=min(SHORTAGE, seconds))
        if least.missing:
            made.told["shortage"] = {
                "missing": dict(least.missing),
                "is_proven": least.is_proven,
            }
    told = made.told["conflicts"] = []
    for alone, found in _conflicts(problem, gaps, ends):
        part = near(problem, found.requirements)
        left = ends - monotonic()
        tried = remedies(part, found, seconds=min(REMEDIES, left), most=40)
        rows = [
            row | {"conflict": len(told)} for row in _rows(part, tried, owner, leads)
        ]
        made.remedies += rows
        told.append(_told(alone, found, owner, {row["agency"] for row in rows}))
    return made


def near(problem: Problem, named: Iterable[Gap | Requirement]) -> Problem:
    """Return the patrols in reach of some gaps, and those with pins.

    Leaving out the others asks for less: what cannot be met here cannot be met at all.
    """
    starts = {patrol.id: patrol.starts for patrol in problem.patrols}
    moments = {starts[one.patrol] for one in named}
    pinned = {pin.patrol for pin in problem.pins}
    kept = tuple(
        one
        for one in problem.patrols
        if one.id in pinned or any(abs(one.starts - at) <= REACH for at in moments)
    )
    return replace(problem, patrols=kept, wishes=(), published=(), published_units=())


def _conflicts(
    problem: Problem, gaps: list[Gap], ends: float
) -> Iterator[tuple[Problem, Conflict]]:
    """Yield a conflict for one gap after the other, as long as there is time.

    All other gaps are conceded, so that what cannot be met is this one. One of each
    agency and rule comes first, then the others.
    """
    for gap in varied(gaps, lambda one: (one.rule, one.detail))[:MOST_CONFLICTS]:
        left = ends - monotonic()
        if left <= 0:
            return
        alone = _conceded(near(problem, [gap]), [one for one in gaps if one != gap])
        found = conflict(alone, Plan(gaps=(gap,)), seconds=min(CONFLICT, left))
        if found is not None:
            yield alone, found


def _conceded(problem: Problem, gaps: Iterable[Gap]) -> Problem:
    """Return a problem that does not ask for what some gaps are short of."""
    patrols = {patrol.id: patrol for patrol in problem.patrols}
    for gap in gaps:
        if one := patrols.get(gap.patrol):
            patrols[gap.patrol] = _without(one, gap)
    return replace(problem, patrols=tuple(patrols.values()))


def _without(patrol: Patrol, gap: Gap) -> Patrol:
    if gap.rule == "H3":
        return replace(patrol, lead="")
    if gap.rule == "H1":
        return replace(patrol, places=_fewer(patrol.places, gap))
    return replace(patrol, certificates=_fewer(patrol.certificates, gap))


def _fewer(asked: Mapping[str, int], gap: Gap) -> dict[str, int]:
    return {**asked, gap.detail: asked[gap.detail] - gap.count}


def _rows(
    problem: Problem,
    tried: Iterable[Remedy],
    owner: str,
    leads: Mapping[str, Collection[str]],
) -> Iterator[dict[str, Any]]:
    """Yield the remedies that leave less missing and that somebody can carry out."""
    agency_of = {officer.id: officer.agency for officer in problem.officers}
    places = {patrol.id: patrol.places for patrol in problem.patrols}
    count = 0
    for one in tried:
        change = one.change
        if one.after >= one.before or count == MOST_REMEDIES:
            continue
        if not _can_be(change, places[change.patrol], leads):
            continue
        count += 1
        yield {
            "patrol": change.patrol,
            "agency": agency_of.get(change.officer, owner),
            "code": change.code,
            "officer": change.officer or None,
            "detail": change.detail,
            "before": one.before,
            "after": one.after,
        }


def _can_be(
    change: Change, places: Mapping[str, int], leads: Mapping[str, Collection[str]]
) -> bool:
    if change.code == "other-lead":
        return change.detail in leads.get(change.patrol, ())
    # Whoever takes part sends somebody: a patrol without it is another patrol.
    return change.code != "fewer-places" or places[change.detail] > 1


def _told(
    problem: Problem, found: Conflict, owner: str, helping: set[str]
) -> dict[str, Any]:
    asked = {patrol.id: patrol for patrol in problem.patrols}
    sides = {
        code
        for one in found.requirements
        for code in (asked[one.patrol].places if one.rule == "H2" else [one.detail])
    }
    return {
        "requirements": [
            {
                "rule": one.rule,
                "patrol": one.patrol,
                "detail": one.detail,
                "count": asked[one.patrol].places.get(one.detail, 1)
                if one.rule == "H1"
                else asked[one.patrol].certificates.get(one.detail, 1),
            }
            for one in found.requirements
        ],
        # Of partners' people it would say who is away or lacks a paper.
        "rules": list(found.relaxing) if sides <= {owner} else [],
        "helped_by": sorted(helping - {owner}),
    }
