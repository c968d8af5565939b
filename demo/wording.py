"""Putting words to places: which town is near, how far, on which side."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from demo.crossings import CrossingSpec, crossings
from demo.geodesy import bearing, distance_km
from demo.geography import SectionSpec
from demo.scenario import CODES, NUMBERS, SLOTS, SLOTS_RU, Scenario

PLACES = Path(__file__).resolve().parent.parent / "static/basemap/places.geojson"
_WINDS = ["north", "north-east", "east", "south-east"]
_WINDS += ["south", "south-west", "west", "north-west"]
# Further away than this, a town says nothing about a place.
_NEAR_KM = 70


class Town(NamedTuple):
    """A populated place."""

    name: str
    lon: float
    lat: float


@cache
def _towns() -> tuple[Town, ...]:
    features = json.loads(PLACES.read_text(encoding="utf-8"))["features"]
    return tuple(
        Town(f["properties"]["name"], *f["geometry"]["coordinates"]) for f in features
    )


def nearest_town(lon: float, lat: float) -> tuple[Town, float]:
    """Return the nearest populated place and its distance in kilometres."""
    towns = sorted(_towns(), key=lambda t: (t.lon - lon) ** 2 + (t.lat - lat) ** 2)
    found = min(towns[:4], key=lambda t: distance_km(lon, lat, t.lon, t.lat))
    return found, distance_km(lon, lat, found.lon, found.lat)


def nearest_crossing(pair: str, lon: float, lat: float) -> CrossingSpec:
    """Return the nearest crossing of a border, of any border if it has none."""
    known = [c for c in crossings() if c.pair == pair] or list(crossings())
    return min(known, key=lambda c: distance_km(lon, lat, c.lon, c.lat))


def describe(
    section: SectionSpec, lon: float, lat: float, rng: random.Random
) -> dict[str, str]:
    """Return the slots that depend on the place: town, where, crossing."""
    town, km = nearest_town(lon, lat)
    crossing = nearest_crossing(section.pair, lon, lat)
    wind = _WINDS[round(bearing(town.lon, town.lat, lon, lat) / 45) % 8]
    whereabouts = [f"in section {section.code}", f"in the {section.name} section"]
    name = section.name.split(" – ")[0]
    if km <= _NEAR_KM:
        name = town.name
        whereabouts += [f"{max(1, round(km))} km {wind} of {town.name}"] * 3
        if km < 12:
            whereabouts += [f"close to {town.name}"]
    return {
        "town": name,
        "where": rng.choice(whereabouts),
        "crossing": crossing.name.split(" – ")[0],
    }


class Told(NamedTuple):
    """An incident in words, and the same in the form of its type."""

    title: str
    narrative: str
    details: dict[str, Any]


def tell(scenario: Scenario, place: dict[str, str], rng: random.Random) -> Told:
    """Return title, narrative and details with all slots filled."""
    own = SLOTS_RU if scenario.language == "ru" else {}
    slots = {name: rng.choice(own.get(name, words)) for name, words in SLOTS.items()}
    slots |= place
    slots |= {
        "unit_low": slots["unit"][0].lower() + slots["unit"][1:],
        "vehicle_cap": slots["vehicle"][0].upper() + slots["vehicle"][1:],
        "few": rng.choice(own.get("few", list(NUMBERS))),
        "n": str(rng.randint(3, 9)),
        "kg": str(rng.choice([1, 2, 3, 4, 6, 8, 11, 14, 18, 23, 31, 47])),
        "many": str(rng.choice([12, 18, 20, 25, 30, 35, 40, 60])),
        "age": str(rng.randint(6, 14)),
        "age_adult": str(rng.randint(32, 70)),
        "number": f"{rng.randint(2, 390)}/{rng.randint(1, 6)}",
        "weeks": rng.choice(["two", "three", "four", "six"]),
        "dark_hours": str(rng.randint(3, 20)),
    }
    title, text = (t.format(**slots) for t in (scenario.title, scenario.text))
    details = {name: _filled(one, slots) for name, one in scenario.details.items()}
    return Told(_capitals(title)[:160], _capitals(text), details)


def _filled(value: Any, slots: dict[str, str]) -> Any:
    """Return a field of a form: a number or a code where it is one."""
    if isinstance(value, list):
        return [_filled(one, slots) for one in value]
    if not isinstance(value, str):
        return value
    text = value.format(**slots)
    known = NUMBERS.get(text, CODES.get(text, text))
    return int(known) if isinstance(known, str) and known.isdecimal() else known


def _capitals(text: str) -> str:
    """Begin the text and each sentence with a capital."""
    return re.sub(r"(^|[.?!] )(\w)", lambda found: found[1] + found[2].upper(), text)
