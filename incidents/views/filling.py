"""The form in which an incident is reported: by its type, in the order of a report."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from agencies.errors import Invalid
from agencies.policy import Actor
from incidents.formats import FORMATS, Format
from incidents.forms import IncidentForm
from incidents.models import Incident
from incidents.type_forms import ASKED


def incident_form(
    request: HttpRequest,
    actor: Actor,
    row: Incident | None = None,
    initial: dict[str, Any] | None = None,
) -> IncidentForm:
    """Return the form: fresh, as it was filled in so far, or as it was sent."""
    given: dict[str, Any] = {
        "actor": actor,
        "is_new": row is None,
        "row": row,
        "layout": layout_of(request) if row is None else None,
        "initial": initial or {"type": request.GET.get("type", "")},
    }
    if request.method != "POST":
        return IncidentForm(**given)
    if ASKED in request.POST:
        return IncidentForm.redrawn(request.POST, **given)
    return IncidentForm(request.POST, **given)


def layout_of(request: HttpRequest, *others: str) -> Format | None:
    """Return the report that ``?as=`` names; None for none and for ``others``."""
    name = request.GET.get("as", "")
    if name and name not in FORMATS and name not in others:
        raise Invalid("unknown_format", _("There is no such order of a report."))
    return FORMATS.get(name)
