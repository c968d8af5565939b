"""Who goes on a patrol, as far as each reader may know it.

Colleagues know each other by name. Partners are told what the agreements say of a
crew, and nothing else: how many come of each agency, in which role, by which call sign.
That is ``Patrol.crew``, written when a roster is published.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from math import inf
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of, memberships, share_of
from agencies.errors import Conflict
from agencies.models import Agency, Asset, Officer
from agencies.policy import (
    NOBODY_KEY,
    PERMISSIONS,
    Audience,
    Permission,
    base_key,
    officer_key,
    stricter,
)
from patrols.models import Assignment, Patrol, Swap, Wish

COMMANDER, OFFICER = "commander", "officer"
# By agency its people, the commander first.
Crew = dict[str, list[dict[str, str]]]


def share(patrol: Patrol, agency: Agency) -> Audience:
    """Return the part of a patrol's audience that is one agency alone."""
    found = share_of(patrol, agency)
    return found if found.keys else Audience(frozenset({NOBODY_KEY}))


def shared(patrol: Patrol, agency: Agency) -> Audience:
    """Return that part; refuse an agency that has none: nobody would see what it asks.

    An officer may see a patrol that was released to that officer by name.
    """
    found, now = share_of(patrol, agency), time.time()
    if all(found.expiring.get(key, inf) <= now for key in found.keys):
        text = _("Only named officers of your agency may see this patrol.")
        raise Conflict("not_shared", text)
    return found


def told_of(row: Wish | Swap, *officers: UUID) -> Audience:
    """Return some officers of an agency, and its planners: who hears of their duties.

    Of them only those whom the row lets in, at its level and for as long as it does.
    """
    roles = [role for role, may in PERMISSIONS.items() if Permission.PATROL_PLAN in may]
    concerned = Q(pk__in=officers) | Q(roles__overlap=roles)
    people = Officer.objects.filter(concerned, agency=row.agency_id, is_active=True)
    held, seen = memberships(row.agency_id), row.stored_audience
    keys, expiring = set(), {}
    for one in people.select_related("agency").order_by():
        ways = seen.keys & set(actor_of(one, lambda *_of: held).keys)
        if not ways:
            continue
        way = max(sorted(ways), key=lambda way: seen.expiring.get(way, inf))
        key = stricter(officer_key(one.pk, 0), base_key(way))
        keys.add(key)
        if way in seen.expiring:
            expiring[key] = seen.expiring[way]
    return Audience(frozenset(keys or {NOBODY_KEY}), expiring)


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


@contextmanager
def booking() -> Iterator[None]:
    """Write who goes; refuse whoever, or whatever, would be at two places at once.

    Officers are judged at the end, so that two may change places.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS booking_overlap DEFERRED")
            yield
            cursor.execute("SET CONSTRAINTS booking_overlap IMMEDIATE")
    except IntegrityError as error:
        if not any(name in str(error) for name in ("_overlap", "_once")):
            raise
        text = _("Somebody was sent elsewhere meanwhile. Plan anew.")
        raise Conflict("double_booked", text) from None


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
