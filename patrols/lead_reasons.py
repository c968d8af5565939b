"""Why an agency was given a lead, in words that its sums bear out.

A lead that was given stands while what came before it changes: patrols are called off,
leads change hands. So whether it was an agency's turn is asked of the sums as they are.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patrols import wording
from patrols.leads import History
from patrols.rotation import Slot, Standing

_NOTHING = Standing()


def why(lead: str, before: Mapping[str, Standing], slot: Slot, history: History) -> str:
    """Say why an agency was given a lead, as the sums before the patrol have it.

    It was its turn if it was due more than it had led, and no other that may lead was
    due both more than it and a whole lead.
    """
    weights = slot.weights
    if lead not in weights:
        return _("%(lead)s was named outside the rotation.") % {"lead": lead}
    if len(weights) == 1:
        return _("%(lead)s is the only agency entitled to lead.") % {"lead": lead}
    due = {
        code: before.get(code, _NOTHING).credit + share
        for code, share in slot.shares().items()
    }
    most = max(sorted(due.keys() - {lead}), key=due.__getitem__)
    if due[lead] > 0 and due[most] < 1:
        text = _(
            "It was the turn of %(code)s. It is due %(weight)d of every %(total)d leads"
            " like this one: by this patrol its share is %(share)s, and before it had"
            " led %(leads)s. Nobody else who may lead it was due a whole lead."
        )
    elif due[lead] < due[most]:
        told = _not_its_turn(_sums(lead, before, slot), _sums(most, before, slot))
        return " ".join([*told, *_since(history)])
    elif due[lead] > 0:
        text = _(
            "It was the turn of %(code)s. By this patrol its share is %(share)s, and"
            " before it had led %(leads)s. Nobody who may lead it was due more."
        )
    else:
        text = _(
            "Nobody who may lead it was due a lead; %(code)s had led the least too"
            " many. By this patrol its share is %(share)s, and before it had led"
            " %(leads)s."
        )
    return text % _sums(lead, before, slot)


def bound(after: Mapping[str, Standing]) -> str:
    """Say whether anybody is a whole lead off after the patrol, and who the most."""
    code = max(sorted(after), key=lambda one: abs(after[one].deviation))
    off = after[code].deviation
    if abs(off) < 1:
        return _("After this patrol nobody is a whole lead ahead or behind.")
    ahead = _("After this patrol %(code)s is %(n)s ahead of its share.")
    behind = _("After this patrol %(code)s is %(n)s behind its share.")
    rule = _(
        "The rotation gives no lead that takes anybody a whole lead off, unless it has"
        " to; patrols that are called off and leads that change hands can. The"
        " programme's planners can repair the leads."
    )
    said = (ahead if off > 0 else behind) % {
        "code": code,
        "n": wording.decimal(abs(off)),
    }
    return f"{said} {rule}"


def _sums(code: str, before: Mapping[str, Standing], slot: Slot) -> dict[str, Any]:
    old = before.get(code, _NOTHING)
    return {
        "code": code,
        "weight": slot.weights[code],
        "total": sum(slot.weights.values()),
        "share": wording.decimal(old.entitlement + slot.shares()[code]),
        "leads": wording.decimal(Fraction(old.leads)),
    }


def _not_its_turn(lead: dict[str, Any], most: dict[str, Any]) -> Iterator[str]:
    yield (
        _(
            "By what you see it would not be the turn of %(code)s: by this patrol its"
            " share is %(share)s, and before it had led %(leads)s."
        )
        % lead
    )
    yield _("%(code)s was due more: %(share)s, and had led %(leads)s.") % most


def _since(history: History) -> Iterator[str]:
    """Say since when a lead stands, and what has shifted the sums."""
    if history.given_at:
        at = date_format(localtime(history.given_at), "DATETIME_FORMAT")
        text = _("The lead was given on %(at)s (%(reason)s).")
        yield text % {"at": at, "reason": history.reason}
    yield _("A lead that was given stands until a planner changes it.")
    if upset := list(_upset(history)):
        text = _("What shifted the sums among the patrols before it: %(what)s.")
        yield text % {"what": ", ".join(upset)}


def _upset(history: History) -> Iterator[str]:
    if n := history.called_off:
        yield ngettext("%(n)d called off", "%(n)d called off", n) % {"n": n}
    if n := history.handed_over:
        text = ngettext("%(n)d lead handed over", "%(n)d leads handed over", n)
        yield text % {"n": n}
    if n := history.outside:
        text = ngettext(
            "%(n)d lead named outside the rotation",
            "%(n)d leads named outside the rotation",
            n,
        )
        yield text % {"n": n}
