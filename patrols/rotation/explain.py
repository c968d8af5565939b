"""Why this agency leads this patrol.

Everything is in the ledger: who may lead, what everybody was entitled to and had led
before and after, and by when each must lead next. What if another led:
``patrols.rotation.exchange``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from patrols.rotation.ledger import NONE, Credits, Slot, Standing, standings


@dataclass(frozen=True, slots=True)
class Explanation:
    """One lead: shares of who may lead, and everybody's standing around it.

    ``must_lead_by`` is the place in the ledger of the patrol at which an agency that
    leads none from this one on would fall a whole lead behind; None if there is none.
    """

    lead: str
    shares: dict[str, Fraction]
    before: dict[str, Standing]
    after: dict[str, Standing]
    must_lead_by: dict[str, int | None]


def explain(
    ledger: Sequence[Slot], place: int, carried: Credits | None = None
) -> Explanation:
    """Explain the lead of one patrol of a ledger whose leads are all given."""
    standing = {code: Standing(carried=c) for code, c in (carried or {}).items()}
    before, after = standing, standing
    for here in standings(ledger[: place + 1], carried):
        before, after = after, here
    slot = ledger[place]
    return Explanation(
        slot.name, slot.shares(), before, after, _deadlines(ledger, place, before)
    )


def _deadlines(
    ledger: Sequence[Slot], place: int, before: dict[str, Standing]
) -> dict[str, int | None]:
    """Return when each of those who may lead here is due a whole lead more."""
    due = {c: before.get(c, Standing()).credit for c in ledger[place].weights}
    found: dict[str, int | None] = dict.fromkeys(due)
    for n in range(place, len(ledger)):
        shares = ledger[n].shares()
        for code, credit in due.items():
            due[code] = credit + shares.get(code, NONE)
            if found[code] is None and due[code] >= 1:
                found[code] = n
        if None not in found.values():
            break
    return found
