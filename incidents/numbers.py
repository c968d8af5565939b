"""Incidents and patrols in numbers: sums over what one reader sees, and nothing else.

Every number starts from what the reader may see, and is added up by PostgreSQL. Weeks
are those of ISO 8601, by the clock of the reader's agency. Times are from the report:
a span that would be negative, as of a tear line whose hours are blunted, is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agencies.policy import Actor
from incidents.models import (
    Acknowledgement,
    Category,
    Incident,
    IncidentType,
    Response,
    Severity,
)
from incidents.near_sections import sections_of
from patrols import calendar, ledger
from patrols.models import BorderSection, Patrol, Programme

WEEK = timedelta(days=7)
# A year of whole weeks.
MOST_DAYS = 371
# Tracks of more patrols are not measured for one page.
MOST_TRACKS = 2000
MEASURES = ("acknowledge", "arrive", "close")
# Of all severities together.
ALL = ""
_SPREAD = """
SELECT coalesce(severity, ''), count(*), percentile_cont(ARRAY[0.5, 0.9])
    WITHIN GROUP (ORDER BY extract(epoch FROM took))
FROM (SPANS) AS spans WHERE took >= '0' GROUP BY ROLLUP (severity)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Days, and which incidents; whatever is not said is any."""

    first: date
    last: date
    zone: ZoneInfo
    category: str = ""
    severity: str = ""
    owner: UUID | None = None
    section: str = ""

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When the days begin and end."""
        return calendar.span([self.first, self.last], self.zone)

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks that the days lie in."""
        monday = calendar.week_of(self.first)[0]
        return [monday + n * WEEK for n in range((self.last - monday).days // 7 + 1)]


@dataclass(slots=True)
class Line:
    """How many incidents of each severity; ``code`` and ``name`` say of what."""

    code: str
    name: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many of all severities."""
        return self.counts.total()

    @property
    def cells(self) -> list[int]:
        """The numbers in the order of the ladder, then the sum."""
        return [*(self.counts[step] for step in Severity.values), self.total]


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took: of how many, and half and nine tenths were as quick."""

    measure: str
    severity: str
    n: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Effort:
    """The patrols that left in one week; kilometres are not always measured."""

    week: date
    patrols: int = 0
    hours: float = 0.0
    kilometres: float | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """All tables of a time."""

    asked: Asked
    weeks: list[Line]
    types: list[Line]
    sections: list[Line]
    times: list[Took]
    # None: not for this reader (``patrols:read``).
    effort: list[Effort] | None

    @property
    def total(self) -> int:
        """How many incidents there were."""
        return sum(line.total for line in self.weeks)


def numbers(actor: Actor, asked: Asked) -> Numbers:
    """Return the numbers of a time, as far as a reader sees what is counted."""
    rows = _incidents(actor, asked)
    weeks, types = _counted(rows, asked)
    may_count = actor.scopes is None or "patrols:read" in actor.scopes
    return Numbers(
        asked,
        weeks,
        types,
        _by_section(rows),
        _times(rows, actor),
        _effort(actor, asked) if may_count else None,
    )


def week_name(monday: date) -> str:
    """Return a week as ISO 8601 writes it: 2026-W47."""
    return f"{monday:%G-W%V}"


# --- incidents ----------------------------------------------------------------


def _incidents(actor: Actor, asked: Asked) -> Any:
    begin, end = asked.span
    rows: Any = Incident.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = rows.filter(occurred_at__gte=begin, occurred_at__lt=end).order_by()
    for name in ("category", "severity", "owner"):
        if wanted := getattr(asked, name):
            rows = rows.filter(**{name: wanted})
    if asked.section:
        found = sections_of(_cells(rows))
        near = [cell for cell, code in found.items() if code == asked.section]
        rows = rows.filter(cell__in=near)
    return rows


def _cells(rows: Any) -> set[int]:
    return set(rows.values_list("cell", flat=True).distinct())


def _counted(rows: Any, asked: Asked) -> tuple[list[Line], list[Line]]:
    """Return counts by week and by type, both in one reading."""
    week = TruncWeek("occurred_at", tzinfo=asked.zone, output_field=DateField())
    weeks = {day: Line(week_name(day), week_name(day)) for day in asked.weeks}
    types: dict[tuple[str, str], Line] = {}
    groups = rows.annotate(week=week).values("week", "category", "type", "severity")
    names = {row.pk: str(row) for row in IncidentType.objects.all()}
    for one in groups.annotate(n=Count("pk")):
        weeks[one["week"]].counts[one["severity"]] += one["n"]
        code, category = one["type"] or "", one["category"]
        # A type alone says its category; what has none is counted by that.
        of = (code, "" if code else category)
        name = names.get(code) or _untyped(category)
        line = types.setdefault(of, Line(code or category, capfirst(name)))
        line.counts[one["severity"]] += one["n"]
    return list(weeks.values()), _most_first(types.values())


def _untyped(category: str) -> str:
    """Return the name of a category's incidents of no type: types bear such names."""
    label = Category(category).label
    return _("%(category)s, no type given") % {"category": label}


