"""Type, category and details of an incident, which have to fit each other."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Faulty, Invalid
from incidents.models import Incident, IncidentType, whole_form
from incidents.schemas import faults

# What is finer than a tear line may tell.
FINE = {"type", "details"}


def settled(values: Mapping[str, Any], row: Incident | None = None) -> dict[str, Any]:
    """Return the columns to set, with what follows from type and details.

    A type sets the category. An incident keeps the form that it was filled with until
    its type changes; then the new type's present one counts. ``row`` is the incident
    that is changed, None for a new one. Raises ``Faulty``, a pointer for each fault.
    """
    given = dict(values)
    if row is not None and not (FINE | {"category"}) & given.keys():
        return given
    if row is not None and row.is_tear_line and FINE & given.keys():
        raise Conflict(
            "is_tear_line", _("A tear line has no type and no details of its own.")
        )
    before = row.type if row is not None else None
    chosen: IncidentType | None = given.get("type", before)
    is_kept = row is not None and chosen == before
    version = row.type_version if row is not None and is_kept else None
    if chosen is not None:
        if not is_kept:
            _require_active(chosen)
            version = chosen.version
        if given.get("category", chosen.category) != chosen.category:
            raise Invalid(
                "type_category",
                _("The type belongs to another category."),
                pointer="/category",
            )
        given["category"] = chosen.category
    elif row is None and not given.get("category"):
        raise Faulty(
            [Invalid("required", _("Name a category or a type."), pointer="/category")]
        )
    details = given.get("details", row.details if row is not None else {})
    if found := faults(details, whole_form(chosen, version)):
        raise Faulty(found)
    return given | {"type_version": version, "details": details}


def _require_active(chosen: IncidentType) -> None:
    if not chosen.is_active:
        text = _("No such type is in use.")
        raise Faulty([Invalid("unknown_type", text, pointer="/type")])
