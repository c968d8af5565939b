"""What an agency could send at some times: its own people and equipment, as they are.

Only the reader's own agency is looked at, and of it only what the reader may see. Who
counts is as for rosters (``patrols.roster_problem``), except rest and weekly hours,
which hang on who goes: whoever may be sent, is not away, goes on no other patrol by a
published roster or as its commander, is cleared, and may act where it goes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from agencies import availability
from agencies.models import (
    USABLE,
    Asset,
    AssetKind,
    Authorisation,
    Certification,
    Officer,
    Qualification,
)
from agencies.policy import Actor, Role
from patrols.clashes import Time, overlap, without
from patrols.conflicts import Conflict
from patrols.demand import Demand
from patrols.duties import SENT, SPOKEN
from patrols.legal_basis import Days, days_of
from patrols.models import AssetUse, Assignment, Patrol, PatrolQuerySet, PatrolState

# The scope of a system's token under which officers and assets are read.
SCOPE = "resources:read"
Spans = Mapping[UUID, Sequence[Time]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of an agency, and the level that its people are cleared for."""

    code: str
    home: str | None
    demand: Demand
    level: int = 0


@dataclass(slots=True)
class Free:
    """Who is free at a time, and how many are not, by reason."""

    officers: list[Officer] = field(default_factory=list)
    away: int = 0
    out: int = 0
    barred: int = 0


def may_look(actor: Actor) -> bool:
    """Whether somebody may read officers and assets: a system by its token's scope."""
    return actor.scopes is None or SCOPE in actor.scopes


class Force:
    """The actor's own agency at some times, read once for all of them."""

    def __init__(
        self, actor: Actor, times: Sequence[Time], zone: ZoneInfo, **but: Any
    ) -> None:
        """Read it; ``but`` are columns of patrols whose crews are left out."""
        self.zone = zone
        span = min(time[0] for time in times), max(time[1] for time in times)
        own = Officer.objects.visible_to(actor).filter(agency=actor.agency_id)
        self.officers = list(own.filter(is_active=True, roles__overlap=SENT))
        ids = [officer.pk for officer in self.officers]
        self.away = _spells(availability.absences(ids, *span))
        days = days_of(*span, zone)
        self.papers = availability.certifications(ids, *days)
        self.permits = availability.authorisations(ids, *days)
        others = Patrol.objects.visible_to(actor).during(*span)
        others = without(others.exclude(state=PatrolState.CANCELLED), but)
        self.out = _out(actor, ids, others)
        assets = Asset.objects.visible_to(actor).filter(owner=actor.agency_id)
        self.assets = list(assets)
        kept = availability.maintenances([asset.pk for asset in self.assets], *span)
        self.repairs = _spells(kept)
        self.used = _used(actor, others)

    def conflicts(
        self, wanted: Wanted, time: Time, *, leads: bool
    ) -> Iterator[Conflict]:
        """Yield what the agency lacks for what is asked of it at a time."""
        number = wanted.demand.places.get(wanted.code, 0)
        days = days_of(*time, self.zone)
        free = self._free(wanted, time, days)
        if number > len(free.officers):
            given = {"wanted": number, "free": len(free.officers), "away": free.away}
            given |= {"all": len(self.officers), "out": free.out, "barred": free.barred}
            yield Conflict("officers_short", given)
        if leads and not any(
            self._commands(officer, wanted.demand, days) for officer in free.officers
        ):
            yield Conflict("commander_missing")
        if number:
            yield from self._certificates(wanted.demand, number, free.officers, days)
            yield from _languages(wanted.demand, number, free.officers)
        yield from self._equipment(wanted, time)

    def _free(self, wanted: Wanted, time: Time, days: Days) -> Free:
        found = Free()
        for officer in self.officers:
            if _is_taken(self.away, officer.pk, time):
                found.away += 1
            elif _is_taken(self.out, officer.pk, time):
                found.out += 1
            elif not self._may_go(officer, wanted, days):
                found.barred += 1
            else:
                found.officers.append(officer)
        return found

    def _may_go(self, officer: Officer, wanted: Wanted, days: Days) -> bool:
        """Whether an officer is cleared, and may act in all territories every day."""
        permits: Iterable[Authorisation] = self.permits.get(officer.pk, ())
        held = {paper.territory_id for paper in permits if _is_valid(paper, days)}
        abroad = set(wanted.demand.territories) - {wanted.home}
        return officer.clearance >= wanted.level and abroad <= held

    def _holds(self, officer: Officer, code: str, days: Days) -> bool:
        papers: Iterable[Certification] = self.papers.get(officer.pk, ())
        return any(paper.code == code and _is_valid(paper, days) for paper in papers)

    def _commands(self, officer: Officer, demand: Demand, days: Days) -> bool:
        paper = demand.commander_certificate
        is_certified = not paper or self._holds(officer, paper, days)
        return Role.COMMANDER in officer.roles and is_certified

    def _certificates(
        self, demand: Demand, number: int, free: Collection[Officer], days: Days
    ) -> Iterator[Conflict]:
        """Yield the certificates that partners would have to bring.

        Where others go along too, that is told only if nobody here holds one.
        """
        has_others = sum(demand.places.values()) > number
        for code, count in demand.certificates.items():
            held = sum(self._holds(officer, code, days) for officer in free)
            if held < (1 if has_others else count):
                name = _label(Qualification, code)
                given = {"code": code, "name": name, "wanted": count, "free": held}
                yield Conflict("certificate_missing", given)

    def _equipment(self, wanted: Wanted, time: Time) -> Iterator[Conflict]:
        for kind, count in wanted.demand.equipment.get(wanted.code, {}).items():
            own = [asset for asset in self.assets if asset.kind == kind]
            free = sum(
                asset.status in USABLE
                and not _is_taken(self.repairs, asset.pk, time)
                and not _is_taken(self.used, asset.pk, time)
                for asset in own
            )
            if free < count:
                name = _label(AssetKind, kind)
                numbers = {"wanted": count, "free": free, "all": len(own)}
                yield Conflict(
                    "equipment_short", {"code": kind, "name": name, **numbers}
                )


