"""What must hold of places, programmes and patrols; each rule refuses, none writes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Forbidden, Invalid
from agencies.fields import LATEST
from agencies.models import Agency
from agencies.policy import Actor, Permission
from patrols import legal_basis
from patrols.demand_rules import require_demand
from patrols.models import (
    CURRENT_STATES,
    OPEN_STATES,
    BorderSection,
    Patrol,
    PatrolState,
    Programme,
    Route,
    Zone,
)
from patrols.recurrence import BadRule, Series, parse

# Clocks of partners differ a little.
CLOCK_SLACK = timedelta(minutes=10)
MAX_DURATION = timedelta(days=30)
# A patrol may have left before its hours; coverage looks so far.
EARLY = timedelta(days=1)
MAX_WEIGHT = 1000
MAX_EXCEPTIONS = 366
# Moments that every clock and every time zone can show.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# The steps that the lead agency or the owner takes: which role, from which states.
STEPS: dict[str, tuple[Permission, tuple[str, ...]]] = {
    "cancel": (Permission.PATROL_PLAN, OPEN_STATES),
    "start": (Permission.PATROL_RUN, (PatrolState.AGREED,)),
    "complete": (Permission.PATROL_RUN, (PatrolState.UNDER_WAY,)),
    "commander": (Permission.PATROL_RUN, CURRENT_STATES),
}
# What planners do on the way to an agreed patrol: whether it is the owner who does it,
# or another agency that takes part; in which states.
PLANNING: dict[str, tuple[bool, tuple[str, ...]]] = {
    "change": (True, OPEN_STATES),
    "propose": (True, (PatrolState.PLANNED,)),
    "withdraw": (True, (PatrolState.PROPOSED,)),
    "answer": (False, (PatrolState.PROPOSED,)),
}


def possible(patrol: Patrol, by: Actor) -> set[str]:
    """Return the names of the actions that an actor may take on a patrol now."""
    if patrol.is_tear_line or by.agency_id is None:
        return set()
    names = set()
    if by.agency_id in (patrol.lead_id, patrol.owner_id):
        names = {
            name
            for name, (permission, states) in STEPS.items()
            if by.may(permission) and patrol.state in states
        }
    return names | {
        name
        for name, (is_owners, states) in PLANNING.items()
        if by.may(Permission.PATROL_PLAN)
        and patrol.state in states
        and (by.owns(patrol) if is_owners else takes_part(patrol, by))
    }


def takes_part(patrol: Patrol, by: Actor) -> bool:
    """Whether the actor's agency is asked for its consent: it is not the owner."""
    return by.agency in patrol.participants and not by.owns(patrol)


def require_step(patrol: Patrol, step: str, by: Actor) -> None:
    """Refuse a step that is not this agency's to take, or not possible now.

    The action itself asks for the permission that stands in ``STEPS``.
    """
    if by.agency_id is None or by.agency_id not in (patrol.lead_id, patrol.owner_id):
        raise Forbidden(
            "not_lead", _("Only the lead agency and the owner may do this.")
        )
    require_state(patrol, *STEPS[step][1])


def require_state(patrol: Patrol, *states: str) -> None:
    """Refuse unless the patrol stands in one of some states.

    A tear line stands where it was written: it is not the patrol that goes out.
    """
    if patrol.state not in states or patrol.is_tear_line:
        raise Conflict(
            "wrong_state",
            _("The patrol is %(state)s: this is not possible now.")
            % {"state": patrol.get_state_display()},
        )


def require_past(at: datetime, *, pointer: str) -> None:
    """Refuse a moment that lies ahead, or before our time."""
    if at < EARLIEST:
        raise Invalid("out_of_range", _("Not a day of our time."), pointer=pointer)
    if at > timezone.now() + CLOCK_SLACK:
        raise Invalid("in_the_future", _("The time lies ahead."), pointer=pointer)


def require_left_at(patrol: Patrol, at: datetime) -> None:
    """Refuse a start that lies ahead, or far from the hours and from now."""
    require_past(at, pointer="/at")
    if at < min(patrol.starts_at, timezone.now()) - EARLY:
        text = _("It did not leave more than a day before its hours.")
        raise Invalid("too_early", text, pointer="/at")


def require_known_places(row: Patrol | Programme, by: Actor) -> None:
    """Refuse a zone or route that the actor does not see, like one that is not."""
    require_seen(by, zone=row.zone_id, route=row.route_id)


def require_seen(by: Actor, *, zone: Any = None, route: Any = None) -> None:
    """Refuse a zone or route, if there is one, that the actor does not see."""
    if zone and not Zone.objects.visible_to(by).filter(pk=_pk(zone)).exists():
        raise Invalid("unknown_zone", _("No such zone."), pointer="/zone")
    if route and not Route.objects.visible_to(by).filter(pk=_pk(route)).exists():
        raise Invalid("unknown_route", _("No such route."), pointer="/route")


def _pk(place: Any) -> Any:
    return getattr(place, "pk", place)


def require_patrol(
    patrol: Patrol, by: Actor, *, changed: Iterable[str] = legal_basis.BINDING
) -> None:
    """Refuse a patrol that its agreement does not permit, or that cannot be.

    Its legal basis counts where something of it is among ``changed``, so that a title
    can be corrected when the agreement has lapsed.
    """
    require_sound_patrol(patrol, by)
    if legal_basis.BINDING & set(changed):
        legal_basis.require_patrol(patrol, by)


