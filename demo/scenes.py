"""Drawing where something happens, what it is, and who would report it."""

from __future__ import annotations

import random
from collections.abc import Mapping

from demo.cast import STATES
from demo.crimes import CRIMES
from demo.geography import SectionSpec, point_near, sections, state_at
from demo.mishaps import MISHAPS
from demo.scenario import Scenario
from demo.trespasses import TRESPASSES

_PAIRS = {
    "KG-TJ": 20, "KG-UZ": 20, "KZ-KG": 14, "KZ-UZ": 10, "TJ-UZ": 12,
    "TJ-AF": 12, "UZ-AF": 4, "UZ-TM": 6, "KZ-TM": 2, "TM-AF": 3,
}  # fmt: skip
_CATEGORIES: dict[str, float] = {
    "smuggling": 18, "crossing": 18, "drugs": 9, "livestock": 10, "dispute": 8,
    "marker": 7, "hazard": 8, "medical": 6, "trafficking": 4, "arms": 3,
    "clash": 1.5, "terrorism": 1.5, "other": 5,
}  # fmt: skip
# Who reports what: the agencies' kinds, the likeliest first.
_REPORTERS = {
    "drugs": ["border_guard", "border_guard", "police", "customs"],
    "arms": ["border_guard", "police"],
    "smuggling": ["customs", "customs", "border_guard"],
    "trafficking": ["police", "border_guard"],
    "terrorism": ["police", "border_guard"],
    "livestock": ["police", "border_guard"],
    "hazard": ["civil", "border_guard"],
    "medical": ["civil", "border_guard"],
    "dispute": ["police", "police", "border_guard"],
}
_HIGH = {"KG", "TJ"}
SCENARIOS = CRIMES | TRESPASSES | MISHAPS


def section(rng: random.Random) -> SectionSpec:
    """Draw a section, more often where more happens."""
    pair = rng.choices(list(_PAIRS), list(_PAIRS.values()))[0]
    return rng.choice([spec for spec in sections() if spec.pair == pair])


def place(spec: SectionSpec, rng: random.Random) -> tuple[float, float, str]:
    """Draw a place near a section, on the ground of one of the five states."""
    while True:
        lon, lat = point_near(spec, rng)
        state = state_at(lon, lat)
        if state in STATES:
            return lon, lat, state


def category(spec: SectionSpec, rng: random.Random) -> str:
    """Draw what happens on a section."""
    weights = dict(_CATEGORIES)
    if "AF" in spec.pair:
        weights |= {"drugs": 30, "arms": 6, "dispute": 1, "livestock": 3}
    if "KZ" in spec.pair:
        weights |= {"smuggling": 26, "dispute": 3}
    return rng.choices(list(weights), list(weights.values()))[0]


def reporter(kinds: Mapping[str, str], category: str, rng: random.Random) -> str:
    """Draw which of a state's agencies reports it; ``kinds`` by agency code."""
    wanted = rng.choice(_REPORTERS.get(category, ["border_guard"]))
    able = [code for code, kind in kinds.items() if kind == wanted]
    return able[0] if able else next(iter(kinds))


def scenario(spec: SectionSpec, category: str, rng: random.Random) -> Scenario:
    """Draw how it happens; some things happen in the mountains only."""
    is_high = bool(_HIGH & set(spec.states))
    known = SCENARIOS[category]
    return rng.choice([s for s in known if is_high or not s.is_in_mountains])
