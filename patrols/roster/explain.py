"""Why a gap: what became of everybody who might have filled it. No solver is asked."""

from collections import Counter
from dataclasses import dataclass

from patrols.roster.candidates import ORDER
from patrols.roster.case import Case, seconds
from patrols.roster.plan import Gap, Plan
from patrols.roster.problem import Problem
from patrols.roster.roster import Roster

# Codes by rule: what keeps an officer away whatever the plan, and what the plan does.
ALWAYS = {
    "H9": "no-authorisation",
    "H4": "no-language",
    "H5": "duty-elsewhere",
    "H6": "hours-elsewhere",
    "H7": "days-elsewhere",
}
PLANNED = {"H5": "on-duty-or-resting", "H6": "week-is-full", "H7": "days-in-a-row"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One gap, and how many officers drop out by which code; in order, all counted.

    Codes: ``away.<code of the span>``, those of ``ALWAYS``, ``not-certified``,
    ``not-commander``, ``on-this-patrol``, those of ``PLANNED``, ``crew-language``,
    ``no-place`` and ``free``.
    """

    gap: Gap
    officers: int
    funnel: tuple[tuple[str, int], ...]


def explain_gaps(problem: Problem, plan: Plan) -> list[Explanation]:
    """Return the funnel of every place, certificate and commander that is missing."""
    case = Case(problem)
    roster = Roster(case).load(plan)
    found = []
    for gap in plan.gaps:
        if gap.is_of_crew:
            p = case.patrol_of[gap.patrol]
            people = list(case.asked(gap.rule, gap.detail, p))
            codes = Counter(_reason(roster, gap, o, p) for o in people)
            found.append(Explanation(gap, len(people), tuple(codes.most_common())))
    return found


def _reason(roster: Roster, gap: Gap, o: int, p: int) -> str:
    """Return the first reason for which an officer does not fill a gap."""
    case = roster.case
    for rule in ORDER:
        if case.barred[rule][o, p]:
            return _away(case, o, p) if rule == "H8" else ALWAYS.get(rule, "no-place")
    if gap.rule == "H2" and not case.holds[gap.detail][o, p]:
        return "not-certified"
    if gap.rule == "H3" and not case.commands[o, p]:
        return "not-commander"
    return "on-this-patrol" if o in roster.crews[p] else _taken(roster, o, p)


def _taken(roster: Roster, o: int, p: int) -> str:
    """Return how the rest of the plan keeps an officer from a patrol."""
    if rules := roster.hindrances(o, p):
        return PLANNED[rules[0]]
    if roster.heard[p] and not roster.common(p, {*roster.crews[p], o}):
        return "crew-language"
    return "free" if roster.room(p, roster.case.agency_of[o]) else "no-place"


def _away(case: Case, o: int, p: int) -> str:
    for span in case.officers[o].away:
        if seconds(span.starts) < case.end[p] and case.start[p] < seconds(span.ends):
            return f"away.{span.code}" if span.code else "away"
    return "away"
