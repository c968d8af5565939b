"""Border sections: reference data, which the platform keeps for all agencies.

They are not guarded, so the journal, whose lines have an audience, cannot tell of
them; the server's log does.
"""

from typing import Any

import structlog
from django.contrib.gis.geos import MultiLineString
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.models import State
from agencies.policy import Actor, Permission, require
from patrols.models import BorderSection

log = structlog.get_logger(__name__)


@transaction.atomic
def register_section(
    *, code: str, line: MultiLineString, by: Actor, **values: Any
) -> BorderSection:
    """Register a section of the border between two states; its code stays.

    ``values`` are the columns name, states (two codes), status, source, valid_from.
    """
    require(by, Permission.AGREEMENT_MANAGE)
    if BorderSection.objects.filter(code=code).exists():
        raise Conflict("code_taken", _("This code is used."), pointer="/code")
    section = BorderSection(code=code, line=line, **values)
    _check(section)
    section.save(force_insert=True)
    log.info("section_registered", by=by.label, code=code)
    return section


@transaction.atomic
def change_section(
    *, section: BorderSection, by: Actor, **values: Any
) -> BorderSection:
    """Change anything of a section but its code."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = BorderSection.objects.select_for_update().get(pk=section.pk)
    if values.get("code", row.code) != row.code:
        raise Invalid("code_fixed", _("A code never changes."), pointer="/code")
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    log.info("section_changed", by=by.label, code=row.code, fields=[*values])
    return row


def _check(section: BorderSection) -> None:
    codes = set(section.states)
    if len(codes) != 2 or State.objects.filter(code__in=codes).count() != 2:
        raise Invalid("two_states", _("Name two states."), pointer="/states")
