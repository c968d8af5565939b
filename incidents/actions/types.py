"""Types of incident: reference data, which the platform keeps for all agencies.

They are not guarded, so the journal, whose lines have an audience, cannot tell of
them; the server's log does.
"""

from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Permission, require
from incidents.models import IncidentType, IncidentTypeVersion
from incidents.schemas import arranged, unfit, unfit_names

log = structlog.get_logger(__name__)

# Words of the API's addresses below ``incident-types/``.
RESERVED = {"standard"}
FORM = ("names", "schema")


@transaction.atomic
def register_type(
    *,
    code: str,
    category: str,
    names: dict[str, str],
    schema: dict[str, Any],
    by: Actor,
    **values: Any,
) -> IncidentType:
    """Register a type with its form; its code and its category stay.

    ``values`` are the columns needs_confirmation and is_active.
    """
    require(by, Permission.AGREEMENT_MANAGE)
    is_known = IncidentType.objects.filter(pk=code).exists()
    if is_known or code in RESERVED:
        raise Conflict("code_taken", _("This code is used."), pointer="/code")
    made = IncidentType(
        code=code,
        category=category,
        **_checked({"names": names, "schema": schema}),
        **values,
    )
    made.save(force_insert=True)
    log.info("incident_type_registered", by=by.label, code=code)
    return made


@transaction.atomic
def change_type(
    *, incident_type: IncidentType, by: Actor, **values: Any
) -> IncidentType:
    """Change names, form and use of a type; what was filled in keeps its own form."""
    require(by, Permission.AGREEMENT_MANAGE)
    row = IncidentType.objects.select_for_update().get(pk=incident_type.pk)
    for name in ("code", "category"):
        if values.get(name, getattr(row, name)) != getattr(row, name):
            raise Invalid("fixed", _("This never changes."), pointer=f"/{name}")
    values = values | _checked(values)
    if any(values.get(name, getattr(row, name)) != getattr(row, name) for name in FORM):
        former = IncidentTypeVersion(
            type=row,
            version=row.version,
            names=row.names,
            schema=row.schema,
            replaced_at=timezone.now(),
        )
        former.save(force_insert=True)
        row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    log.info("incident_type_changed", by=by.label, code=row.code, fields=[*values])
    return row


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return names and form, as far as they are given, ready to be kept."""
    found = dict(values)
    if "names" in values and (wrong := unfit_names(values["names"])):
        raise Invalid("bad_names", _said(wrong), pointer="/names")
    if "schema" in values:
        if wrong := unfit(values["schema"]):
            raise Invalid("bad_schema", _said(wrong), pointer="/schema")
        found["schema"] = arranged(values["schema"])
    return {name: found[name] for name in FORM if name in found}


def _said(faults: list[str]) -> str:
    return " · ".join(faults[:8])
