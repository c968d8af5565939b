"""One roster worked out by a worker: from the claim to the plan. It loads OR-Tools."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import structlog
from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from agencies.context import system
from patrols.actions import roster_runs
from patrols.models import Patrol, Roster, RosterState, RosterWork
from patrols.roster import (
    Plan,
    Problem,
    explain_gaps,
    from_json,
    repair,
    solve,
    to_json,
)
from patrols.roster.search import Progress
from patrols.roster_problem import MOST_PATROLS, build, crews_of, patrols_of
from patrols.roster_reasons import Reasons, reasons_of

log = structlog.get_logger(__name__)
# Seconds between two signs of life.
BEAT = 0.5
# A plan is mended within so many seconds: somebody waits for it.
MENDING = 30
# What people know of: to change it is to call somebody anew.
PUBLIC = (RosterState.PUBLISHED, RosterState.SUPERSEDED)


def run_next() -> bool:
    """Work out the next roster that waits; return whether there was one."""
    with system("roster") as by:
        roster = roster_runs.claim(by=by)
    if roster is None:
        return False
    try:
        _run(roster)
    except Exception:
        log.exception("roster_failed", roster=str(roster.pk))
        _fail(roster, "error")
    return True


def _run(roster: Roster) -> None:
    with system("roster"):
        patrols = list(patrols_of(roster))
        refused = "" if patrols else "no_patrols"
        if len(patrols) > MOST_PATROLS:
            refused = "too_many_patrols"
        if not refused:
            problem = build(roster, patrols)
            published = _published(roster, problem)
    if refused:
        _fail(roster, refused)
        return
    with pulse_of(roster) as pulse:
        if published is None:
            plan = solve(
                problem,
                seconds=roster.seconds,
                on_progress=pulse.note,
                should_stop=pulse.is_over.is_set,
            )
        else:
            plan = repair(problem, published, seconds=min(roster.seconds, MENDING)).plan
        pulse.say("reasons")
        found = _why(roster, problem, plan, patrols)
    with system("roster") as by:
        roster_runs.finish(
            roster=roster,
            problem=to_json(problem),
            plan=to_json(plan),
            summary=summary(problem, plan, roster.owner.code) | found.told,
            reasons=list(_reasons(problem, plan)),
            remedies=found.remedies,
            by=by,
        )


def _fail(roster: Roster, failure: str) -> None:
    with system("roster") as by:
        roster_runs.fail(roster=roster, failure=failure, by=by)


def _why(
    roster: Roster, problem: Problem, plan: Plan, patrols: list[Patrol]
) -> Reasons:
    """Return why the plan has gaps; one that nobody can explain is a plan as well."""
    leads = {str(patrol.pk): set(patrol.entitlements) for patrol in patrols}
    try:
        return reasons_of(problem, plan, owner=roster.owner.code, leads=leads)
    except Exception:
        log.exception("roster_unexplained", roster=str(roster.pk))
        return Reasons()


def _published(roster: Roster, problem: Problem) -> Plan | None:
    """Return the plan to be mended: what of it is still in force, with its gaps.

    A draft that mends one leads to what it mends; any other is no plan yet.
    """
    former = roster
    while former.state not in PUBLIC:
        if former.mends_id is None:
            return None
        former = Roster.objects.get(pk=former.mends_id)
    stored = from_json(Plan, RosterWork.objects.get(roster=former).plan)
    known = {patrol.id for patrol in problem.patrols}
    return replace(
        stored,
        assignments=problem.published,
        units=problem.published_units,
        gaps=tuple(gap for gap in stored.gaps if gap.patrol in known),
    )


def summary(problem: Problem, plan: Plan, owner: str) -> dict[str, Any]:
    """Return what the owner is told of a plan: sums, crews by number, what is missing.

    Of partners' people it holds how many come, and how many do not: no names. What
    they wish for is in no number either, so the sums are made without it; the gap is
    that of the whole plan.
    """
    own = {one.id for one in problem.officers if one.agency == owner}
    terms = replace(plan.terms, wishes=_unmet(problem, plan, own))
    cost = terms.cost(problem.weights)
    return {
        "terms": to_json(terms),
        "cost": cost,
        "bound": int(cost * (1 - plan.gap)),
        "gap": round(plan.gap, 4),
        "is_optimal": plan.is_optimal,
        "missing": plan.terms.gaps,
        "gaps": [
            {"rule": g.rule, "patrol": g.patrol, "detail": g.detail, "count": g.count}
            for g in plan.gaps
        ],
        "asked": {one.id: dict(one.places) for one in problem.patrols},
        "crews": crews_of(plan, problem),
    }


def _unmet(problem: Problem, plan: Plan, officers: Collection[str]) -> int:
    """Return how many wishes of some officers a plan does not meet."""
    sent = {(given.officer, given.patrol) for given in plan.assignments}
    return sum(
        ((wish.officer, wish.patrol) in sent) != (wish.weight > 0)
        for wish in problem.wishes
        if wish.officer in officers
    )


def _reasons(problem: Problem, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the gaps that are of one agency, with what became of its people."""
    for told in explain_gaps(problem, plan):
        if told.gap.rule in {"H1", "H3"}:
            yield {
                "patrol": told.gap.patrol,
                "agency": told.gap.detail,
                "rule": told.gap.rule,
                "count": told.gap.count,
                "funnel": [list(one) for one in told.funnel],
            }


class Pulse:
    """Signs of life of one solve, and whether somebody said stop.

    The engine asks from several threads; it is answered from memory. The table is
    written by one thread of its own, on its own connection, in short transactions.
    """

    def __init__(self, roster: Roster) -> None:
        """Follow one claimed roster."""
        self.roster = roster
        self.progress: dict[str, Any] = {}
        self.phase = "plan"
        self.is_over, self.is_done = Event(), Event()

    def say(self, phase: str) -> None:
        """Take what the worker is at: ``plan``, then ``reasons``."""
        self.phase = phase
        self.progress = self.progress | {"phase": phase}

    def note(self, progress: Progress) -> None:
        """Take how far the search is; a cost would tell of partners' wishes."""
        self.progress = {
            "gap": round(progress.gap, 4),
            "gaps": progress.gaps,
            "phase": self.phase,
            "at": timezone.now().isoformat(),
        }

    def beat(self) -> None:
        """Tell the table, until it is done; what fails once is tried again."""
        try:
            while not self.is_done.wait(BEAT):
                try:
                    with system("roster") as by:
                        goes_on = roster_runs.follow(
                            roster=self.roster, progress=self.progress, by=by
                        )
                except DatabaseError:
                    log.warning("roster_unfollowed", roster=str(self.roster.pk))
                    connections.close_all()
                    continue
                if not goes_on:
                    self.is_over.set()
        finally:
            connections.close_all()


@contextmanager
def pulse_of(roster: Roster) -> Iterator[Pulse]:
    """Give signs of life of a claimed roster as long as the block lasts."""
    pulse = Pulse(roster)
    thread = Thread(target=pulse.beat, daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        pulse.is_done.set()
        thread.join()
