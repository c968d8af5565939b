"""A situation report in words: what its template shows, from the plain data kept.

A report that was made long ago is put into words as it was then: what is not in it
stays empty.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.policy import TLP, Level
from incidents.models import (
    Category,
    CloseReason,
    IncidentState,
    ResponseState,
    Severity,
    SitrepScope,
)
from patrols.models import PatrolState
from patrols.place_words import within

_INCIDENT = {"category": Category, "severity": Severity, "state": IncidentState}
# The parts that are lists, and what puts their codes into words.
_PARTS: dict[str, dict[str, Any]] = {
    "incidents": _INCIDENT,
    "open": _INCIDENT,
    "changes": {
        "from": IncidentState,
        "to": IncidentState,
        "close_reason": CloseReason,
    },
    "responses": {"state": ResponseState},
    "patrols": {"state": PatrolState},
    "outlook": {"state": PatrolState},
}
FAILURES = {
    "rights": _("You no longer have the rights that you had when you asked for it."),
    "died": _("The worker died three times over it. Tell the duty technician."),
    "error": _("It could not be made. Try again; if it goes on, tell the technician."),
}


def shown(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a report says, with moments as moments and codes in words."""
    said = dict(content)
    for name, words in _PARTS.items():
        part = dict(content.get(name) or {"rows": [], "more": 0})
        part["rows"] = [_row(row, words) for row in part.get("rows", [])]
        said[name] = part
    mark = content.get("mark") or {}
    said["mark"] = marking(mark.get("tlp", TLP.AMBER), mark.get("level", 0))
    said["day"] = date.fromisoformat(content["day"])
    said["scope"] = scope(content["scope"], content.get("agreement"))
    said["clocks"] = _clocks(content["period"])
    said["until"] = _moment(content["period"]["until"])
    counts = said["incidents"].get("counts", {})
    said["counts"] = [
        {"code": step.value, "word": step.label, "n": counts.get(step.value, 0)}
        for step in Severity
    ]
    return said


def marking(tlp: str, level: int) -> str:
    """Return a classification as it stands on each page."""
    return f"{TLP(tlp).label} · {Level(level).label}"


def scope(code: str, agreement: str | None) -> str:
    """Return of what a report tells, in words."""
    words = str(SitrepScope(code).label)
    return f"{words}: {agreement}" if agreement else words


def _row(row: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    said = dict(row)
    for name, value in row.items():
        if name.endswith("_at") or name == "at":
            said[name] = _moment(value)
        elif name == "within_m":
            said["within"] = within(value)
        elif name in words and value:
            said[f"{name}_word"] = _word(words[name], value)
    return said


def _word(choices: Any, value: str) -> str:
    """Return a code in words; one that is no more stays as it is."""
    return str(dict(choices.choices).get(value, value))


def _clocks(period: dict[str, Any]) -> list[dict[str, Any]]:
    """Return begin and end of the period by each clock."""
    begin, end = _moment(period["begin"]), _moment(period["end"])
    return [
        {
            "zone": name,
            "begin": f"{timezone.localtime(begin, ZoneInfo(name)):%d %b %Y %H:%M}",
            "end": f"{timezone.localtime(end, ZoneInfo(name)):%d %b %Y %H:%M}",
        }
        for name in period["zones"]
        if begin and end
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
