"""Where an officer can be called: each keeps that alone."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Forbidden, Invalid
from agencies.policy import Actor, Audience, officer_key
from incidents.models import Reachability
from live.journal import record as record_event
from live.kinds import Kind


@transaction.atomic
def set_reachability(*, by: Actor, **values: Any) -> Reachability:
    """Set one's own ``email``, ``quiet_from`` and ``quiet_until``; empty is none."""
    if by.officer_id is None:
        raise Forbidden("officer_needed", _("For officers, not for systems."))
    known = Reachability.objects.visible_to(by).select_for_update(of=("self",))
    row = known.filter(officer=by.officer_id).first() or Reachability(
        officer_id=by.officer_id
    )
    is_new = row._state.adding
    changed = row.take(values)
    if not changed:
        return row
    if (row.quiet_from is None) != (row.quiet_until is None):
        text = _("Quiet hours have a beginning and an end.")
        raise Invalid("bad_quiet_hours", text, pointer="/quiet_until")
    if row.quiet_from is not None and row.quiet_from == row.quiet_until:
        text = _("Quiet hours are not all day.")
        raise Invalid("bad_quiet_hours", text, pointer="/quiet_until")
    row.open_to(Audience(frozenset({officer_key(by.officer_id, 0)})))
    if not is_new:
        row.touch()
    row.save(force_insert=is_new)
    record_event(Kind.REACH_CHANGED, by=by, subject=row, detail={"fields": changed})
    return row
