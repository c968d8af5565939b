"""The directory of states and agencies, known to all who take part.

It is not guarded, so the journal, whose lines have an audience, cannot tell of
it; the server's log does.
"""

from typing import Any
from zoneinfo import available_timezones

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from agencies.models import Agency, State
from agencies.policy import Actor, Permission, require, require_code

log = structlog.get_logger(__name__)


@transaction.atomic
def register_state(*, code: str, name: str, by: Actor) -> State:
    """Register a state, or correct its name."""
    require(by, Permission.AGREEMENT_MANAGE)
    state, _is_new = State.objects.update_or_create(code=code, defaults={"name": name})
    log.info("state_registered", by=by.label, code=code)
    return state


@transaction.atomic
def register_agency(*, code: str, by: Actor, **values: Any) -> Agency:
    """Register an agency; its code is part of every key and never changes."""
    require(by, Permission.AGREEMENT_MANAGE)
    require_code(code)
    agency = Agency(code=code, **values)
    _check(agency)
    agency.save(force_insert=True)
    log.info("agency_registered", by=by.label, code=code)
    return agency


@transaction.atomic
def change_agency(*, agency: Agency, by: Actor, **values: Any) -> Agency:
    """Change anything of an agency but its code."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = Agency.objects.select_for_update().get(pk=agency.pk)
    if values.get("code", row.code) != row.code:
        raise Invalid("code_fixed", _("A code never changes."), pointer="/code")
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    log.info("agency_changed", by=by.label, code=row.code, fields=[*values])
    return row


def _check(agency: Agency) -> None:
    if agency.time_zone not in available_timezones():
        raise Invalid("bad_time_zone", _("No such time zone."), pointer="/time_zone")
