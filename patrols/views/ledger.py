"""The ledger of an agreement: a page, a table to take along, and a chart of credit."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from agencies.guards import actor_of, officer_required
from agencies.models import Agreement
from agencies.policy import Actor
from agencies.views.tables import table
from patrols import charts, wording
from patrols import ledger as ledgers
from patrols.forms.ledger import PeriodForm
from patrols.ledger import Ledger, Line

COLUMNS = ("agency", "patrols", "leads", "nights", "weekends", "hours", "kilometres")


@officer_required
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """List the agreements whose ledgers there are."""
    rows = Agreement.objects.visible_to(actor_of(request)).order_by("code")
    return render(request, "patrols/ledgers.html", {"agreements": rows})


@officer_required
@require_safe
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    """Show who led how much under an agreement, in a period."""
    actor = actor_of(request)
    agreement = _agreement(actor, code)
    form = PeriodForm(request.GET, programmes=ledgers.programmes(agreement, actor))
    found = ledgers.ledger(agreement, actor, **form.chosen)
    context = {
        "agreement": agreement,
        "form": form,
        "ledger": found,
        "chart": chart(found) if found.credits else None,
        "months": months(found),
        "query": request.GET.urlencode(),
        "is_one": form.chosen["programme"] is not None,
    }
    return render(request, "patrols/ledger.html", context)


@officer_required
@require_safe
def as_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Return the ledger as comma-separated values."""
    actor = actor_of(request)
    agreement = _agreement(actor, code)
    form = PeriodForm(request.GET, programmes=ledgers.programmes(agreement, actor))
    found = ledgers.ledger(agreement, actor, **form.chosen)
    name = f"{agreement.code}-{found.first}-{found.last}"
    period = [str(found.first), str(found.last)]
    rows = ([*period, line.agency, *_numbers(line)] for line in found.lines)
    return table(name, ["first", "last", *COLUMNS], rows)


def _numbers(line: Line) -> list[str]:
    return [f"{round(float(getattr(line, name)), 2):g}" for name in COLUMNS[1:]]


def chart(found: Ledger) -> charts.Chart:
    """Return credit over time as lines."""
    days = [
        at.astimezone(UTC).date()
        for points in found.credits.values()
        for at, _credit in points
    ]
    first, last = min(days), max(days) + timedelta(days=1)
    series = {
        code: [(at.timestamp(), credit) for at, credit in points]
        for code, points in found.credits.items()
    }
    return charts.steps(
        series,
        first=_moment(first),
        last=_moment(last),
        x_ticks=[
            (_moment(day), date_format(day, "j M")) for day in _ticks(first, last)
        ],
        now=timezone.now().timestamp(),
    )


def months(found: Ledger) -> dict[str, Any]:
    """Return credits as they stood at the end of each month, as a table."""
    ends: dict[date, dict[str, Any]] = {}
    for code, points in found.credits.items():
        for at, credit in points:
            ends.setdefault(at.astimezone(UTC).date().replace(day=1), {})[code] = credit
    codes = sorted(found.credits)
    return {
        "codes": codes,
        "rows": [
            {
                "month": f"{month:%Y-%m}",
                "credits": [_owed(ends[month].get(code)) for code in codes],
            }
            for month in sorted(ends)
        ],
    }


def _ticks(first: date, last: date) -> list[date]:
    """Return about six days, evenly over the time of a chart."""
    days = (last - first).days
    step = max(1, -(-days // 6))
    return [first + timedelta(days=n) for n in range(0, days + 1, step)]


def _moment(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _owed(credit: Fraction | None) -> str:
    return "" if credit is None else wording.owed(credit)


def _agreement(actor: Actor, code: str) -> Agreement:
    return get_object_or_404(Agreement.objects.visible_to(actor), code=code)
