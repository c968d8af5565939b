"""Who and what of a published plan cannot go any more, judged as publication is.

It loads OR-Tools, and reads the people of all agencies: in the system context alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from agencies.models import Certification
from patrols.clashes import Time, overlap
from patrols.models import AssetUse, Assignment, Roster, RosterState
from patrols.roster import to_json
from patrols.roster_facts import Facts, Json, moment
from patrols.roster_problem import build, patrols_of


def hindrances(roster: Roster) -> dict[UUID, str]:
    """Return why somebody of a published roster cannot go, by the assignment's id.

    Codes are those of the reasons for gaps, and ``gone``, ``maintenance`` and
    ``unserviceable``; empty for who can go. Looked at are the patrols still to leave
    that a new roster would be about, as published and in drafts that mend it; uses of
    assets are among them.
    """
    is_draft = Q(roster__mends=roster, roster__state=RosterState.READY)
    counts = Q(roster=roster, is_active=True) | is_draft
    sent = list(Assignment.objects.filter(counts).select_related("agency"))
    used = list(AssetUse.objects.filter(counts))
    patrols = list(patrols_of(roster, {one.patrol_id for one in [*sent, *used]}))
    if not patrols:
        return {}
    facts = Facts(to_json(build(roster, patrols)), {})
    known = {str(patrol.pk) for patrol in patrols}
    sent = [one for one in sent if str(one.patrol_id) in known]
    found = {one.pk: _of_person(facts, one) for one in sent}
    found |= {pk: "not-certified" for pk in _lapsed(facts, sent) if not found[pk]}
    units = _Units(facts.problem)
    for use in used:
        if str(use.patrol_id) in known:
            found[use.pk] = units.hindrance(facts, use)
    return found


def _of_person(facts: Facts, one: Assignment) -> str:
    officer, patrol = str(one.officer_id), str(one.patrol_id)
    found = facts.officers.get(officer)
    if found is None or found["agency"] != one.agency.code:
        return "gone"
    rules = set(facts.barred(officer, patrol))
    if "H8" in rules:
        return next(
            f"away.{gone['code']}"
            for gone in found["away"]
            if overlap(_span(gone), facts.spans[patrol])
        )
    if "H9" in rules:
        return "no-authorisation"
    if one.is_commander and not facts.may_command(officer, patrol):
        return "not-commander"
    return ""


def _lapsed(facts: Facts, sent: Iterable[Assignment]) -> Iterator[UUID]:
    """Yield who once held a paper that their crew now lacks."""
    once = set(
        Certification.objects.filter(
            officer__in={one.officer_id for one in sent}
        ).values_list("officer_id", "code")
    )
    crews: dict[tuple[UUID, str], list[Assignment]] = defaultdict(list)
    for one in sent:
        if str(one.officer_id) in facts.officers:
            crews[one.roster_id, str(one.patrol_id)].append(one)
    for (_roster, patrol), crew in crews.items():
        if not facts.in_force("H2", patrol):
            continue
        for code, wanted in facts.patrols[patrol]["certificates"].items():
            without = [
                o for o in crew if not facts.holds(str(o.officer_id), code, patrol)
            ]
            if len(crew) - len(without) < wanted:
                yield from (o.pk for o in without if (o.officer_id, code) in once)


class _Units:
    """The equipment of a problem, each with its repairs."""

    def __init__(self, problem: Json) -> None:
        self.away = {
            unit["id"]: [
                _span(one) for one in unit["away"] if one["code"] == "maintenance"
            ]
            for pool in problem["pools"]
            for unit in pool["units"]
        }
        self.turnaround = timedelta(
            minutes=max((p["turnaround_minutes"] for p in problem["pools"]), default=0)
        )

    def hindrance(self, facts: Facts, use: AssetUse) -> str:
        """Return why an asset is not there."""
        spans = self.away.get(str(use.asset_id))
        if spans is None:
            return "unserviceable"
        begin, end = facts.spans[str(use.patrol_id)]
        out = begin, end + self.turnaround
        return "maintenance" if any(overlap(one, out) for one in spans) else ""


def _span(told: Json) -> Time:
    return moment(told["starts"]), moment(told["ends"])
