"""Standing releases: kept by an agency, and applied to what it reports."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import grantees
from agencies.accounts import agency_of
from agencies.actions import releases
from agencies.checks import choice_of
from agencies.errors import Conflict, Invalid
from agencies.models import Release
from agencies.policy import (
    TLP,
    Actor,
    Audience,
    GranteeKind,
    Permission,
    agency_key,
    require,
)
from agencies.records import ReleaseScope
from incidents.fitting import fitting, own_zones, require_sound, standing_of
from incidents.models import Incident, StandingRelease
from live.journal import record as record_event
from live.kinds import Kind

# Rules in force of one agency; hours of a release, a year.
MOST = 50
LONGEST = 365 * 24


@transaction.atomic
def set_standing(*, by: Actor, **values: Any) -> StandingRelease:
    """Release from now on, by rule, what the own agency reports.

    ``values``: name, categories, severity, zone, grantee, scope, hours.
    """
    require(by, Permission.INCIDENT_RELEASE)
    row = StandingRelease(agency=agency_of(by), created_by=by.label, **values)
    _check(row, by)
    known = StandingRelease.objects.visible_to(by).in_force()
    if known.filter(agency=row.agency).count() >= MOST:
        text = _("End one before you set another.")
        raise Conflict("too_many_standing", text)
    return _insert(row, by)


@transaction.atomic
def change_standing(
    *, standing: StandingRelease, by: Actor, **values: Any
) -> StandingRelease:
    """End this version and set the next; what was released stays released."""
    row = _in_force(standing, by)
    names = ["name", "categories", "severity", "grantee", "scope", "hours"]
    kept = {name: getattr(row, name) for name in names} | {"zone_id": row.zone_id}
    if "zone" in values:
        zone = values.pop("zone")
        values["zone_id"] = zone and zone.pk
    if kept | values == kept:
        return row
    following = StandingRelease(
        rule=row.rule,
        version=row.version + 1,
        agency=row.agency,
        created_by=by.label,
        **kept | values,
    )
    _check(following, by, is_zone_new=following.zone_id != row.zone_id)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    return _insert(following, by)


@transaction.atomic
def end_standing(*, standing: StandingRelease, by: Actor) -> StandingRelease:
    """Release nothing more by this rule; what was released stays released."""
    row = _in_force(standing, by)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    record_event(Kind.STANDING_ENDED, by=by, subject=row)
    return row


@transaction.atomic
def release_by_rule(
    *, incident: Incident, by: Actor, without: Iterable[str] = ()
) -> list[Release]:
    """Release a new incident to whom the rules in force name; a part of reporting.

    Whoever reports needs no right to release: the agency gave it to the rule.
    ``without`` are grantees that have it already. What the marking does not let
    through, and a zone that the reporter does not see, keep it in: the owner can
    release it by hand.
    """
    if incident.tlp == TLP.RED or incident.is_tear_line:
        return []
    made, given = [], set(without)
    for rule in fitting(standing_of(by), incident, own_zones(by)):
        if rule.grantee in given:
            continue
        hours = rule.hours and timedelta(hours=rule.hours)
        try:
            with transaction.atomic():
                found = releases.grant(
                    row=incident,
                    to=rule.grantee,
                    by=by,
                    scope=rule.scope,
                    expires_at=timezone.now() + hours if hours else None,
                    reason=_("standing release: %(name)s, version %(version)d")
                    % {"name": rule.name, "version": rule.version},
                )
        except Invalid:
            # Its marking forbids it, or there is no such grantee any more.
            continue
        made.append(found)
        given.add(rule.grantee)
    return made


def _insert(row: StandingRelease, by: Actor) -> StandingRelease:
    row.open_to(Audience(frozenset({agency_key(row.agency.code, 0)})))
    row.save(force_insert=True)
    detail = {
        "rule": str(row.rule),
        "version": row.version,
        "grantee": row.grantee,
        "scope": row.scope,
        "categories": row.categories,
        "severity": row.severity,
        "hours": row.hours,
    }
    record_event(Kind.STANDING_SET, by=by, subject=row, detail=detail)
    return row


def _in_force(standing: StandingRelease, by: Actor) -> StandingRelease:
    row: StandingRelease = StandingRelease.objects.locked(by, standing.pk)
    require(by, Permission.INCIDENT_RELEASE)
    if row.ended_at is not None:
        raise Conflict("standing_ended", _("This version has ended."))
    return row


def _check(row: StandingRelease, by: Actor, *, is_zone_new: bool = True) -> None:
    require_sound(row, by, is_zone_new=is_zone_new)
    choice_of(ReleaseScope, row.scope, "/scope")
    if grantees.resolve(row.grantee, by=by).kind == GranteeKind.OFFICER:
        text = _("A standing release is to an agency or an agreement.")
        raise Invalid("not_an_officer", text, pointer="/grantee")
    if row.hours is not None and not 1 <= row.hours <= LONGEST:
        text = _("From one hour to a year.")
        raise Invalid("bad_hours", text, pointer="/hours")
