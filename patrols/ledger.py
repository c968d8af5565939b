"""The ledger of an agreement: what each agency led, as far as a reader sees it.

Counted are patrols of the agreement's programmes that went out in a period, each for
the agency that led it. All is local time of the programme: a *night* is from 22:00 to
06:00, a *weekend* Saturday and Sunday, and a patrol counts for each of which it was out
three hours at least. Hours are elapsed time, also over a change of the clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, FloatField
from django.utils import timezone

from agencies.models import Agreement
from agencies.policy import Actor
from agencies.records import GuardedQuerySet
from patrols import calendar
from patrols.leads import Entry, seen_entries
from patrols.models import Fix, Patrol, Programme
from patrols.rotation import standings

LEAST = timedelta(hours=3)
NIGHT = time(22), time(6)


@dataclass(slots=True)
class Line:
    """What one agency did in a period; ``patrols`` are those that it took part in."""

    agency: str
    patrols: int = 0
    leads: int = 0
    nights: int = 0
    weekends: int = 0
    hours: float = 0.0
    kilometres: float = 0.0


@dataclass(slots=True)
class Ledger:
    """A period of an agreement: lines by agency, and credits over time."""

    first: date
    last: date
    lines: list[Line]
    # By agency: the credit after each patrol of the period, with its start.
    credits: dict[str, list[tuple[datetime, Fraction]]] = field(default_factory=dict)


class Length(Aggregate):
    """The length in metres, on the ellipsoid, of points in the order of a column."""

    template = "ST_Length(ST_MakeLine(%(expressions)s)::geography)"
    arg_joiner = " ORDER BY "
    output_field = FloatField()


def programmes(agreement: Agreement, actor: Actor) -> "GuardedQuerySet[Programme]":
    """Return the programmes of an agreement that a reader sees, by code."""
    rows: GuardedQuerySet[Programme] = Programme.objects.visible_to(actor)
    return rows.filter(agreement=agreement.pk).order_by("owner__code", "code", "id")


def ledger(
    agreement: Agreement,
    actor: Actor,
    *,
    first: date,
    last: date,
    programme: UUID | None = None,
) -> Ledger:
    """Return the ledger of an agreement, or of one programme of it, for a period."""
    chosen = programmes(agreement, actor)
    if programme is not None:
        chosen = chosen.filter(pk=programme)
    found = list(chosen)
    out = [one for row in found for one in _out(row, actor, first, last)]
    metres = _metres([patrol.pk for patrol, _zone in out], actor)
    lines: dict[str, Line] = {}
    for patrol, zone in out:
        _book(lines, patrol, zone, metres.get(patrol.pk, 0.0))
    return Ledger(
        first,
        last,
        [lines[code] for code in sorted(lines)],
        _credits(found, actor, first, last),
    )


def _out(
    row: Programme, actor: Actor, first: date, last: date
) -> Iterator[tuple[Patrol, ZoneInfo]]:
    """Yield the patrols of a programme that went out in a period."""
    zone = ZoneInfo(row.time_zone)
    begin, end = calendar.span([first, last], zone)
    patrols = (
        Patrol.objects.visible_to(actor)
        .filter(programme=row, tear_line_of=None)
        .filter(started_at__gte=begin, started_at__lt=end)
        .select_related("lead")
    )
    for patrol in patrols.order_by("started_at", "id"):
        yield patrol, zone


def _book(
    lines: dict[str, Line], patrol: Patrol, zone: ZoneInfo, metres: float
) -> None:
    for code in patrol.participants:
        lines.setdefault(code, Line(code)).patrols += 1
    if patrol.started_at is None:
        return
    line = lines.setdefault(patrol.lead.code, Line(patrol.lead.code))
    back = patrol.ended_at or max(timezone.now(), patrol.started_at)
    line.leads += 1
    line.nights += nights(patrol.started_at, back, zone)
    line.weekends += weekends(patrol.started_at, back, zone)
    line.hours += (back - patrol.started_at).total_seconds() / 3600
    line.kilometres += metres / 1000


def nights(begin: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Return in how many local nights a patrol was out for three hours at least."""
    return sum(
        _is_long(begin, end, datetime.combine(day, NIGHT[0], zone), until)
        for day in _days(begin, end, zone)
        for until in [datetime.combine(day + timedelta(days=1), NIGHT[1], zone)]
    )


def weekends(begin: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Return on how many local weekends a patrol was out for three hours at least."""
    return sum(
        _is_long(begin, end, datetime.combine(day, time(), zone), until)
        for day in _days(begin, end, zone)
        if day.weekday() == 5
        for until in [datetime.combine(day + timedelta(days=2), time(), zone)]
    )


def _days(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    """Yield the local days of a patrol, and the two before, which may reach into it."""
    day = begin.astimezone(zone).date() - timedelta(days=2)
    while day <= end.astimezone(zone).date():
        yield day
        day += timedelta(days=1)


def _is_long(begin: datetime, end: datetime, since: datetime, until: datetime) -> bool:
    """Whether two spans share three hours. Elapsed time: clocks are set at night."""
    start = max(begin.astimezone(UTC), since.astimezone(UTC))
    return min(end.astimezone(UTC), until.astimezone(UTC)) - start >= LEAST


def _metres(patrols: list[UUID], actor: Actor) -> dict[UUID, float]:
    """Return how far patrols went; of several devices, the one that went furthest."""
    fixes = Fix.objects.visible_to(actor).filter(patrol__in=patrols)
    rows = (
        fixes.order_by()
        .values("patrol_id", "device")
        .annotate(way=Length("place", "at"))
    )
    found: dict[UUID, float] = {}
    for row in rows:
        found[row["patrol_id"]] = max(found.get(row["patrol_id"], 0.0), row["way"] or 0)
    return found


def _credits(
    rows: list[Programme], actor: Actor, first: date, last: date
) -> dict[str, list[tuple[datetime, Fraction]]]:
    """Return every agency's credit in a period, the sum over some programmes."""
    entries: list[Entry] = sorted(
        (one for row in rows for one in seen_entries(row, actor)),
        key=lambda one: (one.at, one.id),
    )
    found: dict[str, list[tuple[datetime, Fraction]]] = {}
    for one, standing in zip(
        entries, standings([one.slot for one in entries]), strict=True
    ):
        if not first <= one.at.astimezone(UTC).date() <= last:
            continue
        for code, each in standing.items():
            found.setdefault(code, []).append((one.at, each.credit))
    return found
