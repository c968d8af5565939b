"""The calendar of patrols by month, week and state, one's own duties, and tables."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.guards import actor_of, officer_required
from agencies.models import Absence, Agency
from agencies.policy import Actor
from agencies.views.tables import table
from patrols import calendar
from patrols.calendar import Lane, Outing
from patrols.duties import duties_of
from patrols.forms.calendar import CalendarForm, PeriodForm
from patrols.forms.patrols import BoardForm
from patrols.models import Patrol, PatrolQuerySet, PatrolState
from patrols.references import places, zone_of
from patrols.views.board import filtered, shown
from patrols.views.swaps import asked_by, duties_to_give

MOST = 1000
# So many colours, with patterns, there are for lanes.
LOOKS = 12
# How far one's duties are shown ahead.
WEEKS_AHEAD = 5
COLUMNS = [
    "ref", "title", "state", "starts_at", "ends_at", "lead", "participants", "zone",
    "commander", "owner",
]  # fmt: skip


@officer_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show a month by the day, a week by the hour, or a week by state."""
    actor = actor_of(request)
    form = CalendarForm(request.GET)
    days, zone = period(form), reader_zone()
    found = _read(form, days, actor)
    outings = _outings(found[:MOST])
    context = {
        "part": "calendar",
        "name": _("Calendar"),
        "form": form,
        **about(form, days),
        "has_more": len(found) > MOST,
        "is_empty": not outings,
        "lanes": _legend(outings),
        "days": calendar.by_hour(outings, days, zone),
    }
    if form.shown == "month":
        context["weeks"] = calendar.by_week(outings, days, zone)
    elif form.shown == "state":
        context["states"] = _by_state(outings)
    return render(request, "patrols/calendar.html", context)


@officer_required
@require_safe
def page_as_table(request: HttpRequest) -> HttpResponse:
    """Answer the patrols of a calendar page as a table in CSV."""
    actor = actor_of(request)
    form = CalendarForm(request.GET)
    days = period(form)
    name = f"patrols-{days[0]:%Y-%m-%d}-{days[-1]:%Y-%m-%d}"
    return table(name, COLUMNS, _cells(_read(form, days, actor)))


@officer_required
@require_safe
def list_as_table(request: HttpRequest) -> HttpResponse:
    """Answer the patrols of the list, by its filters, as a table in CSV."""
    actor = actor_of(request)
    form = BoardForm(request.GET, actor=actor)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = _with_places(filtered(rows, filters), actor).order_by("-starts_at", "-id")
    name = f"patrols-{timezone.localdate():%Y-%m-%d}"
    return table(name, COLUMNS, _cells(rows[: MOST * 10]))


@officer_required
@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """Show the officer's own duties of this week and the next, and absences."""
    actor = actor_of(request)
    zone = reader_zone()
    today = timezone.localdate()
    week = calendar.week_of(today)
    days = [week[0] + timedelta(days=n) for n in range(7 * WEEKS_AHEAD)]
    span = calendar.span(days, zone)
    own = _outings(_with_places(duties_of(actor).during(*span), actor))
    absent = Absence.objects.visible_to(actor).filter(officer=actor.officer_id)
    away = [
        Outing(Lane(""), row.starts_at, row.ends_at, row)
        for row in absent.during(*span)
    ]
    now = timezone.now()
    over = {one for one in calendar.clashes([*own, *away]) if one.ends_at > now}
    given = duties_to_give(actor)
    context = {
        "today": today,
        "duties": [
            {
                "outing": one,
                "patrol": one.of,
                "clashes": one in over,
                "assignment": given.get(one.of.pk),
            }
            for one in own
        ],
        **asked_by(actor, span),
        "away": [one.of for one in away],
        "weeks": [
            {"first": first, "hours": calendar.hours_within(own, seven, zone)}
            for first, seven in ((d, calendar.week_of(d)) for d in days[::7])
        ],
        "last": days[-1],
    }
    return render(request, "patrols/duties.html", context)


# --- what calendar and coverage have in common ----------------------------------


def period(form: PeriodForm) -> list[date]:
    """Return the days that a page shows: whole weeks of a month, or one week."""
    if form.shown == "month":
        return calendar.month_of(form.day)
    return calendar.week_of(form.day)


def about(form: PeriodForm, days: list[date]) -> dict[str, Any]:
    """Return what a page says of its period, and the days of those around it."""
    day = form.day
    if form.shown == "month":
        title = formats.date_format(day, "F Y")
        before, after = day.replace(day=1) - calendar.DAY, calendar.next_month(day)
    else:
        title = f"{formats.date_format(days[0])} – {formats.date_format(days[-1])}"
        before, after = day - 7 * calendar.DAY, day + 7 * calendar.DAY
    return {
        "view": form.shown,
        "title": title,
        "on": day,
        "month": day.month if form.shown == "month" else None,
        "before": f"{before:%Y-%m-%d}",
        "after": f"{after:%Y-%m-%d}",
        "today": timezone.localdate(),
    }


def reader_zone() -> ZoneInfo:
    """Return the time zone of the reader's agency."""
    return ZoneInfo(timezone.get_current_timezone_name())


def moment(at: datetime) -> str:
    """Return a moment for a table: by the reader's clock, with its offset."""
    return timezone.localtime(at).isoformat(timespec="minutes")


# --- reading ---------------------------------------------------------------------


def _read(form: CalendarForm, days: list[date], actor: Actor) -> list[Patrol]:
    """Return the patrols of a page, in order; one more than are shown."""
    rows = Patrol.objects.visible_to(actor).without_doubles_of(actor.agency_id)
    rows = rows.during(*calendar.span(days, reader_zone())).filter(is_displaced=False)
    if agency := form.asked.get("agency"):
        rows = rows.filter(participants__contains=[agency.code])
    return list(_with_places(rows, actor).order_by("starts_at", "id")[: MOST + 1])


def _with_places(rows: PatrolQuerySet, actor: Actor) -> PatrolQuerySet:
    return shown(rows, actor).prefetch_related(*places(actor))


def _outings(rows: Iterable[Patrol]) -> list[Outing]:
    """Return patrols in lanes; an agency's lane looks the same on every page."""
    codes = Agency.objects.order_by("code").values_list("code", flat=True)
    lanes = {code: Lane(code, n % LOOKS) for n, code in enumerate(codes)}
    return [
        Outing(lanes[row.lead.code], row.starts_at, row.ends_at, row) for row in rows
    ]


def _legend(outings: list[Outing]) -> list[dict[str, Any]]:
    """Return the lanes that are there, with the agencies' names."""
    names = {outing.lane: outing.of.lead.name for outing in outings}
    return [{"lane": lane, "name": name} for lane, name in sorted(names.items())]


def _by_state(outings: list[Outing]) -> list[dict[str, Any]]:
    return [
        {"state": state.value, "outings": [o for o in outings if o.of.state == state]}
        for state in PatrolState
    ]


def _cells(rows: Iterable[Patrol]) -> Iterable[list[str]]:
    for row in rows:
        zone = zone_of(row)
        yield [
            row.ref,
            row.title,
            row.state,
            moment(row.starts_at),
            moment(row.ends_at),
            row.lead.code,
            " ".join(row.participants),
            f"{zone.code} {zone.name}" if zone else "",
            str(row.commander or ""),
            row.owner.code,
        ]
