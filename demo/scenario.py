"""Templates of incidents: their form, and the words that fill their slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of incident; severities are drawn from the list.

    ``type`` and ``details`` are its form: texts have slots, too, and what they become
    is a number or a code where ``demo.wording`` knows it as one.
    """

    title: str
    text: str
    severities: tuple[str, ...] = ("moderate",)
    language: str = "en"
    is_in_mountains: bool = False
    type: str = ""
    details: dict[str, Any] = field(default_factory=dict)


LOW = ("minor", "minor", "moderate")
MIDDLE = ("minor", "moderate", "moderate", "severe")
HIGH = ("moderate", "severe", "severe", "extreme")

SLOTS: dict[str, list[str]] = {
    "unit": [
        "The mounted patrol", "A foot patrol", "The duty shift", "The vehicle patrol",
        "The observation post", "The camera operator", "A reserve group",
    ],
    "vehicle": [
        "a grey Lada Niva", "a white Toyota Land Cruiser", "a KamAZ lorry",
        "a refrigerated lorry", "a blue Daewoo Damas", "a Hyundai Porter van",
        "a minibus without plates", "a ZIL tipper", "a UAZ minibus",
    ],
    "goods": [
        "cigarettes without excise stamps", "diesel fuel in canisters",
        "cattle feed and flour", "used mobile telephones", "medicines without papers",
        "textiles in sacks", "car parts", "mineral fertiliser", "dried fruit",
    ],
    "drug": ["heroin", "hashish", "opium", "methamphetamine", "synthetic tablets"],
    "lorry": [
        "a KamAZ lorry", "a refrigerated lorry", "a Hyundai Porter van",
        "a ZIL tipper", "a MAN lorry with trailer",
    ],
    "small": [
        "used mobile telephones", "medicines without papers", "cigarettes",
        "jewellery", "undeclared currency", "pesticides without papers",
    ],
    "beasts": ["sheep", "horses", "cattle", "goats"],
    "hide": [
        "in the fuel tank", "under the false floor", "under the rear seat",
        "in the spare wheel", "behind the door panels",
    ],
    "cache": [
        "in a stone cairn by the path", "in a dry culvert", "under a sheepfold's floor",
        "in a hole covered with brushwood",
    ],
    "dark": [
        "before dawn", "at dusk", "shortly after midnight", "in poor visibility",
        "at first light", "during the change of shifts",
    ],
}  # fmt: skip
SLOTS_RU: dict[str, list[str]] = {
    "drug": ["героин", "гашиш", "опий", "метамфетамин"],
    "goods": ["сигареты без марок", "дизельное топливо", "мука", "автозапчасти"],
    "few": ["2", "3", "4", "5"],
}
# What words of the slots are called in the forms.
CODES = {
    "synthetic tablets": "tablets", "героин": "heroin", "гашиш": "hashish",
    "опий": "opium", "метамфетамин": "methamphetamine",
    "cigarettes without excise stamps": "tobacco", "cigarettes": "tobacco",
    "сигареты без марок": "tobacco", "diesel fuel in canisters": "fuel",
    "дизельное топливо": "fuel", "cattle feed and flour": "food", "мука": "food",
    "dried fruit": "food", "used mobile telephones": "electronics",
    "medicines without papers": "medicines", "textiles in sacks": "textiles",
    "undeclared currency": "currency", "car parts": "other", "автозапчасти": "other",
    "mineral fertiliser": "other", "jewellery": "other",
    "pesticides without papers": "other",
}  # fmt: skip
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
