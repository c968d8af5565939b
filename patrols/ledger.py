"""The ledger of an agreement: what each agency led, as far as a reader sees it.

Counted are patrols of the agreement's programmes that went out in a period, each for
the agency that led it. All is local time of the programme: a *night* is from 22:00 to
06:00, a *weekend* Saturday and Sunday, and a patrol counts for each of which it was out
three hours at least. Hours are elapsed time, also over a change of the clocks. A lead
that was handed over under way is booked for each by its part of the time: leads, hours
and kilometres, and the nights and weekends of which it led three hours itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.gis.db.models import PointField
from django.db.models import Aggregate, BinaryField, Func, Q
from django.utils import timezone

from agencies.models import Agreement
from agencies.policy import Actor
from agencies.records import GuardedQuerySet
from patrols import calendar, hand_overs, odometer
from patrols.hand_overs import Passed, Stretch, booked, stretches
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
    leads: Fraction = Fraction(0)
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


class Timed(Func):
    """A place with the seconds of its moment as its measure."""

    template = (
        "ST_MakePointM(ST_X(%(expressions)s), ST_Y(%(expressions)s),"
        " extract(epoch FROM at))"
    )
    output_field = PointField()


class Track(Aggregate):
    """Points in the order of a column, as one line in little-endian WKB."""

    template = "ST_AsBinary(ST_MakeLine(%(expressions)s), 'NDR')"
    arg_joiner = " ORDER BY "
    output_field = BinaryField()


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
    ways = metres([patrol.pk for patrol, _zone in out], actor)
    lines: dict[str, Line] = {}
    seen = Patrol.objects.visible_to(actor)
    passed = hand_overs.taken(seen.filter(pk__in=[patrol.pk for patrol, _zone in out]))
    for patrol, zone in out:
        way = ways.get(patrol.pk, 0.0)
        _book(lines, patrol, zone, way, passed.get(patrol.pk, []))
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
    lines: dict[str, Line],
    patrol: Patrol,
    zone: ZoneInfo,
    metres: float,
    passed: list[Passed],
) -> None:
    """Book a patrol for those who led it, each by the part of the time it led."""
    for code in patrol.participants:
        lines.setdefault(code, Line(code)).patrols += 1
    if patrol.started_at is None:
        return
    back = patrol.ended_at or max(timezone.now(), patrol.started_at)
    led = [Stretch(patrol.lead.code, patrol.started_at, back)]
    if passed:
        led = stretches(patrol.started_at, passed, back)
    for code, part in booked(led).items():
        line = lines.setdefault(code, Line(code))
        line.leads += part
        line.kilometres += float(part) * metres / 1000
    for one in led:
        line, end = lines.setdefault(one.agency, Line(one.agency)), one.end or back
        line.nights += nights(one.begin, end, zone)
        line.weekends += weekends(one.begin, end, zone)
        line.hours += (end - one.begin).total_seconds() / 3600


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


def metres(
    patrols: list[UUID],
    actor: Actor,
    *,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> dict[UUID, float]:
    """Return how far patrols went; of several devices, the one that went furthest.

    Cleaned of jitter, jumps and standing still (``patrols.odometer``). From ``begin``
    on and before ``end`` only, if said.
    """
    is_fit = Q(accuracy_m=None) | Q(accuracy_m__lte=odometer.WORST_M)
    fixes = Fix.objects.visible_to(actor).filter(is_fit, patrol__in=patrols)
    if begin is not None:
        fixes = fixes.filter(at__gte=begin)
    if end is not None:
        fixes = fixes.filter(at__lt=end)
    rows = (
        fixes.order_by()
        .values("patrol_id", "device")
        .annotate(track=Track(Timed("place"), "at"))
    )
    found: dict[UUID, float] = {}
    for row in rows:
        way = odometer.travelled(odometer.points(bytes(row["track"])))
        found[row["patrol_id"]] = max(found.get(row["patrol_id"], 0.0), way)
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
