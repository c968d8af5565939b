"""What must hold of a demand beyond its shape: who and what it names is known."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid
from agencies.models import AssetKind, State
from patrols.demand import MOST, BadDemand, Demand, parse, usual

WORDS: dict[str, str | Promise] = {
    "not_a_demand": _("Say how many officers each agency sends."),
    "unknown_member": _("A demand has no such part."),
    "not_codes": _("Short codes, each once."),
    "not_a_number": _("A whole number, at most %(most)s."),
    "nobody": _("At least one agency sends an officer."),
}


def require_demand(stored: Any, agencies: Iterable[str]) -> None:
    """Refuse a demand that cannot be met by these agencies; none is the usual one."""
    if stored == {}:
        return
    try:
        demand = parse(stored)
    except BadDemand as error:
        text = str(WORDS[error.code]) % {"most": MOST}
        raise Invalid(error.code, text, pointer=f"/demand{error.pointer}") from None
    _require_known(demand, set(agencies))


def _require_known(demand: Demand, agencies: set[str]) -> None:
    for part, codes in (("places", demand.places), ("equipment", demand.equipment)):
        for code in codes:
            if code not in agencies:
                text = _("%(code)s does not take part.") % {"code": code}
                pointer = f"/demand/{part}/{code}"
                raise Invalid("not_participant", text, pointer=pointer)
    for code, kinds in demand.equipment.items():
        for kind in kinds:
            if kind not in AssetKind.values:
                text = _("No such kind: %(kind)s") % {"kind": kind}
                pointer = f"/demand/equipment/{code}"
                raise Invalid("unknown_kind", text, pointer=pointer)
    known = set(State.objects.values_list("code", flat=True))
    if unknown := set(demand.territories) - known:
        text = _("No such state: %(code)s") % {"code": min(unknown)}
        raise Invalid("unknown_territory", text, pointer="/demand/territories")


def touched(before: Any, after: Any, agencies: Iterable[str]) -> set[str]:
    """Return whose own part of a demand differs between two that are stored."""
    codes = set(agencies)
    old, new = ((parse(one) if one else usual(codes)) for one in (before, after))
    is_common_same = _common(old) == _common(new)
    return {
        code
        for code in codes
        if not is_common_same
        or old.places.get(code, 0) != new.places.get(code, 0)
        or old.equipment.get(code) != new.equipment.get(code)
    }


def _common(demand: Demand) -> tuple[Any, ...]:
    return (
        demand.certificates,
        demand.commander_certificate,
        demand.languages,
        demand.territories,
    )
