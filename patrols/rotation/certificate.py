"""The certificate of a plan: all that somebody needs who trusts nobody's solver.

Plain JSON with exact fractions ("3/7"). ``patrols.rotation_check`` verifies it and
shares no code with the rotation; a partner can write its own in an hour.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from patrols.rotation.ledger import Credits, Slot, standings


def certificate(
    ledger: Sequence[Slot],
    carried: Credits | None = None,
    *,
    given: int = 0,
    bound: Fraction | None = None,
) -> dict[str, Any]:
    """Return the certificate of a ledger whose leads are all given.

    The first ``given`` patrols are history, for which no bound is claimed, and whose
    leads may have been named outside the rotation. ``bound`` is what is claimed for
    every moment after; None claims "below one".
    """
    patrols = []
    reached = Fraction(0)
    for n, (slot, standing) in enumerate(
        zip(ledger, standings(ledger, carried), strict=True)
    ):
        if n >= given:
            off = (abs(one.credit) for one in standing.values())
            reached = max(reached, *off)
        patrols.append(
            {
                "shares": _texts(slot.shares()),
                "lead": slot.name,
                "booked": _texts(slot.booked()),
                "entitlements": _texts({c: s.entitlement for c, s in standing.items()}),
                "leads": _texts({c: Fraction(s.leads) for c, s in standing.items()}),
            }
        )
    return {
        "carried": _texts(dict(carried or {})),
        "given": given,
        "bound": "1" if bound is None else str(bound),
        "is_below": bound is None,
        "reached": str(reached),
        "patrols": patrols,
    }


def _texts(fractions: dict[str, Fraction]) -> dict[str, str]:
    return {code: str(fraction) for code, fraction in sorted(fractions.items())}