def _by_section(rows: Any) -> list[Line]:
    """Return counts by border section; what is far from any comes last."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for one in rows.values("cell", "severity").annotate(n=Count("pk")):
        counts[one["cell"]][one["severity"]] += one["n"]
    of_cell = sections_of(counts)
    names = dict(BorderSection.objects.values_list("code", "name"))
    lines: dict[str, Line] = {}
    for cell, found in counts.items():
        code = of_cell.get(cell, "")
        name = f"{code} {names[code]}" if code else _("Away from any border section")
        lines.setdefault(code, Line(code, name)).counts.update(found)
    away = [line for code, line in lines.items() if not code]
    return _most_first(line for code, line in lines.items() if code) + away


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.total, line.code))


# --- how long it took -----------------------------------------------------------


def _times(rows: Any, actor: Actor) -> list[Took]:
    """Return how long it took to acknowledge, to arrive and to close.

    By the first acknowledgement, and the first on scene, that the reader may see.
    """
    noted = Acknowledgement.objects.visible_to(actor)
    there = Response.objects.visible_to(actor).exclude(on_scene_at=None)
    spans = {
        "acknowledge": _first(noted, rows, "at"),
        "arrive": _first(there, rows, "on_scene_at"),
        "close": rows.exclude(closed_at=None).values(
            "severity", took=_span(F("closed_at"), F("created_at"))
        ),
    }
    return [one for name in MEASURES for one in _spread(name, spans[name])]


def _first(children: Any, rows: Any, moment: str) -> Any:
    """Return for each incident how long it took until the first of its children."""
    found = children.filter(incident__in=rows.values("pk")).order_by()
    grouped = found.values("incident", severity=F("incident__severity"))
    return grouped.annotate(took=_span(Min(moment), Min("incident__created_at")))


def _span(end: Any, begin: Any) -> Any:
    return ExpressionWrapper(end - begin, output_field=DurationField())


def _spread(measure: str, spans: "QuerySet[Any, dict[str, Any]]") -> Iterator[Took]:
    """Yield median and ninth tenth of each severity, and of all together first."""
    found = {}
    with suppress(EmptyResultSet), connection.cursor() as cursor:
        sql, params = spans.query.sql_with_params()
        cursor.execute(_SPREAD.replace("SPANS", sql), params)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    for severity in (ALL, *Severity.values):
        n, spread = found.get(severity, (0, None))
        median, p90 = spread or (None, None)
        yield Took(measure, severity, n, median, p90)


# --- patrols --------------------------------------------------------------------


def _effort(actor: Actor, asked: Asked) -> list[Effort]:
    """Return the patrols that left in each week, how long and how far they went.

    Of the owner and the section that are asked for; a patrol goes for the sections
    that its programme names.
    """
    begin, end = asked.span
    rows: Any = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = rows.filter(started_at__gte=begin, started_at__lt=end).order_by()
    if asked.owner:
        rows = rows.filter(owner=asked.owner)
    if asked.section:
        seen = Programme.objects.visible_to(actor)
        of = seen.filter(section_codes__contains=[asked.section])
        rows = rows.filter(programme__in=of.order_by().values("pk"))
    week = TruncWeek("started_at", tzinfo=asked.zone, output_field=DateField())
    back = Coalesce("ended_at", Value(timezone.now()), output_field=DateTimeField())
    rows = rows.annotate(week=week)
    groups = rows.values("week").annotate(
        n=Count("pk"), out=Sum(_span(back, F("started_at")))
    )
    found = {one["week"]: one for one in groups}
    metres = _metres(rows, actor, sum(one["n"] for one in found.values()))
    none = {"n": 0, "out": timedelta()}
    return [
        Effort(
            day,
            found.get(day, none)["n"],
            found.get(day, none)["out"].total_seconds() / 3600,
            None if metres is None else metres[day] / 1000,
        )
        for day in asked.weeks
    ]


def _metres(rows: Any, actor: Actor, number: int) -> dict[date, float] | None:
    """Return how far the patrols of each week went; None if that is too much."""
    if number > MOST_TRACKS:
        return None
    weeks = dict(rows.values_list("pk", "week"))
    found: dict[date, float] = defaultdict(float)
    for pk, way in ledger.metres(list(weeks), actor).items():
        found[weeks[pk]] += way
    return found