def _languages(
    demand: Demand, number: int, free: Collection[Officer]
) -> Iterator[Conflict]:
    """Yield a conflict where too few speak any one of the languages asked for."""
    spoken = Counter(
        name
        for officer in free
        for name, level in officer.languages.items()
        if level in SPOKEN and name in demand.languages
    )
    if demand.languages and max(spoken.values(), default=0) < number:
        names = ", ".join(demand.languages)
        yield Conflict("language_missing", {"names": names, "wanted": number})


def _label(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


def _is_taken(spans: Spans, pk: UUID, time: Time) -> bool:
    return any(overlap(one, time) for one in spans.get(pk, ()))


def _is_valid(paper: Certification | Authorisation, days: tuple[date, date]) -> bool:
    return all(paper.is_valid(day) for day in days)


def _spells(found: Mapping[UUID, Iterable[Any]]) -> Spans:
    return {
        pk: [(one.starts_at, one.ends_at) for one in spells]
        for pk, spells in found.items()
    }


def _out(actor: Actor, officers: Collection[UUID], others: PatrolQuerySet) -> Spans:
    """Return, by officer, when they go on other patrols, as far as the actor sees."""
    sent = Assignment.objects.visible_to(actor).filter(
        patrol__in=others, officer__in=officers, is_active=True
    )
    led = others.filter(commander__in=officers)
    found: defaultdict[UUID, list[Time]] = defaultdict(list)
    for pk, *time in [
        *sent.values_list("officer_id", "patrol__starts_at", "patrol__ends_at"),
        *led.values_list("commander_id", "starts_at", "ends_at"),
    ]:
        found[pk].append((time[0], time[1]))
    return found


def _used(actor: Actor, others: PatrolQuerySet) -> Spans:
    """Return, by asset, when it is used on other patrols, as far as the actor sees."""
    rows = AssetUse.objects.visible_to(actor).filter(patrol__in=others, is_active=True)
    found: defaultdict[UUID, list[Time]] = defaultdict(list)
    for pk, during in rows.values_list("asset_id", "during"):
        found[pk].append((during.lower, during.upper))
    return found
