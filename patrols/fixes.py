"""Reading a batch of positions: by hand, for a batch holds thousands of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from patrols.actions.positions import NewFix

# Not bool, which is an int too.
_NUMERIC = (int, float)
_KNOWN = {"at", "place", "device", "speed_mps", "heading_deg", "accuracy_m"}
_FAULTS = {
    "not_an_object": _("Each position is a JSON object."),
    "unknown_field": _("Unknown field."),
    "required": _("This is needed."),
    "not_a_time": _("A time such as 2026-01-31T08:00:00Z."),
    "not_a_point": _("A GeoJSON point: longitude, latitude."),
    "not_a_number": _("A number, or null."),
    "not_text": _("Text."),
}


class _Fault(Exception):
    def __init__(self, code: str, place: str) -> None:
        super().__init__(code)
        self.code = code
        self.place = place


def read(batch: Sequence[Any]) -> list[NewFix]:
    """Return the positions of a batch as JSON gave it; ranges are checked later.

    Refuses with a pointer to the first fault.
    """
    fixes = []
    for n, given in enumerate(batch):
        try:
            fixes.append(_read_one(given))
        except _Fault as fault:
            pointer = f"/fixes/{n}{fault.place}"
            raise Invalid(fault.code, _FAULTS[fault.code], pointer=pointer) from None
    return fixes


def _read_one(given: Any) -> NewFix:
    if not isinstance(given, dict):
        raise _Fault("not_an_object", "")
    if not _KNOWN.issuperset(given):
        raise _Fault("unknown_field", f"/{min(set(given) - _KNOWN)}"[:80])
    device = given.get("device", "")
    if not isinstance(device, str):
        raise _Fault("not_text", "/device")
    return NewFix(
        _moment(given),
        _position(given),
        _number(given, "speed_mps"),
        _number(given, "heading_deg"),
        _number(given, "accuracy_m"),
        device,
    )


def _number(given: dict[str, Any], name: str) -> float | None:
    value: float | None = given.get(name)
    if value is not None and type(value) not in _NUMERIC:
        raise _Fault("not_a_number", f"/{name}")
    return value


def _moment(given: dict[str, Any]) -> datetime:
    if "at" not in given:
        raise _Fault("required", "/at")
    try:
        return datetime.fromisoformat(given["at"])
    except (TypeError, ValueError):
        raise _Fault("not_a_time", "/at") from None


def _position(given: dict[str, Any]) -> tuple[float, float]:
    if "place" not in given:
        raise _Fault("required", "/place")
    match given["place"]:
        case {"type": "Point", "coordinates": [lon, lat]}:
            if type(lon) in _NUMERIC and type(lat) in _NUMERIC:
                return float(lon), float(lat)
    raise _Fault("not_a_point", "/place")
