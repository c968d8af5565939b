"""Which units could respond to an incident: who is near, fit and free.

Only what the reader sees is proposed, and a unit counts as busy only as far as the
reader may know. Distances are geodesics on WGS 84. Travel times are estimates, by the
plain assumptions of :data:`MOBILITY`: from leaving at the higher speed to leaving at
the lower, along a straight line. ``docs/incident-life.md`` states them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pyproj import Geod

from agencies.models import (
    USABLE,
    Agency,
    Asset,
    AssetKind,
    AssetStatus,
    Maintenance,
    Post,
    Release,
)
from agencies.policy import Actor
from incidents.models import RESPONSE_OVER, Category, Incident, Response
from patrols.models import AssetUse, Patrol

GEOD = Geod(ellps="WGS84")
# How many are proposed, and among how many of a kind, at most.
SHOWN = 12
LOOKED_AT = 2000
# A patrol may be anywhere by now.
STALE = timedelta(minutes=30)


class Mobility(NamedTuple):
    """How a kind of unit moves: minutes until it leaves, km/h, reach in km."""

    ready_min: int
    slow_kmh: float
    fast_kmh: float
    reach_km: float


# In broken country, along the straight line: a road there is half as long again.
# A patrol may be on foot or mounted.
MOBILITY: dict[str, Mobility] = {
    "patrol": Mobility(0, 4, 25, 60),
    "post": Mobility(15, 15, 40, 120),
    AssetKind.VEHICLE.value: Mobility(15, 15, 40, 120),
    AssetKind.DOG.value: Mobility(20, 15, 40, 120),
    AssetKind.DRONE.value: Mobility(10, 30, 60, 20),
    AssetKind.BOAT.value: Mobility(20, 10, 30, 40),
    AssetKind.AIRCRAFT.value: Mobility(30, 100, 180, 300),
}
# Assets that help with everything, and with some categories besides.
ALWAYS = {AssetKind.VEHICLE, AssetKind.DRONE, AssetKind.AIRCRAFT}
BESIDES: dict[str, set[AssetKind]] = {
    Category.DRUGS: {AssetKind.DOG},
    Category.ARMS: {AssetKind.DOG},
    Category.SMUGGLING: {AssetKind.DOG, AssetKind.BOAT},
    Category.TRAFFICKING: {AssetKind.DOG, AssetKind.BOAT},
    Category.CROSSING: {AssetKind.DOG, AssetKind.BOAT},
    Category.TERRORISM: {AssetKind.DOG},
    Category.HAZARD: {AssetKind.BOAT},
    Category.MEDICAL: {AssetKind.BOAT},
}


@dataclass(frozen=True, slots=True)
class Unit:
    """Somebody who could go, how far away, and what is to be known before."""

    kind: str
    id: UUID
    what: str | Promise
    ref: str
    name: str
    agency: str
    agency_id: UUID
    distance_m: int
    # Until it is there, at best and at worst.
    minutes_from: int
    minutes_to: int
    # Of a patrol, when it was there; stale when that is long ago.
    seen_at: datetime | None = None
    is_stale: bool = False
    is_limited: bool = False
    # To which incident it responds, or that it is out with a patrol.
    busy: str | Promise = ""
    # Whether its agency sees the incident.
    is_released: bool = True
    # Whether it responds to this very incident already.
    is_sent: bool = False

    @property
    def km(self) -> str:
        """The distance in kilometres."""
        return f"{self.distance_m / 1000:.1f}"

    @property
    def choice(self) -> str:
        """The unit as one value, for a form."""
        return f"{self.kind}:{self.id}"


class _Found(NamedTuple):
    """A unit before anybody has measured."""

    kind: str
    row: Any
    what: str | Promise
    ref: str
    name: str
    agency: Any
    place: Any
    mobility: Mobility


def propose(incident: Incident, actor: Actor) -> list[Unit]:
    """Return the units that could respond, free ones first, then the nearest.

    To the owner those of every agency that it sees, to others their own. The number
    of queries does not depend on how many there are.
    """
    found = [*_patrols(actor), *_posts_and_assets(incident, actor)]
    if not actor.owns(incident):
        found = [one for one in found if one.agency.pk == actor.agency_id]
    near = _nearest(found, incident)
    busy, sent = _busy(near, incident, actor)
    told = agencies_told(incident, actor)
    units = [
        _unit(
            one,
            metres,
            busy.get(one.row.pk, ""),
            told,
            is_sent=one.row.pk in sent,
        )
        for one, metres in near
    ]
    return sorted(units, key=lambda unit: (bool(unit.busy), unit.distance_m))[:SHOWN]


def _patrols(actor: Actor) -> Iterable[_Found]:
    """Patrols under way whose position is known; one takes part itself, or the lead."""
    rows = Patrol.objects.visible_to(actor).under_way()
    rows = rows.without_doubles_of(actor.agency_id).filter(last_place__isnull=False)
    own = Agency.objects.filter(code=actor.agency).first()
    latest = rows.select_related("lead").order_by("-last_fix_at")[:LOOKED_AT]
    for row in latest:
        agency = own if own and own.code in row.participants else row.lead
        yield _Found(
            "patrol", row, _("patrol"), row.ref, row.title, agency,
            row.last_place, MOBILITY["patrol"],
        )  # fmt: skip


def _posts_and_assets(incident: Incident, actor: Actor) -> Iterable[_Found]:
    """Posts, and usable assets that stand at a post which the reader sees."""
    posts: dict[UUID | None, Post] = {
        row.pk: row
        for row in Post.objects.visible_to(actor).select_related("owner")[:LOOKED_AT]
    }
    for post in posts.values():
        yield _Found(
            "post", post, _("post team"), post.code, post.name, post.owner,
            post.place, MOBILITY["post"],
        )  # fmt: skip
    kinds = ALWAYS | BESIDES.get(incident.category, set())
    assets = Asset.objects.visible_to(actor).filter(kind__in=kinds, status__in=USABLE)
    now = timezone.now()
    out = Maintenance.objects.visible_to(actor).during(now, now + timedelta(minutes=1))
    rows = assets.exclude(pk__in=out.values("asset"))
    for row in rows.filter(post__in=posts).select_related("owner")[:LOOKED_AT]:
        yield _Found(
            "asset", row, row.get_kind_display(), row.code, row.name, row.owner,
            posts[row.post_id].place, MOBILITY[row.kind],
        )  # fmt: skip


def _nearest(found: list[_Found], incident: Incident) -> list[tuple[_Found, float]]:
    """Return those within reach with their distance in metres, nearest first.

    Some more than are shown: busy ones go behind the free.
    """
    if not found:
        return []
    here, there = incident.place, [one.place for one in found]
    count = len(found)
    _to, _back, metres = GEOD.inv(
        [place.x for place in there],
        [place.y for place in there],
        [here.x] * count,
        [here.y] * count,
    )
    pairs = [
        (one, far)
        for one, far in zip(found, metres, strict=True)
        if far <= one.mobility.reach_km * 1000
    ]
    return sorted(pairs, key=lambda pair: pair[1])[: 4 * SHOWN]


def _busy(
    near: list[tuple[_Found, float]], incident: Incident, actor: Actor
) -> tuple[dict[UUID | None, str | Promise], set[UUID | None]]:
    """Return what keeps units from going elsewhere, and which are sent here already.

    Both as far as the reader knows.
    """
    ids = {
        kind: [one.row.pk for one, _far in near if one.kind == kind]
        for kind in ("patrol", "post", "asset")
    }
    out = AssetUse.objects.visible_to(actor).filter(
        asset__in=ids["asset"], is_active=True, during__contains=timezone.now()
    )
    found: dict[UUID | None, str | Promise] = dict.fromkeys(
        out.values_list("asset", flat=True), _("out with a patrol")
    )
    here: set[UUID | None] = set()
    sent = Response.objects.visible_to(actor).exclude(state__in=RESPONSE_OVER)
    sent = sent.select_related("incident")
    is_one = Q(patrol__in=ids["patrol"]) | Q(post__in=ids["post"])
    for row in sent.filter(is_one | Q(asset__in=ids["asset"])):
        unit = row.patrol_id or row.post_id or row.asset_id
        if row.incident_id == incident.pk:
            here.add(unit)
        else:
            found[unit] = _("responds to %(ref)s") % {"ref": row.incident.ref}
    return found, here


def agencies_told(incident: Incident, actor: Actor) -> set[UUID]:
    """Return the actor's agency, and for the owner those it was released to."""
    if not actor.owns(incident):
        return {actor.agency_id} if actor.agency_id else set()
    released = Release.objects.visible_to(actor).of(incident).live()
    return released.agencies(actor) | {incident.owner_id}


def _unit(
    one: _Found,
    metres: float,
    busy: str | Promise,
    told: set[UUID],
    *,
    is_sent: bool,
) -> Unit:
    seen_at = one.row.last_fix_at if one.kind == "patrol" else None
    moves, km = one.mobility, metres / 1000
    return Unit(
        kind=one.kind,
        id=one.row.pk,
        what=one.what,
        ref=one.ref,
        name=one.name,
        agency=one.agency.code,
        agency_id=one.agency.pk,
        distance_m=round(metres),
        minutes_from=round(moves.ready_min + km / moves.fast_kmh * 60),
        minutes_to=round(moves.ready_min + km / moves.slow_kmh * 60),
        seen_at=seen_at,
        is_stale=seen_at is not None and timezone.now() - seen_at > STALE,
        is_limited=getattr(one.row, "status", "") == AssetStatus.LIMITED,
        busy=busy,
        is_released=one.agency.pk in told,
        is_sent=is_sent,
    )
