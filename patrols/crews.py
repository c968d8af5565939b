"""Who goes on a patrol, as far as each reader may know it.

Colleagues know each other by name. Partners are told what the agreements say of a
crew, and nothing else: how many come of each agency, in which role, by which call sign.
That is ``Patrol.crew``, written when a roster is published.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from agencies.accounts import share_of
from agencies.models import Agency, Asset, Officer
from agencies.policy import (
    NOBODY_KEY,
    PERMISSIONS,
    Audience,
    Permission,
    officer_key,
)
from patrols.models import Assignment, Patrol

COMMANDER, OFFICER = "commander", "officer"
# By agency its people, the commander first.
Crew = dict[str, list[dict[str, str]]]


def share(patrol: Patrol, agency: Agency) -> Audience:
    """Return the part of a patrol's audience that is one agency alone."""
    found = share_of(patrol, agency)
    return found if found.keys else Audience(frozenset({NOBODY_KEY}))


def told_of(level: int, agency: Agency, *officers: UUID) -> Audience:
    """Return some officers of an agency, and its planners: who hears of their duties.

    ``level`` is that of the patrol that it is about.
    """
    roles = [role for role, may in PERMISSIONS.items() if Permission.PATROL_PLAN in may]
    rows = Officer.objects.filter(agency=agency, is_active=True, roles__overlap=roles)
    ids = {*officers, *rows.order_by().values_list("pk", flat=True)}
    return Audience(frozenset(officer_key(pk, level) for pk in ids))


def hold(
    patrols: Collection[UUID],
    officers: Collection[UUID],
    assets: Collection[UUID] = (),
) -> None:
    """Lock patrols, and who and what is sent on them, always in the same order.

    Of two who send the same people at once the second finds what the first has done.
    Of partners' people the platform's own context alone finds any.
    """
    outings = Patrol.objects.filter(pk__in=patrols).order_by("pk")
    list(outings.select_for_update(of=("self",)).values_list("pk"))
    for model, taken in ((Officer, officers), (Asset, assets)):
        rows = model._default_manager.filter(pk__in=taken).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


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
