"""Made-up borders to find rosters for: the same for the same size and seed.

Agencies have posts along the border, zones that two or three of them patrol together,
and officers with languages, papers, leave and work elsewhere.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from patrols.roster.problem import (
    Authorisation,
    Officer,
    Patrol,
    Pool,
    Problem,
    Span,
    Unit,
    Wish,
)

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
CERTIFICATES = {"first-aid": 0.6, "boat": 0.45, "drone": 0.45, "mountain": 0.5}
# How many officers each party of a zone sends: 3.5 to a patrol.
CREWS = ((2, 2), (2, 1), (1, 2, 1), (2, 2), (1, 2), (2, 1, 1), (1, 2), (2, 2))
ZONES = ("Asia/Bishkek", "Asia/Dushanbe", "Asia/Almaty", "Asia/Tashkent")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a problem is."""

    agencies: int
    officers: int
    zones: int
    days: int
    patrols: int


SIZES = {
    "small": Size(4, 60, 8, 14, 110),
    "medium": Size(6, 200, 20, 28, 560),
    "large": Size(8, 600, 40, 28, 1500),
}


def problem(size: Size, seed: int) -> Problem:
    """Return a problem of a size; the same for the same seed."""
    dice = random.Random(f"{size}/{seed}")
    agencies = [f"A{n}" for n in range(size.agencies)]
    zones = [_zone(dice, agencies, n, size) for n in range(size.zones)]
    officers = [_officer(dice, agencies, n, size) for n in range(size.officers)]
    turns = dict.fromkeys(agencies, 0)
    patrols = []
    for n in range(size.patrols):
        day = n * size.days // size.patrols
        patrols.append(_patrol(dice, zones[n % len(zones)], n, day, turns))
    pools = []
    for code in agencies:
        count = ceil(size.patrols / size.days * 2.4 / size.agencies) + 1
        units = [Unit(f"{code}-car-{n}") for n in range(count)]
        units[0] = Unit(units[0].id, (_span(dice, size, 24, 72, "maintenance"),))
        pools.append(Pool(code, "car", tuple(units), 60))
    wishes = {}
    for _n in range(size.officers):
        wish = Wish(
            dice.choice(officers).id,
            dice.choice(patrols).id,
            dice.choice((-150, -100, 60)),
        )
        wishes[wish.officer, wish.patrol] = wish
    return Problem(
        officers=tuple(officers),
        patrols=tuple(patrols),
        pools=tuple(pools),
        wishes=tuple(wishes.values()),
        time_zones={code: ZONES[n % 4] for n, code in enumerate(agencies)},
    )


@dataclass(frozen=True, slots=True)
class _Zone:
    parties: tuple[str, ...]
    base: tuple[float, float]
    certificate: str
    places: tuple[int, ...]


def _zone(dice: random.Random, agencies: list[str], n: int, size: Size) -> _Zone:
    at = n * size.agencies // size.zones
    parties = [agencies[at], agencies[(at + 1) % size.agencies]]
    places = CREWS[n % len(CREWS)]
    if len(places) > 2:
        parties.append(agencies[(at + 2) % size.agencies])
    base = (66 + 16 * (n + dice.random()) / size.zones, 38 + 3 * dice.random())
    return _Zone(tuple(parties), base, dice.choice(list(CERTIFICATES)), places)


def _span(dice: random.Random, size: Size, low: int, high: int, code: str) -> Span:
    starts = BEGIN + timedelta(hours=dice.randrange(size.days * 24))
    return Span(starts, starts + timedelta(hours=dice.randint(low, high)), code)


def _officer(dice: random.Random, agencies: list[str], n: int, size: Size) -> Officer:
    at = n % size.agencies
    code = agencies[at]
    languages = [f"own-{code}"]
    languages += ["ru"] if dice.random() < 0.85 else []
    languages += ["en"] if dice.random() < 0.3 else []
    expiring = (BEGIN + timedelta(days=dice.randint(3, size.days))).date()
    certificates: dict[str, date | None] = {
        name: expiring if dice.random() < 0.08 else None
        for name, share in CERTIFICATES.items()
        if dice.random() < share
    }
    near = [agencies[(at + step) % size.agencies] for step in (-2, -1, 0, 1, 2)]
    papers = tuple(
        Authorisation(one)
        for one in sorted(set(near))
        if one == code or dice.random() < 0.93
    )
    away = [_span(dice, size, 24, 72, dice.choice(("leave", "training")))]
    if dice.random() < 0.1:
        away.append(_span(dice, size, 120, 240, "leave"))
    duties = [_span(dice, size, 6, 10, "post")] if dice.random() < 0.25 else []
    along = 66 + 16 * (at + 0.5 + dice.random()) / size.agencies
    return Officer(
        id=f"o{n:03}",
        agency=code,
        languages=tuple(languages),
        certificates=certificates,
        authorisations=papers,
        away=tuple(away),
        duties=tuple(duties),
        is_commander=dice.random() < 0.55,
        base=(along, 38 + 3 * dice.random()),
        contract_hours=dice.choice((40, 40, 40, 30, 20)),
    )


def _patrol(
    dice: random.Random, zone: _Zone, n: int, day: int, turns: dict[str, int]
) -> Patrol:
    lead = min(zone.parties, key=lambda code: (turns[code], code))
    turns[lead] += 1
    starts = BEGIN + timedelta(days=day, hours=dice.randrange(0, 24, 2))
    crew = sum(zone.places)
    certificates = {zone.certificate: 1 + (crew > 4)} if dice.random() < 0.6 else {}
    if dice.random() < 0.4:
        certificates["first-aid"] = max(1, certificates.get("first-aid", 0))
    return Patrol(
        id=f"p{n:04}",
        starts=starts,
        ends=starts + timedelta(hours=dice.randint(5, 10)),
        places=dict(zip(zone.parties, zone.places, strict=True)),
        lead=lead,
        certificates=certificates,
        commander_certificate=zone.certificate if dice.random() < 0.1 else "",
        languages=("en", "ru"),
        territories=zone.parties[:2],
        equipment={(lead, "car"): 1 + (crew > 4)},
        base=zone.base,
    )
