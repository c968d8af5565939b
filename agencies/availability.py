"""Who and what can be counted on, and when: reads for planning.

Everything is read under the rights of whoever asks: an officer finds colleagues and
what partners released, the platform's own processes find all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from agencies.models import (
    USABLE,
    Absence,
    Asset,
    Authorisation,
    Certification,
    Maintenance,
    Qualification,
)

Found = TypeVar("Found", Absence, Certification, Authorisation, Maintenance)


def absences(
    officers: Collection[UUID], start: datetime, end: datetime
) -> dict[UUID, list[Absence]]:
    """Return, by officer, the absences that take up some of a time, in order."""
    rows = Absence.objects.filter(officer__in=officers).during(start, end)
    return _by("officer_id", rows)


def certifications(
    officers: Collection[UUID], first: date, last: date
) -> dict[UUID, list[Certification]]:
    """Return, by officer, the certifications valid on some day of a time.

    A planner then compares each duty with ``valid_from`` and ``expires_on``, which
    is the last day on which it counts.
    """
    rows = Certification.objects.filter(officer__in=officers).in_force()
    return _by("officer_id", rows.overlapping(first, last))


def authorisations(
    officers: Collection[UUID], first: date, last: date
) -> dict[UUID, list[Authorisation]]:
    """Return, by officer, the authorisations valid on some day of a time."""
    rows = Authorisation.objects.filter(officer__in=officers).in_force()
    return _by("officer_id", rows.overlapping(first, last))


def commanders(officers: Collection[UUID], day: date) -> set[UUID]:
    """Return which of some officers are qualified to command on a day."""
    rows = Certification.objects.filter(officer__in=officers).valid(day)
    held = rows.filter(code=Qualification.COMMANDER)
    return set(held.values_list("officer_id", flat=True))


def assets(agencies: Collection[UUID]) -> list[Asset]:
    """Return some agencies' assets that are of use, maintenance apart."""
    rows = Asset.objects.filter(owner__in=agencies, status__in=USABLE)
    return list(rows.select_related("owner").order_by("owner__code", "code"))


def maintenances(
    found: Collection[UUID], start: datetime, end: datetime
) -> dict[UUID, list[Maintenance]]:
    """Return, by asset, the maintenance that takes up some of a time, in order."""
    rows = Maintenance.objects.filter(asset__in=found).during(start, end)
    return _by("asset_id", rows)


def _by(name: str, rows: Iterable[Found]) -> dict[UUID, list[Found]]:
    found: defaultdict[UUID, list[Found]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return dict(found)
