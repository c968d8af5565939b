"""Which border sections the patrols that somebody sees cover, and when."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.policy import Actor
from patrols import calendar, coverage
from patrols.coverage import Part, Span
from patrols.models import BorderSection, Patrol, PatrolState, Programme
from patrols.rules import series_of


def midnights(days: Sequence[date]) -> list[datetime]:
    """Return the midnights that bound days in a row, by the reader's clock."""
    zone = ZoneInfo(timezone.get_current_timezone_name())
    return [calendar.midnight(day, zone) for day in [*days, days[-1] + calendar.DAY]]


def parts_of(
    actor: Actor, cuts: Sequence[datetime]
) -> list[tuple[BorderSection, list[Part]]]:
    """Return the parts between the cuts of each section that a programme names.

    A patrol covers the sections of its programme; one outside any programme, or of a
    programme that the reader does not see, covers none for that reader.
    """
    named = _sections_of_programmes(actor)
    codes = {code for found in named.values() for code in found}
    sections = list(BorderSection.objects.filter(code__in=codes))
    found = coverage.table(
        _patrolled(actor, named, cuts),
        [row.code for row in sections],
        cuts,
        list(_due(actor, cuts)),
    )
    return [(row, found[row.code]) for row in sections]


def unnamed(actor: Actor) -> list[BorderSection]:
    """Return the sections that no programme the reader sees names."""
    codes = {c for found in _sections_of_programmes(actor).values() for c in found}
    return list(BorderSection.objects.exclude(code__in=codes))


def _sections_of_programmes(actor: Actor) -> dict[object, list[str]]:
    rows = Programme.objects.visible_to(actor)
    return dict(rows.values_list("pk", "section_codes"))


def _due(actor: Actor, cuts: Sequence[datetime]) -> Iterator[tuple[str, Span]]:
    """Yield, by section, the patrols that the rules of programmes name."""
    for programme in Programme.objects.visible_to(actor).filter(is_active=True):
        if not programme.section_codes:
            continue
        first = cuts[0] - programme.duration
        for start in series_of(programme).starts(first, cuts[-1]):
            for code in programme.section_codes:
                yield code, Span(start, programme.end_after(start))


def _patrolled(
    actor: Actor, named: dict[object, list[str]], cuts: Sequence[datetime]
) -> Iterator[tuple[str, Span]]:
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    # A patrol may have left early, or be late: a day to both sides is looked at.
    rows = rows.during(cuts[0] - calendar.DAY, cuts[-1] + calendar.DAY)
    rows = rows.exclude(state=PatrolState.CANCELLED).filter(programme__in=list(named))
    rows = rows.only("programme", "starts_at", "ends_at", "started_at", "ended_at")
    now = timezone.now()
    for row in rows:
        times = (row.starts_at, row.ends_at, row.started_at, row.ended_at)
        if one := coverage.patrolled_span(*times, now):
            for code in named[row.programme_id]:
                yield code, one
