"""What a roster is worked out from: the engine's problem, read from the tables.

It holds the people of all agencies, so it is read in the system context alone, and what
is made of it is kept where nobody's keys reach (``RosterWork``).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils import timezone

from agencies import availability
from agencies.models import Agency, Asset, Officer
from agencies.policy import TLP, Role
from patrols import calendar
from patrols.demand import Demand, demand_of
from patrols.duties import SENT, SPOKEN
from patrols.models import (
    AssetUse,
    Assignment,
    Patrol,
    PatrolState,
    Roster,
    Wish,
)
from patrols.roster import Plan, Problem
from patrols.roster import problem as engine

# Work so long before and after counts for rest, weeks and days in a row.
AROUND = timedelta(days=8)
# Vehicles, radios and the like are handed over, checked and filled up.
TURNAROUND_MINUTES = 30
# Points of a wish that is not met: a night too many weighs more, and so does calling
# somebody to a patrol that is published.
WISH = 100
MOST_PATROLS = 1500


@dataclass(frozen=True)
class Span:
    """The time that a roster is about, with what is looked at around it."""

    starts: datetime
    ends: datetime

    @property
    def around(self) -> tuple[datetime, datetime]:
        """From when to when other work counts."""
        return self.starts - AROUND, self.ends + AROUND

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, whatever the time zone."""
        day = timedelta(days=1)
        return self.starts.date() - day, self.ends.date() + day


def patrols_of(
    roster: Roster, among: Collection[UUID] | None = None
) -> Iterator[Patrol]:
    """Yield the patrols that a roster is about: those still to leave, in order.

    Perhaps only those ``among`` some. They are of its owner's programmes under its
    agreement, and no more sensitive than it is.
    """
    zone = ZoneInfo(roster.owner.time_zone)
    begin, end = calendar.span([roster.from_on, roster.until_on], zone)
    rows = Patrol.objects.for_rosters().filter(
        owner=roster.owner_id,
        programme__agreement=roster.agreement_id,
        level__lte=roster.level,
        starts_at__gte=max(begin, timezone.now()),
        starts_at__lt=end,
    )
    if among is not None:
        rows = rows.filter(pk__in=among)
    rows = rows.select_related("owner", "lead").order_by("starts_at", "id")
    yield from rows[: MOST_PATROLS + 1]


def build(roster: Roster, patrols: Collection[Patrol]) -> Problem:
    """Return the problem of some patrols as things stand; there must be one patrol."""
    demands = {row.pk: demand_of(row.demand, row.participants) for row in patrols}
    codes = {code for one in demands.values() for code in one.agencies}
    agencies = list(Agency.objects.filter(code__in=codes))
    span = Span(
        min(row.starts_at for row in patrols), max(row.ends_at for row in patrols)
    )
    ids = [row.pk for row in patrols]
    people = _People(agencies, span, ids)
    return Problem(
        officers=tuple(people.each()),
        patrols=tuple(_patrol(row, demands[row.pk]) for row in patrols),
        pools=tuple(_pools(agencies, span, ids)),
        pins=tuple(_pins(roster, ids, people.known)),
        wishes=tuple(_wishes(ids, people.known)),
        weights=engine.Weights(wishes=WISH),
        published=tuple(
            engine.Assignment(str(row.patrol_id), str(row.officer_id), row.is_commander)
            for row in _active(Assignment, ids)
        ),
        published_units=tuple(
            engine.Use(
                str(row.patrol_id),
                row.agency.code,
                row.asset.kind,
                str(row.asset_id),
            )
            for row in _active(AssetUse, ids).select_related("asset__owner")
        ),
        time_zones={agency.code: agency.time_zone for agency in agencies},
        now=timezone.now(),
    )


def _active(model: Any, patrols: Collection[UUID]) -> Any:
    rows = model.objects.filter(patrol__in=patrols, is_active=True)
    return rows.order_by("patrol_id", "id")


def _patrol(row: Patrol, demand: Demand) -> engine.Patrol:
    territories = list(demand.territories)
    if row.level:
        territories.append(clearance(row.level))
    return engine.Patrol(
        id=str(row.pk),
        starts=row.starts_at,
        ends=row.ends_at,
        places=demand.places,
        lead=row.lead.code,
        certificates=demand.certificates,
        commander_certificate=demand.commander_certificate,
        languages=demand.languages,
        territories=tuple(territories),
        equipment={
            (code, kind): count
            for code, kinds in demand.equipment.items()
            for kind, count in kinds.items()
        },
    )


def clearance(level: int) -> str:
    """Return the name under which the engine knows a level.

    Who is not cleared for a patrol may not go on it: to the engine it is one more
    territory that not everybody may enter.
    """
    return f"level:{level}"


