"""Who goes on a patrol, as far as each reader may know it.

Colleagues know each other by name. Partners are told what the agreements say of a
crew, and nothing else: how many come of each agency, in which role, by which call sign.
That is ``Patrol.crew``, written when a roster is published.
"""

from collections.abc import Iterable
from uuid import UUID

from agencies.accounts import share_of
from agencies.models import Agency
from agencies.policy import NOBODY_KEY, Audience
from patrols.models import Assignment, Patrol

COMMANDER, OFFICER = "commander", "officer"
# By agency its people, the commander first.
Crew = dict[str, list[dict[str, str]]]


def share(patrol: Patrol, agency: Agency) -> Audience:
    """Return the part of a patrol's audience that is one agency alone."""
    found = share_of(patrol, agency)
    return found if found.keys else Audience(frozenset({NOBODY_KEY}))


def crews(
    assignments: Iterable[Assignment], patrols: Iterable[UUID]
) -> dict[UUID, tuple[UUID | None, Crew]]:
    """Return the commander and the crew of each patrol, as partners know them."""
    found: dict[UUID, tuple[UUID | None, Crew]] = {pk: (None, {}) for pk in patrols}
    order = sorted(
        assignments, key=lambda one: (not one.is_commander, one.officer.call_sign)
    )
    for one in order:
        _commander, crew = found[one.patrol_id]
        role = COMMANDER if one.is_commander else OFFICER
        known = {"role": role, "call_sign": one.officer.call_sign}
        crew.setdefault(one.agency.code, []).append(known)
        if one.is_commander:
            found[one.patrol_id] = one.officer_id, crew
    return found
