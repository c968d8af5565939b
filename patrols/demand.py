"""What a patrol asks for: officers, papers, languages, equipment. No Django here.

Stored as JSON with a programme and, from its opening on, with each patrol. Nothing
stored is the usual: one officer of each agency that takes part, and a commander.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

COMMANDER = "commander"
# So many officers, holders of one paper, or units of one kind at most.
MOST = 50
MOST_ENTRIES = 20
MOST_LETTERS = 80


class BadDemand(ValueError):
    """What was given is no demand: a stable code, and where it is wrong."""

    def __init__(self, code: str, pointer: str) -> None:
        super().__init__(code)
        self.code, self.pointer = code, pointer


@dataclass(frozen=True, slots=True)
class Demand:
    """``places`` maps agencies to officers, ``certificates`` codes to holders.

    The crew shares one of ``languages``; ``equipment`` maps agencies to numbers by
    kind; everybody may act in all ``territories`` (codes of states).
    """

    places: Mapping[str, int]
    certificates: Mapping[str, int] = field(default_factory=dict)
    commander_certificate: str = COMMANDER
    languages: tuple[str, ...] = ()
    equipment: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    territories: tuple[str, ...] = ()

    @property
    def agencies(self) -> set[str]:
        """All agencies that it names."""
        return {*self.places, *self.equipment}

    def among(self, codes: Iterable[str]) -> "Demand":
        """Return what is left of it for those who take part."""
        known = set(codes)
        return Demand(
            {code: n for code, n in self.places.items() if code in known},
            self.certificates,
            self.commander_certificate,
            self.languages,
            {code: kinds for code, kinds in self.equipment.items() if code in known},
            self.territories,
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "places": dict(self.places),
            "certificates": dict(self.certificates),
            "commander_certificate": self.commander_certificate,
            "languages": list(self.languages),
            "equipment": {code: dict(n) for code, n in self.equipment.items()},
            "territories": list(self.territories),
        }


NAMES = tuple(Demand.__dataclass_fields__)


def usual(codes: Iterable[str]) -> Demand:
    """Return one officer of each agency, and a commander."""
    return Demand(dict.fromkeys(sorted(codes), 1))


def demand_of(stored: Mapping[str, Any], codes: Iterable[str]) -> Demand:
    """Return what is asked of those who take part; the usual if nothing is stored."""
    known = list(codes)
    return parse(stored).among(known) if stored else usual(known)


def parse(value: Any) -> Demand:
    """Return the demand that JSON describes, or raise :class:`BadDemand`.

    Codes: ``not_a_demand``, ``unknown_member``, ``not_codes``, ``not_a_number`` and
    ``nobody`` for one without any officer.
    """
    if not isinstance(value, dict):
        raise BadDemand("not_a_demand", "")
    for name in value:
        if name not in NAMES:
            raise BadDemand("unknown_member", f"/{name}")
    places = _numbers(value.get("places"), "/places")
    if not any(places.values()):
        raise BadDemand("nobody", "/places")
    paper = value.get("commander_certificate", COMMANDER)
    if paper != "":
        _code(paper, "/commander_certificate")
    equipment = value.get("equipment", {})
    if not isinstance(equipment, dict) or len(equipment) > MOST_ENTRIES:
        raise BadDemand("not_codes", "/equipment")
    kinds = {
        _code(code, "/equipment"): _numbers(given, f"/equipment/{code}", least=1)
        for code, given in equipment.items()
    }
    return Demand(
        places,
        _numbers(value.get("certificates", {}), "/certificates", least=1),
        paper,
        _codes(value.get("languages", []), "/languages"),
        {code: given for code, given in kinds.items() if given},
        _codes(value.get("territories", []), "/territories"),
    )


def _numbers(value: Any, pointer: str, least: int = 0) -> dict[str, int]:
    if not isinstance(value, dict) or len(value) > MOST_ENTRIES:
        raise BadDemand("not_codes", pointer)
    for code, number in value.items():
        _code(code, pointer)
        if type(number) is not int or not least <= number <= MOST:
            raise BadDemand("not_a_number", f"{pointer}/{code}")
    return {code: value[code] for code in sorted(value)}


def _codes(value: Any, pointer: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_ENTRIES:
        raise BadDemand("not_codes", pointer)
    return tuple(dict.fromkeys(_code(one, pointer) for one in value))


def _code(value: Any, pointer: str) -> str:
    is_text = isinstance(value, str) and 0 < len(value) <= MOST_LETTERS
    if not is_text or not value.isprintable() or value != value.strip():
        raise BadDemand("not_codes", pointer)
    return str(value)