class _People:
    """The officers who could be sent, with all that decides whether they can."""

    def __init__(
        self, agencies: list[Agency], span: Span, patrols: Collection[UUID]
    ) -> None:
        rows = Officer.objects.filter(
            agency__in=agencies, is_active=True, roles__overlap=SENT
        )
        self.officers = list(rows.select_related("agency").order_by("username"))
        self.known = {officer.pk for officer in self.officers}
        self.span = span
        self.away = availability.absences(self.known, *span.around)
        self.papers = availability.certifications(self.known, *span.days)
        self.permits = availability.authorisations(self.known, *span.days)
        self.duties = self._duties(patrols)

    def _duties(self, patrols: Collection[UUID]) -> dict[UUID, list[engine.Span]]:
        """Return the other patrols that people go on, whoever planned them."""
        begin, end = self.span.around
        out = Patrol.objects.during(begin, end)
        out = out.exclude(pk__in=patrols).exclude(state=PatrolState.CANCELLED)
        crews = Assignment.objects.filter(
            patrol__in=out, officer__in=self.known, is_active=True
        )
        names = ("patrol__starts_at", "patrol__ends_at")
        commands = out.filter(commander__in=self.known, tear_line_of=None)
        found: dict[UUID, set[tuple[datetime, datetime]]] = defaultdict(set)
        for officer, begin, end in [
            *crews.values_list("officer_id", *names),
            *commands.values_list("commander_id", "starts_at", "ends_at"),
        ]:
            found[officer].add((begin, end))
        return {
            officer: [engine.Span(*one, "patrol") for one in sorted(spans)]
            for officer, spans in found.items()
        }

    def each(self) -> Iterator[engine.Officer]:
        """Yield each officer as the engine has them."""
        first = self.span.days[0] + timedelta(days=1)
        for officer in self.officers:
            agency = officer.agency
            if agency is None:
                continue
            yield engine.Officer(
                id=str(officer.pk),
                agency=agency.code,
                languages=tuple(
                    sorted(k for k, v in officer.languages.items() if v in SPOKEN)
                ),
                certificates={
                    paper.code: paper.expires_on
                    for paper in self.papers.get(officer.pk, [])
                    # The engine knows no first day: one that comes later waits.
                    if paper.valid_from is None or paper.valid_from <= first
                },
                authorisations=tuple(self._leave(officer, agency)),
                away=tuple(_spans(self.away.get(officer.pk, []), lambda a: a.kind)),
                duties=tuple(self.duties.get(officer.pk, ())),
                is_commander=Role.COMMANDER in officer.roles,
            )

    def _leave(
        self, officer: Officer, agency: Agency
    ) -> Iterator[engine.Authorisation]:
        """Yield where an officer may act: at home, by paper, up to the clearance."""
        if agency.state_id:
            yield engine.Authorisation(agency.state_id)
        for paper in self.permits.get(officer.pk, []):
            yield engine.Authorisation(
                paper.territory_id, paper.valid_from, paper.expires_on
            )
        for level in range(1, officer.clearance + 1):
            yield engine.Authorisation(clearance(level))


def _spans(
    rows: Iterable[Any], code_of: Callable[[Any], str] = lambda _row: "maintenance"
) -> Iterator[engine.Span]:
    for row in rows:
        yield engine.Span(row.starts_at, row.ends_at, code_of(row))


def _pools(
    agencies: list[Agency], span: Span, patrols: Collection[UUID]
) -> Iterator[engine.Pool]:
    """Yield the equipment of some agencies by kind, with its repairs and other uses."""
    rows = availability.assets([agency.pk for agency in agencies])
    # What named officers alone may know of is not for a plan.
    rows = [asset for asset in rows if asset.tlp != TLP.RED]
    ids = [asset.pk for asset in rows]
    away = availability.maintenances(ids, *span.around)
    begin, end = span.around
    elsewhere = AssetUse.objects.filter(
        Q(patrol__starts_at__lt=end) & Q(patrol__ends_at__gt=begin),
        asset__in=ids,
        is_active=True,
    ).exclude(patrol__in=patrols)
    out: dict[UUID, list[engine.Span]] = defaultdict(list)
    for use in elsewhere.exclude(patrol__state=PatrolState.CANCELLED):
        out[use.asset_id].append(
            engine.Span(use.during.lower, use.during.upper, "patrol")
        )
    pools: dict[tuple[str, str], list[Asset]] = defaultdict(list)
    for asset in rows:
        pools[asset.owner.code, asset.kind].append(asset)
    for (code, kind), assets in pools.items():
        units = (
            engine.Unit(
                str(one.pk), (*_spans(away.get(one.pk, [])), *out.get(one.pk, ()))
            )
            for one in assets
        )
        yield engine.Pool(code, kind, tuple(units), TURNAROUND_MINUTES)


def _pins(
    roster: Roster, patrols: Collection[UUID], officers: Collection[UUID]
) -> Iterator[engine.Pin]:
    """Yield what is locked in what is published, and in the draft to be redone.

    Who cannot go any more is kept nowhere.
    """
    locked = Assignment.objects.filter(
        Q(roster=roster.mends_id) | Q(is_active=True),
        is_locked=True,
        hindrance="",
        patrol__in=patrols,
        officer__in=officers,
    ).order_by("patrol_id", "officer_id", "-is_commander")
    seen = set()
    for row in locked:
        key = row.patrol_id, row.officer_id
        if key not in seen:
            seen.add(key)
            yield engine.Pin(str(key[0]), str(key[1]), row.is_commander)


def _wishes(
    patrols: Collection[UUID], officers: Collection[UUID]
) -> Iterator[engine.Wish]:
    """Yield what officers wish for; who has changed the agency wishes no more."""
    rows = Wish.objects.standing().filter(
        patrol__in=patrols, officer__in=officers, agency=F("officer__agency")
    )
    for row in rows.order_by("patrol_id", "officer_id"):
        weight = 1 if row.is_wanted else -1
        yield engine.Wish(str(row.officer_id), str(row.patrol_id), weight)


def crews_of(plan: Plan, problem: Problem) -> dict[str, dict[str, int]]:
    """Return, by patrol, how many officers of each agency go."""
    agency = {one.id: one.agency for one in problem.officers}
    found: dict[str, dict[str, int]] = {one.id: {} for one in problem.patrols}
    for given in plan.assignments:
        crew = found[given.patrol]
        code = agency[given.officer]
        crew[code] = crew.get(code, 0) + 1
    return found
