"""Whether a swap may be: its crews, judged by ``roster_check`` as things stand now."""

from collections.abc import Mapping

from patrols.models import Patrol
from patrols.roster import to_json
from patrols.roster_check import Finding, check, missing
from patrols.roster_facts import Json
from patrols.roster_problem import build
from patrols.swap_rules import Change


def faults(changes: list[Change], patrols: list[Patrol]) -> tuple[list[Finding], Json]:
    """Return what only the changes break or lack, and the problem it was found in.

    What is wrong or missing already stands in nobody's way: a swap need not mend it.
    The rest of the officers' duties is in the problem, as work elsewhere. Reads the
    people of all agencies, so in the system context.
    """
    roster = changes[0].duty.roster
    # What is locked counts where it is in force, not in the roster before.
    roster.mends = None
    problem = to_json(build(roster, patrols))
    instead = {
        (str(one.duty.patrol_id), str(one.gives)): str(one.takes) for one in changes
    }
    now, then = _plan(problem, {}), _plan(problem, instead)
    known = set(check(problem, now))
    lacked, lacks = missing(problem, now), missing(problem, then)
    found = [
        one
        for one in check(problem, then)
        if one.rule and one.code != "gap-not-true" and one not in known
    ]
    found += [
        Finding(rule, "missing", patrol)
        for (rule, patrol, detail), count in sorted(lacks.items())
        if count > lacked[rule, patrol, detail]
    ]
    return found, problem


def _plan(problem: Json, instead: Mapping[tuple[str, str], str]) -> Json:
    """Return what is published, with the changes, as a plan that names no gap.

    Who cannot be sent at all any more goes nowhere: the judge would stop at them.
    """
    officers = {one["id"]: one for one in problem["officers"]}
    sent = [
        [patrol, instead.get((patrol, officer), officer), is_commander]
        for patrol, officer, is_commander in problem["published"]
    ]
    sent = [one for one in sent if one[1] in officers]
    spoken = {one["id"]: set(one["languages"]) for one in problem["patrols"]}
    for patrol, officer, _is_commander in sent:
        spoken[patrol] &= set(officers[officer]["languages"])
    return {
        "assignments": sent,
        "units": problem["published_units"],
        "gaps": [],
        "languages": {pk: min(shared) for pk, shared in spoken.items() if shared},
        "terms": dict.fromkeys(problem["weights"], 0),
        "cost": 0,
        "bound": 0,
    }
