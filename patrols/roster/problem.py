"""What a roster is made from: people, patrols, equipment, law, and what is agreed.

Identifiers are strings. Moments are aware datetimes, spans half open
``[starts, ends)``; days are those of the agency's own time zone. Places on the map are
``(longitude, latitude)``. Everything is frozen and goes to JSON and back
(``patrols.roster.codec``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from patrols.roster.law import Law

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Span:
    """A time that is taken; ``code`` says by what (``leave``, ``training``...)."""

    starts: datetime
    ends: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Leave to act in a territory, on days from and until, both included."""

    territory: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who can be sent.

    ``certificates`` maps names to the last day they hold, None for good. ``away`` is
    leave, training and suspension (H8); ``duties`` is work elsewhere and in plans
    already published, which counts for H5, H6 and H7. ``contract_hours`` are hours a
    week: the load of an agency is shared in proportion to them.
    """

    id: str
    agency: str
    languages: tuple[str, ...] = ()
    certificates: Mapping[str, date | None] = field(default_factory=dict)
    authorisations: tuple[Authorisation, ...] = ()
    away: tuple[Span, ...] = ()
    duties: tuple[Span, ...] = ()
    is_commander: bool = False
    base: Point | None = None
    contract_hours: int = 40


@dataclass(frozen=True, slots=True)
class Patrol:
    """One outing, and what it asks for.

    ``places`` maps agencies to numbers of officers (H1), ``certificates`` names to the
    number of officers who hold them (H2). ``lead`` gives the commander (H3), who holds
    ``commander_certificate`` if one is named; no lead, no commander. ``languages`` are
    those of which the whole crew must share one (H4); none named, none asked.
    ``equipment`` maps (agency, kind) to a number of units (H10).
    """

    id: str
    starts: datetime
    ends: datetime
    places: Mapping[str, int]
    lead: str = ""
    certificates: Mapping[str, int] = field(default_factory=dict)
    commander_certificate: str = ""
    languages: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    equipment: Mapping[tuple[str, str], int] = field(default_factory=dict)
    base: Point | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One vehicle, drone or radio; ``away`` is maintenance."""

    id: str
    away: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Units of one kind and agency, one as good as another."""

    agency: str
    kind: str
    units: tuple[Unit, ...]
    turnaround_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """An assignment that stays as it is (H11)."""

    patrol: str
    officer: str
    is_commander: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """Above zero the officer asks to be sent, below zero asks not to be."""

    officer: str
    patrol: str
    weight: int


class Assignment(NamedTuple):
    """One officer on one patrol."""

    patrol: str
    officer: str
    is_commander: bool = False


class Use(NamedTuple):
    """One unit on one patrol."""

    patrol: str
    agency: str
    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What one of each is worth, in points: whole numbers, so that sums are exact.

    The four gaps stand far above everything else, so that no wish leaves a place empty.
    """

    unfilled: int = 20_000
    certificates: int = 10_000
    commanders: int = 10_000
    equipment: int = 10_000
    band: int = 2_000
    nights: int = 500
    weekends: int = 500
    km: int = 1
    wishes: int = 1
    backward: int = 20
    changes: int = 300
    late_changes: int = 900


@dataclass(frozen=True, slots=True)
class Problem:
    """A horizon of patrols and all that decides who goes.

    ``published`` is the plan that people know already; ``now`` the moment from which
    notice is counted. ``time_zones`` maps agencies to IANA names, UTC if not named.
    """

    officers: tuple[Officer, ...]
    patrols: tuple[Patrol, ...]
    pools: tuple[Pool, ...] = ()
    laws: tuple[Law, ...] = ()
    pins: tuple[Pin, ...] = ()
    wishes: tuple[Wish, ...] = ()
    published: tuple[Assignment, ...] = ()
    published_units: tuple[Use, ...] = ()
    time_zones: Mapping[str, str] = field(default_factory=dict)
    weights: Weights = Weights()
    now: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning, with ``ValueError``."""
        people = [officer.id for officer in self.officers]
        outings = [patrol.id for patrol in self.patrols]
        units = [(p.agency, p.kind, unit.id) for p in self.pools for unit in p.units]
        for ids in (people, outings, units, [(p.agency, p.kind) for p in self.pools]):
            if len(set(ids)) != len(ids):
                raise ValueError("identifiers are not unique")
        _require_spans(self)
        known = set(people), set(outings)
        named = [(one.officer, one.patrol) for one in self.pins]
        named += [(one.officer, one.patrol) for one in self.wishes]
        for officer, patrol in named:
            if officer not in known[0] or patrol not in known[1]:
                raise ValueError(f"unknown: {officer} or {patrol}")
        if len({(pin.patrol, pin.officer) for pin in self.pins}) != len(self.pins):
            raise ValueError("pins are not unique")
        if len({(w.patrol, w.officer) for w in self.wishes}) != len(self.wishes):
            raise ValueError("wishes are not unique")


def _require_spans(problem: Problem) -> None:
    spans: list[Span | Patrol] = [*problem.patrols]
    for officer in problem.officers:
        spans += [*officer.away, *officer.duties]
    for pool in problem.pools:
        spans += [span for unit in pool.units for span in unit.away]
    for span in spans:
        if span.starts.tzinfo is None or span.ends.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {span}")
        if span.ends <= span.starts:
            raise ValueError(f"ends before it starts: {span}")
