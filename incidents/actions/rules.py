"""Rules of escalation: kept by an agency for itself."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.models import Officer
from agencies.policy import Actor, Audience, Permission, Role, agency_key, require
from incidents.models import Category, EscalationRule, Severity
from incidents.on_duty import DEPUTY, OFFICER, ON_DUTY, ROLE
from live.journal import record as record_event
from live.kinds import Kind
from patrols.models import Zone

MOST_STEPS = 6
MOST_REPEATS = 10
# Minutes; a day.
LONGEST = 24 * 60


@transaction.atomic
def create_rule(*, by: Actor, **values: Any) -> EscalationRule:
    """Add a rule; ``values`` are the columns of ``EscalationRule``.

    It counts for what is reported or released from now on.
    """
    require(by, Permission.WATCH_KEEP)
    row = EscalationRule(agency=agency_of(by), **values)
    _check(row, by, ["zone_id"])
    row.open_to(Audience(frozenset({agency_key(row.agency.code, 0)})))
    row.save(force_insert=True)
    record_event(Kind.RULE_CREATED, by=by, subject=row, detail=_kept(row))
    return row


@transaction.atomic
def change_rule(*, rule: EscalationRule, by: Actor, **values: Any) -> EscalationRule:
    """Change a rule, or switch it off; escalations under way keep their steps."""
    row = EscalationRule.objects.locked(by, rule.pk)
    require(by, Permission.WATCH_KEEP)
    if "zone" in values:
        # By its id: the one that it has may be hidden from who asks.
        zone = values.pop("zone")
        values["zone_id"] = zone and zone.pk
    changed = row.take(values)
    if not changed:
        return row
    _check(row, by, changed)
    row.touch()
    row.save()
    detail = {"fields": changed} | _kept(row)
    record_event(Kind.RULE_CHANGED, by=by, subject=row, detail=detail)
    return row


def _kept(row: EscalationRule) -> dict[str, Any]:
    """Return what the audit keeps of a rule: who is called when, at that time."""
    return {
        "is_active": row.is_active,
        "severity": row.severity,
        "categories": row.categories,
        "steps": row.steps,
        "repeats": row.repeats,
    }


def _check(row: EscalationRule, by: Actor, changed: list[str]) -> None:
    for name, choices in (("categories", Category), ("severity", Severity)):
        given = getattr(row, name)
        wanted = given if isinstance(given, list) else [given]
        if not set(wanted) <= set(choices.values):
            text = _("Not a choice.")
            raise Invalid("invalid_choice", text, pointer=f"/{name}")
    if "zone_id" in changed and row.zone_id is not None:
        _check_zone(row.zone_id, by)
    if not 0 <= row.repeats <= MOST_REPEATS:
        text = _("At most 10 repeats.")
        raise Invalid("too_many_repeats", text, pointer="/repeats")
    if not 1 <= len(row.steps) <= MOST_STEPS:
        text = _("One to six steps.")
        raise Invalid("bad_steps", text, pointer="/steps")
    for n, step in enumerate(row.steps):
        _check_step(step, by, f"/steps/{n}")


def _check_zone(zone_id: UUID, by: Actor) -> None:
    own = Zone.objects.visible_to(by).filter(owner=by.agency_id)
    if not own.filter(pk=zone_id).exists():
        text = _("This is no zone of your agency.")
        raise Invalid("not_your_zone", text, pointer="/zone")


def _check_step(step: dict[str, Any], by: Actor, pointer: str) -> None:
    """Refuse a step that calls nobody there could be, or at no time."""
    if not 1 <= step["after"] <= LONGEST:
        text = _("From one minute to a day after the step before.")
        raise Invalid("bad_step", text, pointer=f"{pointer}/after")
    whom = step["whom"]
    if whom in {ON_DUTY, DEPUTY, *(f"{ROLE}{role}" for role in Role.values)}:
        return
    own = Officer.objects.visible_to(by).filter(agency=by.agency_id, is_active=True)
    name = whom.removeprefix(OFFICER)
    if whom.startswith(OFFICER) and own.filter(username=name).exists():
        return
    text = _("on_duty, deputy, role:ROLE, or officer:NAME of your agency.")
    raise Invalid("bad_step", text, pointer=f"{pointer}/whom")
