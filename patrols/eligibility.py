"""Who may lead one patrol of a programme: a table of rules, and the reads for it.

The programme's entitlements name who leads at all; whoever takes part without being
named gains and loses nothing. Whether a zone is on one side of a border is not asked:
where it is not agreed, nobody here can say. An agency that has left the agreement
stops the whole programme (``legal_basis.require_still_carried``).

Absences and certifications are an agency's own, and a lead tells its partners of them.
So the platform looks for a free commander only of agencies that asked for it
(``Programme.commanders_asked``); the others stand down themselves.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies import availability
from agencies.models import Absence, Certification, Officer, Qualification
from agencies.policy import Role
from patrols.models import Patrol, PatrolState, Programme

# By agency the rule that excludes it.
Barred = Mapping[str, str]


class Bar(models.TextChoices):
    """Why an agency that is entitled to lead may not lead one patrol."""

    NO_COMMANDER = "no_commander", _("no qualified commander of it was free")
    STOOD_DOWN = "stood_down", _("it stood down from this lead")


def eligible(entitlements: Mapping[str, int], barred: Barred) -> dict[str, int]:
    """Return the weights of those who may lead; nobody is left where all are barred."""
    return {code: n for code, n in entitlements.items() if code not in barred}


def barred(
    programme: Programme, starts: Sequence[datetime]
) -> dict[datetime, dict[str, str]]:
    """Return who may not lead at each start, and by which rule.

    Reads what agencies keep to themselves: in the system context alone.
    """
    found: dict[datetime, dict[str, str]] = {start: {} for start in starts}
    asked = sorted(set(programme.commanders_asked) & set(programme.entitlements))
    if not asked or not starts:
        return found
    people = _People(programme, asked, min(starts), max(starts))
    for start in starts:
        for code in asked:
            if not people.is_anybody_free(code, start):
                found[start][code] = Bar.NO_COMMANDER
    return found


class _People:
    """The commanders of some agencies, and what they are up to."""

    def __init__(
        self, programme: Programme, codes: list[str], first: datetime, last: datetime
    ) -> None:
        """Read all of it at once."""
        self.programme = programme
        self.zone = ZoneInfo(programme.time_zone)
        end = programme.end_after(last)
        self.officers: dict[str, list[UUID]] = defaultdict(list)
        able = Officer.objects.filter(
            agency__code__in=codes, is_active=True, roles__contains=[Role.COMMANDER]
        )
        for pk, code in able.values_list("pk", "agency__code"):
            self.officers[code].append(pk)
        everybody = [pk for pks in self.officers.values() for pk in pks]
        self.away = availability.absences(everybody, first, end)
        days = first.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        self.papers = availability.certifications(everybody, *days)
        self.out: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
        out = Patrol.objects.during(first, end).filter(commander__in=everybody)
        patrols = out.exclude(state__in=[PatrolState.CANCELLED, PatrolState.COMPLETED])
        for pk, begin, back in patrols.values_list(
            "commander_id", "starts_at", "ends_at"
        ):
            self.out[pk].append((begin, back))

    def is_anybody_free(self, code: str, start: datetime) -> bool:
        """Whether one commander is qualified, present and not out at a start."""
        return any(self._is_free(pk, start) for pk in self.officers[code])

    def _is_free(self, pk: UUID, start: datetime) -> bool:
        end = self.programme.end_after(start)
        absences: list[Absence] = self.away.get(pk, [])
        return (
            self._is_qualified(pk, start)
            and not any(a.starts_at < end and a.ends_at > start for a in absences)
            and not any(begin < end and back > start for begin, back in self.out[pk])
        )

    def _is_qualified(self, pk: UUID, start: datetime) -> bool:
        day = start.astimezone(self.zone).date()
        papers: list[Certification] = self.papers.get(pk, [])
        return any(
            paper.code == Qualification.COMMANDER and paper.is_valid(day)
            for paper in papers
        )
