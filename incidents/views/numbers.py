"""The page of numbers: charts, a table under each, and each table to take along."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.errors import Invalid
from agencies.guards import actor_of, officer_required
from agencies.views.tables import table
from incidents import bars
from incidents.bars import Chart
from incidents.models import Severity
from incidents.numbers import ALL, MEASURES, Line, Numbers, Took, numbers, week_name
from incidents.numbers_form import NumbersForm

# How many bars are drawn of what has many; the table has them all.
MOST_BARS = 20
HOUR = 3600


@dataclass(frozen=True)
class Shown:
    """A chart with its table: rows of a name and numbers, as texts."""

    code: str
    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    chart: Chart | None
    # By look its word, where colours mean something.
    legend: Sequence[tuple[str, str]] = ()


@officer_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show incidents and patrols in numbers, over what the officer sees."""
    form = NumbersForm(request.GET)
    found = numbers(actor_of(request), form.asked)
    context = {
        "form": form,
        "asked": found.asked,
        "total": found.total,
        "tables": tables(found),
        "query": request.GET.urlencode(),
        "is_filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "incidents/numbers.html", context)


@officer_required
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Return one of the tables as comma-separated values."""
    found = numbers(actor_of(request), NumbersForm(request.GET).asked)
    known = {one.code: one for one in tables(found)}
    wanted = known.get(request.GET.get("table", "weeks"))
    if wanted is None:
        raise Invalid("unknown_table", _("There is no such table."))
    name = f"{wanted.code}-{found.asked.first}-{found.asked.last}"
    return table(name, wanted.columns, wanted.rows)


def tables(found: Numbers) -> list[Shown]:
    """Return all tables with their charts, in the order of the page."""
    shown = [
        _counts("weeks", _("Incidents by week"), _("week"), found.weeks),
        _counts("types", _("Incidents by type"), _("type"), found.types),
        _counts(
            "sections",
            _("Incidents by border section"),
            _("border section"),
            found.sections,
            _("Each incident counts for the section nearest to it, up to some 25 km."),
        ),
        *(_times(measure, found.times) for measure in MEASURES),
    ]
    return [*shown, *_effort(found)]


def _counts(
    code: str, title: str, what: str, lines: Sequence[Line], note: str = ""
) -> Shown:
    words = {step.value: str(step.label) for step in Severity}
    is_time = code == "weeks"
    drawn = [
        (line.name, [(step, line.counts[step]) for step in words])
        for line in (lines if is_time else lines[:MOST_BARS])
    ]
    draw = bars.standing if is_time else bars.lying
    return Shown(
        code,
        title,
        note,
        [capfirst(what), *map(capfirst, words.values()), _("All")],
        [[line.name, *map(str, line.cells)] for line in lines],
        draw(drawn, words) if any(line.total for line in lines) else None,
        list(words.items()),
    )


def _times(measure: str, times: Iterable[Took]) -> Shown:
    """Return how long something took, by severity: half, and nine tenths."""
    titles = {
        "acknowledge": _("Time to acknowledge"),
        "arrive": _("Time to arrive"),
        "close": _("Time to close"),
    }
    notes = {
        "acknowledge": _("From the report to the first acknowledgement that you see."),
        "arrive": _("From the report to the first response on scene that you see."),
        "close": _("From the report until it was closed."),
    }
    rows = [one for one in times if one.measure == measure]
    looks = {"median": _("median"), "p90": _("90 %")}
    words = {ALL: _("all"), **{step.value: str(step.label) for step in Severity}}
    drawn = [
        (
            capfirst(words[one.severity]),
            [
                ("median", one.median / HOUR),
                ("p90", max(0.0, one.p90 - one.median) / HOUR),
            ],
        )
        for one in rows
        if one.median is not None and one.p90 is not None
    ]
    return Shown(
        measure,
        titles[measure],
        f"{notes[measure]} {_('In hours.')}",
        [
            _("Severity"),
            _("Incidents"),
            _("Median, h"),
            _("90 % within, h"),
        ],
        [
            [
                capfirst(words[one.severity]),
                str(one.n),
                _hours(one.median),
                _hours(one.p90),
            ]
            for one in rows
        ],
        bars.lying(drawn, looks) if drawn else None,
        list(looks.items()),
    )


def _effort(found: Numbers) -> list[Shown]:
    if found.effort is None:
        return []
    drawn = [(week_name(one.week), [("effort", one.hours)]) for one in found.effort]
    note = _("Patrols that left in the week, of the owner and the section chosen.")
    if any(one.kilometres is None for one in found.effort):
        note = f"{note} {_('For kilometres, choose a shorter time.')}"
    rows = [
        [week_name(one.week), str(one.patrols), f"{one.hours:.1f}", _km(one.kilometres)]
        for one in found.effort
    ]
    return [
        Shown(
            "effort",
            _("Patrol effort: hours out, by week"),
            note,
            [_("Week"), _("Patrols"), _("Hours"), _("Kilometres")],
            rows,
            bars.standing(drawn, {"effort": _("hours")})
            if any(one.patrols for one in found.effort)
            else None,
        )
    ]


def _hours(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / HOUR:.2f}"


def _km(kilometres: float | None) -> Any:
    return "" if kilometres is None else f"{kilometres:.0f}"
