"""What was filled in of an incident, in words: by its type, or line by line."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from incidents.details import Shown, in_order, shown
from incidents.formats import DETAIL, Format, Line, whole
from incidents.models import Incident
from incidents.schemas import Json, fields_of

# Not those of a locale: the group reads alike everywhere.
_MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"


@dataclass(frozen=True)
class Told:
    """A line of a report, with what is known of it."""

    line: Line
    values: list[Shown]


def filled(row: Incident) -> dict[str, Any]:
    """Return the type and the details, by the form that they were filled in with."""
    if row.type is None:
        return {"type_name": "", "details": in_order(row.details, whole(None))}
    form = row.type.form_of(row.type_version)
    return {
        "type_name": form.name or row.type_id,
        "details": in_order(row.details, whole(form.schema)),
    }


def told(row: Incident, layout: Format, place: list[Shown]) -> list[Told]:
    """Return an incident in the order of a report; ``place`` in every system."""
    version = row.type_version
    form = row.type.form_of(version) if row.type is not None else None
    known = fields_of(whole(form.schema if form else None))
    name = (form and form.name) or capfirst(row.get_category_display())
    columns = {
        "place": place,
        "occurred_at": [Shown("", _moment(row.occurred_at))],
        "type": [Shown("", name)],
    }
    return [
        Told(line, list(_values(line, row.details, known, columns)))
        for line in layout.lines
    ]


def _values(line: Line, details: Json, known: dict[str, Json], columns: Any) -> Any:
    """Yield what fills a line; of a line of one field, without the field's name."""
    for field in line.fields:
        name = field.removeprefix(DETAIL)
        if field in columns:
            yield from columns[field]
        elif name in details:
            found = shown(name, details[name], known.get(name, {}))
            yield found if len(line.fields) > 1 else Shown("", found.text)


def _moment(at: datetime) -> str:
    local = date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return f"{date_time_group(at)} ({local})"


def date_time_group(at: datetime) -> str:
    """Return a moment in UTC as a date-time group (ACP 121): ``221405Z NOV 26``."""
    utc = at.astimezone(UTC)
    month = _MONTHS[utc.month * 3 - 3 : utc.month * 3]
    return f"{utc:%d%H%M}Z {month} {utc:%y}"
