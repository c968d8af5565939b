"""The rules H1 to H11: which clause they come from, from when until when, for whom.

A law of one agency goes before one for all; among equals the one that came into force
last. Where the problem names none, ``DEFAULTS`` hold.

H5, H6 and H7 carry numbers: hours of rest, hours in a week, days in a row. They are
looked up for the day a duty starts (H5) and for the first day of a span of days (H6,
H7). H2, H3 and H4 (the lead agency's) and H9 (the officer's agency's) can be out of
force: value 0. H1, H8, H10 and H11 are facts, not law; an entry only names the source.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache


@dataclass(frozen=True, slots=True)
class Law:
    """What a rule says, to whom (``agency`` empty: all), on which days, and why.

    ``period`` is for H6: ``calendar`` weeks from Monday, or every ``rolling`` span of
    seven days.
    """

    rule: str
    value: float = 1
    source: str = ""
    agency: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    period: str = "calendar"

    def __post_init__(self) -> None:
        """Refuse an unknown rule or period, with ``ValueError``."""
        known = self.rule in RULES and self.period in {"calendar", "rolling"}
        if not known or self.value < 0:
            raise ValueError(f"no such law: {self}")


RULES = tuple(f"H{number}" for number in range(1, 12))
AGREEMENT = "agreement on joint patrols"
DEFAULTS = (
    Law("H1", source=f"{AGREEMENT}: contributions"),
    Law("H2", source=f"{AGREEMENT}: qualifications"),
    Law("H3", source=f"{AGREEMENT}: command"),
    Law("H4", source=f"{AGREEMENT}: working languages"),
    Law("H5", 11, "Directive 2003/88/EC, article 3: eleven hours' daily rest"),
    Law("H6", 48, "ILO C030, article 3: forty-eight hours in the week"),
    Law("H7", 6, "ILO C014, article 2: one day of rest in seven"),
    Law("H8", source="the agency's orders: leave, training, suspension"),
    Law("H9", source=f"{AGREEMENT}: acting in another state's territory"),
    Law("H10", source="the agency's inventory"),
    Law("H11", source="the coordinator's decision"),
)
Lookup = Callable[[str, str, date], Law]


def lookup(laws: Sequence[Law]) -> Lookup:
    """Return the function (rule, agency, day) -> the law in force; it remembers."""

    def weight(law: Law) -> tuple[bool, date]:
        return bool(law.agency), law.valid_from or date.min

    @cache
    def in_force(rule: str, agency: str, day: date) -> Law:
        holding = [
            law
            for law in laws
            if law.rule == rule
            if law.agency in {"", agency}
            if law.valid_from is None or law.valid_from <= day
            if law.valid_until is None or day <= law.valid_until
        ]
        if holding:
            return max(holding, key=weight)
        return next(law for law in DEFAULTS if law.rule == rule)

    return in_force
