"""Rules of escalation: kept by an agency for itself."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.accounts import agency_of
from agencies.errors import Invalid
from agencies.policy import Actor, Audience, Permission, Role, agency_key, require
from incidents.fitting import require_sound
from incidents.models import EscalationRule
from incidents.on_duty import DEPUTY, OFFICER, ON_DUTY, ROLE, colleagues
from live.journal import record as record_event
from live.kinds import Kind

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
    _check(row, by)
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
    _check(row, by, is_zone_new="zone_id" in changed)
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


def _check(row: EscalationRule, by: Actor, *, is_zone_new: bool = True) -> None:
    require_sound(row, by, is_zone_new=is_zone_new)
    if not 0 <= row.repeats <= MOST_REPEATS:
        text = _("At most 10 repeats.")
        raise Invalid("too_many_repeats", text, pointer="/repeats")
    if not 1 <= len(row.steps) <= MOST_STEPS:
        text = _("One to six steps.")
        raise Invalid("bad_steps", text, pointer="/steps")
    for n, step in enumerate(row.steps):
        _check_step(step, by, f"/steps/{n}")


def _check_step(step: dict[str, Any], by: Actor, pointer: str) -> None:
    """Refuse a step that calls nobody there could be, or at no time."""
    if not 1 <= step["after"] <= LONGEST:
        text = _("From one minute to a day after the step before.")
        raise Invalid("bad_step", text, pointer=f"{pointer}/after")
    whom = step["whom"]
    if whom in {ON_DUTY, DEPUTY, *(f"{ROLE}{role}" for role in Role.values)}:
        return
    name = whom.removeprefix(OFFICER)
    if whom.startswith(OFFICER) and colleagues(by).filter(username=name).exists():
        return
    text = _("on_duty, deputy, role:ROLE, or officer:NAME of your agency.")
    raise Invalid("bad_step", text, pointer=f"{pointer}/whom")
