"""The twelve programmes of joint patrols, and the ledger of whose turn it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agencies.policy import Permission
from demo.cast import TIME_ZONES
from demo.directory import Directory
from demo.geography import RouteSpec, routes
from demo.history import History, Sharing
from demo.places import Ground
from live.kinds import Kind
from patrols.models import Programme
from patrols.rotation import Slot, assign

DAYS = 60
# Every day, every second day, or the weekdays of today and some others.
DAILY, SECOND, WEEKLY = "daily", "second", "weekly"
_WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    """A series; ``hours_ago`` is how long before now the one of today started."""

    code: str
    name: str
    agreement: str
    route: str
    rhythm: str
    hours_ago: float
    hours: float
    entitlements: dict[str, int]
    first_days: int = DAYS

    @property
    def owner(self) -> str:
        """The agency that runs it: the first entitled."""
        return next(iter(self.entitlements))

    @property
    def way(self) -> RouteSpec:
        """Its route on the ground."""
        return next(spec for spec in routes() if spec.code == self.route)


PROGRAMMES = [
    ProgrammeSpec(
        "ISFARA", "Isfara Valley joint patrol", "KG-TJ", "R-01", DAILY,
        2.5, 8, {"KG-BS": 1, "TJ-BT": 1},
    ),
    ProgrammeSpec(
        "LEILEK", "Leilek joint patrol", "KG-TJ", "R-04", SECOND,
        4.2, 7, {"TJ-BT": 1, "KG-BS": 1},
    ),
    ProgrammeSpec(
        "ALAY", "Alay Valley joint patrol", "KG-TJ", "R-06", WEEKLY,
        1.4, 6, {"KG-BS": 3, "TJ-BT": 2},
    ),
    ProgrammeSpec(
        "OSH", "Osh – Andijan joint patrol", "KG-UZ", "R-10", DAILY,
        5.1, 8, {"UZ-BT": 1, "KG-BS": 1},
    ),
    ProgrammeSpec(
        "SHOHI", "Shohimardon valley joint patrol", "KG-UZ", "R-11", SECOND,
        3.3, 6, {"KG-BS": 2, "UZ-BT": 2, "KG-MVD": 1},
    ),
    ProgrammeSpec(
        "ALABUKA", "Ala-Buka foothills joint patrol", "KG-UZ", "R-08", WEEKLY,
        0.8, 7, {"KG-BS": 1, "UZ-BT": 1},
    ),
    ProgrammeSpec(
        "CHUY", "Chüy river joint patrol", "KZ-KG", "R-15", DAILY,
        3.7, 8, {"KZ-BS": 2, "KG-BS": 1},
    ),
    ProgrammeSpec(
        "KARKYRA", "Karkyra pasture joint patrol", "KZ-KG", "R-16", WEEKLY,
        2.1, 7, {"KZ-BS": 2, "KG-BS": 1, "KZ-MVD": 1},
    ),
    ProgrammeSpec(
        "TASHKENT", "Gisht Koprik line joint patrol", "CA-JBP", "R-18", DAILY,
        6.0, 8, {"KZ-BS": 1, "UZ-BT": 1},
    ),
    ProgrammeSpec(
        "ZARAFSHON", "Zarafshon terraces joint patrol", "CA-JBP", "R-20", SECOND,
        1.1, 7, {"TJ-BT": 1, "UZ-BT": 1},
    ),
    ProgrammeSpec(
        "KHOREZM", "Shovot canal joint patrol", "CA-JBP", "R-21", SECOND,
        4.6, 8, {"UZ-BT": 1, "TM-BS": 1}, first_days=30,
    ),
    ProgrammeSpec(
        "USTYURT", "Ustyurt desert joint patrol", "CA-JBP", "R-17", WEEKLY,
        10.0, 9, {"KZ-BS": 3, "UZ-BT": 2},
    ),
]  # fmt: skip


def load(
    directory: Directory, history: History, ground: Ground
) -> list[tuple[ProgrammeSpec, Programme]]:
    """Add all programmes, each released to every entitled agency."""
    return [(spec, _load(directory, history, ground, spec)) for spec in PROGRAMMES]


def _load(
    directory: Directory, history: History, ground: Ground, spec: ProgrammeSpec
) -> Programme:
    way = spec.way
    zone = ZoneInfo(TIME_ZONES[spec.owner[:2]])
    latest = _quarter(directory.now - timedelta(hours=spec.hours_ago)).astimezone(zone)
    first_on = latest.date() - timedelta(days=spec.first_days)
    at = directory.now - timedelta(days=spec.first_days + 5)
    officer = directory.someone(spec.owner, Permission.PATROL_PLAN)
    programme = Programme(
        owner=directory.agencies[spec.owner],
        author=officer,
        tlp="amber",
        code=spec.code,
        name=spec.name,
        agreement=directory.pacts[spec.agreement].agreement,
        purpose="patrol",
        zone=ground.zones[way.zone],
        route=ground.routes[way.code],
        section_codes=[way.section],
        recurrence=_recurrence(spec.rhythm, latest.weekday()),
        first_on=first_on,
        start_time=latest.time(),
        time_zone=zone.key,
        duration=timedelta(hours=spec.hours),
        entitlements=spec.entitlements,
    )
    partners = [code for code in spec.entitlements if code != spec.owner]
    history.own(
        programme,
        kind=Kind.PROGRAMME_CREATED,
        by=directory.actor(officer, at),
        at=at,
        shared=[Sharing(f"agency:{code}") for code in partners],
    )
    return programme


def _quarter(at: datetime) -> datetime:
    """Round down to a quarter of an hour."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _recurrence(rhythm: str, weekday: int) -> str:
    """Return a rule that has a patrol on this weekday (and today)."""
    if rhythm == DAILY:
        return "FREQ=DAILY"
    if rhythm == SECOND:
        return "FREQ=DAILY;INTERVAL=2"
    days = sorted({weekday, (weekday + 2) % 7, (weekday + 4) % 7})
    return "FREQ=WEEKLY;BYDAY=" + ",".join(_WEEKDAYS[day] for day in days)


class Ledger:
    """Gives leads one after the other, as the rotation would have given them."""

    def __init__(self, entitlements: dict[str, int]) -> None:
        """Start an empty ledger."""
        self.entitlements = entitlements
        self.slots: list[Slot] = []

    def next(self, *, is_cancelled: bool) -> str:
        """Return the next lead; a cancelled patrol counts for nothing."""
        lead = assign([*self.slots, Slot(self.entitlements)])[-1]
        if not is_cancelled:
            self.slots.append(Slot(self.entitlements, lead))
        return lead