def require_sound_patrol(patrol: Patrol, by: Actor) -> None:
    """Refuse a patrol that cannot be: its marking, hours, places or agencies."""
    patrol.require_marking(by)
    require_known_places(patrol, by)
    require_hours(patrol)
    known = set(
        Agency.objects.filter(code__in=patrol.participants).values_list(
            "code", flat=True
        )
    )
    if unknown := set(patrol.participants) - known:
        raise Invalid(
            "unknown_agency",
            _("No such agency: %(code)s") % {"code": min(unknown)},
            pointer="/participants",
        )
    if patrol.lead.code not in known:
        raise Invalid(
            "lead_not_participant",
            _("The lead agency takes part itself."),
            pointer="/lead",
        )
    require_demand(patrol.demand, patrol.participants)


def require_reason(reason: str) -> str:
    """Return why something is done, as it is kept; refuse to do it without a word."""
    if not reason.strip():
        raise Invalid("empty", _("Say why."), pointer="/reason")
    return reason.strip()


def require_hours(patrol: Patrol) -> None:
    """Refuse hours that cannot be."""
    if not EARLIEST <= patrol.starts_at <= LATEST:
        raise Invalid("bad_day", _("Not a day of our time."), pointer="/starts_at")
    length = patrol.ends_at - patrol.starts_at
    if not timedelta(0) < length <= MAX_DURATION:
        raise Invalid(
            "bad_duration",
            _("A patrol ends after it starts, within 30 days."),
            pointer="/ends_at",
        )


def require_programme(
    programme: Programme, by: Actor, *, changed: Iterable[str] = ("zone", "route")
) -> None:
    """Refuse a programme that its agreement does not permit, or that cannot run.

    One that is paused need not be permitted, so that it can be paused when its
    agreement has lapsed; its places count only where they are among ``changed``.
    """
    require_sound_programme(programme, by, changed=changed)
    if programme.is_active:
        places = programme.zone, programme.route
        legal_basis.require_permitted(legal_basis.of_programme(programme, *places), by)


def require_sound_programme(
    programme: Programme, by: Actor, *, changed: Iterable[str] = ("zone", "route")
) -> None:
    """Refuse a programme that cannot run, whatever it rests on."""
    programme.require_marking(by)
    if programme.is_active or {"zone", "route"} & set(changed):
        require_known_places(programme, by)
    series = series_of(programme)
    if not EARLIEST.date() <= programme.first_on <= LATEST.date():
        raise Invalid("bad_day", _("Not a day of our time."), pointer="/first_on")
    if not timedelta(0) < programme.duration <= MAX_DURATION:
        raise Invalid(
            "bad_duration",
            _("A patrol lasts longer than nothing and at most 30 days."),
            pointer="/duration",
        )
    first = datetime.combine(
        programme.first_on, programme.start_time, ZoneInfo(programme.time_zone)
    )
    if not series.next(first, 1):
        raise Invalid("never", _("This rule has no day at all."), pointer="/recurrence")
    _require_days(programme)
    if len(programme.excepted_on) > MAX_EXCEPTIONS:
        text = _("At most %(most)s days left out.") % {"most": MAX_EXCEPTIONS}
        raise Invalid("too_many_exceptions", text, pointer="/excepted_on")
    _require_sections(programme)
    _require_weights(programme.entitlements)
    require_demand(programme.demand, programme.entitlements)


def series_of(programme: Programme) -> Series:
    """Return the starts of a programme, or refuse its rule or time zone."""
    if programme.time_zone not in available_timezones():
        raise Invalid(
            "unknown_time_zone", _("No such time zone."), pointer="/time_zone"
        )
    try:
        rule = parse(programme.recurrence)
    except BadRule as error:
        raise Invalid(error.code, str(error), pointer="/recurrence") from None
    zone = ZoneInfo(programme.time_zone)
    days = frozenset(programme.excepted_on)
    return Series(rule, programme.first_on, programme.start_time, zone, days)


def _require_days(programme: Programme) -> None:
    if not 1 <= programme.horizon_days <= 366:
        raise Invalid(
            "bad_horizon", _("From 1 to 366 days ahead."), pointer="/horizon_days"
        )
    if not 1 <= programme.consent_days <= 90:
        raise Invalid(
            "bad_consent_days", _("From 1 to 90 days."), pointer="/consent_days"
        )


def _require_sections(programme: Programme) -> None:
    codes = set(programme.section_codes)
    found = BorderSection.objects.filter(code__in=codes).values_list("code", flat=True)
    if unknown := codes - set(found):
        raise Invalid(
            "unknown_section",
            _("No such border section: %(code)s") % {"code": min(unknown)},
            pointer="/section_codes",
        )


def _require_weights(entitlements: Any) -> None:
    if not isinstance(entitlements, dict) or not entitlements:
        raise Invalid(
            "no_entitlements",
            _("Name the agencies that lead, each with a whole number."),
            pointer="/entitlements",
        )
    for code, weight in entitlements.items():
        is_whole = type(weight) is int and 1 <= weight <= MAX_WEIGHT
        if not is_whole or not code.isprintable():
            raise Invalid(
                "bad_entitlement",
                _("A whole number from 1 to 1000."),
                pointer=f"/entitlements/{code}",
            )
