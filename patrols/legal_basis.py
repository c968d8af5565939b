"""What an agreement permits: the one place that says so, clause by clause.

Programmes and patrols rest on it alike. A patrol of one agency alone, at home, needs
no agreement: "at home" means that its demand names no other state's territory, for
where a border is not agreed nobody here can say whose ground lies where.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.models import Agreement, Party
from agencies.policy import Actor
from patrols import crossing
from patrols.models import (
    OPEN_STATES,
    Patrol,
    Place,
    Programme,
    Route,
    Zone,
)

# The clause that each refusal names.
CLAUSES = {
    "not_a_party": "parties",
    "not_in_force": "term",
    "purpose_not_permitted": "purposes",
    "outside_agreement": "area",
    "too_deep": "crossing depth",
}
# The columns of a patrol that its agreement binds.
BINDING = frozenset(
    {
        "agreement", "purpose", "zone", "zone_id", "route", "route_id", "starts_at",
        "ends_at", "participants", "demand",
    }
)  # fmt: skip
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What is to rest on an agreement.

    ``agencies`` are the codes of those who take part, with the pointer at which one
    that is no party is refused; ``days`` the first and the last, which must lie in the
    agreement's term.
    """

    agreement: Any
    owner: str
    agencies: Mapping[str, str]
    purpose: str
    days: Days
    zone: Zone | None
    route: Route | None


def of_programme(
    programme: Programme, zone: Zone | None, route: Route | None
) -> Undertaking:
    """Return a programme's, in places that are seen; in force on the first day ahead.

    Of later days each patrol is asked when it is opened.
    """
    first = max(programme.first_on, timezone.localdate())
    return Undertaking(
        programme.agreement_id,
        programme.owner.code,
        {code: f"/entitlements/{code}" for code in programme.entitlements},
        programme.purpose,
        (first, first),
        zone,
        route,
    )


def of_patrol(patrol: Patrol, zone: Zone | None, route: Route | None) -> Undertaking:
    """Return a patrol's, in places that are seen; its days are those of its owner."""
    clock = ZoneInfo(patrol.owner.time_zone)
    return Undertaking(
        patrol.agreement_id,
        patrol.owner.code,
        dict.fromkeys(patrol.participants, "/participants"),
        patrol.purpose,
        days_of(patrol.starts_at, patrol.ends_at, clock),
        zone,
        route,
    )


def days_of(start: datetime, end: datetime, zone: ZoneInfo) -> Days:
    """Return the first and the last day that a time touches."""
    last = end - timedelta(microseconds=1)
    return start.astimezone(zone).date(), last.astimezone(zone).date()


def require_patrol(patrol: Patrol, by: Actor) -> None:
    """Refuse a patrol that its agreement does not permit, or that lacks one."""
    if patrol.agreement_id is not None:
        require_permitted(of_patrol(patrol, patrol.zone, patrol.route), by)
    elif refusal := lacking(patrol):
        raise refusal


def lacking(patrol: Patrol) -> Invalid | None:
    """Return the refusal of a patrol that needs an agreement."""
    pointer = "/agreement"
    if {patrol.owner.code, *patrol.participants} != {patrol.owner.code}:
        text = _("More than one agency takes part: name the agreement that permits it.")
        return Invalid("agreement_needed", text, pointer=pointer)
    if set(patrol.demand.get("territories", [])) - {patrol.owner.state_id}:
        text = _("It enters another state: name the agreement that permits it.")
        return Invalid("agreement_needed", text, pointer=pointer)
    return None


def require_permitted(work: Undertaking, by: Actor) -> None:
    """Refuse what an agreement does not permit, by the first clause that it breaks."""
    for refusal in breaches(work, by):
        raise refusal


def breaches(work: Undertaking, by: Actor) -> Iterator[Invalid]:
    """Yield a refusal for each clause that is broken, as far as the actor sees."""
    agreement = seen(work.agreement, by)
    parties = parties_of(agreement, by)
    if agreement is None or work.owner not in parties:
        text = _("Your agency is not a party to this agreement.")
        yield Invalid("not_a_party", text, pointer="/agreement")
        return
    clause = {"agreement": agreement.code}
    if not in_force(agreement, *work.days):
        yield outside_term(agreement)
    if work.purpose not in agreement.purposes:
        text = _("Agreement %(agreement)s, clause “purposes”: it does not name this.")
        yield Invalid("purpose_not_permitted", text % clause, pointer="/purpose")
    for code, pointer in work.agencies.items():
        if code not in parties:
            text = _("Agreement %(agreement)s, clause “parties”: %(code)s is not one.")
            given = clause | {"code": code}
            yield Invalid("not_a_party", text % given, pointer=pointer)
    yield from crossing.breaches(agreement, parties, work.zone, work.route)


def seen(agreement: Any, by: Actor) -> Agreement | None:
    """Return an agreement by its id, if the actor sees it."""
    return Agreement.objects.visible_to(by).filter(pk=agreement).first()


def outside_term(agreement: Agreement) -> Invalid:
    """Return the refusal of days on which an agreement does not bind."""
    text = _("Agreement %(agreement)s, clause “term”: it is not in force then.")
    given = {"agreement": agreement.code}
    return Invalid("not_in_force", text % given, pointer="/agreement")


def in_force(agreement: Agreement, first: date, last: date) -> bool:
    """Whether an agreement binds from a day to a day."""
    until = agreement.in_force_until
    return agreement.in_force_from <= first and (until is None or last <= until)


def parties_of(agreement: Agreement | None, by: Actor) -> set[str]:
    """Return the codes of an agreement's present parties, as far as they are seen."""
    present = Party.objects.visible_to(by).present().filter(agreement=agreement)
    return set(present.values_list("agency__code", flat=True))


def require_still_carried(programme: Programme, parties: Iterable[str]) -> None:
    """Refuse to open patrols for agencies that have left the agreement."""
    missing = {programme.owner.code, *programme.entitlements} - set(parties)
    if missing:
        raise Conflict(
            "party_left",
            _("%(code)s is no longer a party to agreement %(agreement)s.")
            % {"code": min(missing), "agreement": programme.agreement.code},
        )


def require_shape_permitted(place: Place, by: Actor) -> None:
    """Refuse a new shape on which the owner's own work could not go on.

    ``place`` is a zone or route, not saved yet. What other agencies plan there is
    looked at when these change it: it is not told here.
    """
    kind = place.type_name()
    there = {"owner": place.owner_id, kind: place.pk}
    programmes = Programme.objects.visible_to(by).filter(is_active=True, **there)
    single = Patrol.objects.visible_to(by).filter(
        programme=None, state__in=OPEN_STATES, ends_at__gt=timezone.now(), **there
    )
    rows: list[Programme | Patrol] = [
        *programmes.select_related("zone", "route"),
        *single.exclude(agreement=None).select_related("zone", "route"),
    ]
    for row in rows:
        setattr(row, kind, place)
        _require_ground(row, place, by)


def _require_ground(row: Programme | Patrol, place: Place, by: Actor) -> None:
    if (agreement := seen(row.agreement_id, by)) is None:
        return
    parties = parties_of(agreement, by)
    for refusal in crossing.breaches(agreement, parties, row.zone, row.route):
        if isinstance(row, Patrol):
            text, name = _("Patrol %(code)s: %(refusal)s"), row.ref
        else:
            text, name = _("Programme %(code)s: %(refusal)s"), row.code
        given = {"code": name, "refusal": str(refusal)}
        raise Invalid(refusal.code, text % given, pointer=f"/{place.shape}")
