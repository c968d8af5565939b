"""One lead explained in plain words, and what would be if another agency led."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patrols import lead_reasons, leads, wording
from patrols.eligibility import Bar
from patrols.leads import Change, Entry, History
from patrols.rotation import Slot, Standing, deviations
from patrols.rotation.explain import explain

_NOTHING = Standing()


@dataclass(frozen=True, slots=True)
class Party:
    """One agency around one lead; credits in leads, above zero for who is owed."""

    agency: str
    is_lead: bool
    weight: int
    share: str
    leads: str
    before: Fraction
    after: Fraction
    must_lead_by: datetime | None
    bar: str

    @property
    def is_overdue(self) -> bool:
        """Whether it was a whole lead behind already before the patrol."""
        return self.before >= 1

    @property
    def owed_before(self) -> str:
        """The credit before the patrol, as people read it."""
        return wording.owed(self.before)

    @property
    def owed_after(self) -> str:
        """The credit after it."""
        return wording.owed(self.after)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why an agency leads a patrol; ``others`` are those that could have led."""

    lead: str
    why: str
    counted: int
    parties: list[Party]
    others: list[str]
    bound: str

    @property
    def has_deadlines(self) -> bool:
        """Whether the ledger reaches far enough to say by when somebody must lead."""
        return any(party.must_lead_by for party in self.parties)


@dataclass(frozen=True, slots=True)
class Instead:
    """What if another agency led: in words, and the other leads that would change."""

    agency: str
    words: str
    changes: list[Change]
    reached: Fraction


def explained(
    ledger: Sequence[Entry], place: int, barred: Mapping[str, str], history: History
) -> Explained:
    """Explain the lead of one patrol from the ledger that a reader sees.

    Of one that was handed over, why it was given to whoever had it first.
    """
    found, lead = explain([one.slot for one in ledger], place), ledger[place].given
    weights = ledger[place].slot.weights
    order = sorted(
        {*found.after, *weights, *barred}, key=lambda c: (-weights.get(c, 0), c)
    )
    parties = []
    for code in order:
        before = found.before.get(code, _NOTHING)
        after = found.after.get(code, _NOTHING)
        by = found.must_lead_by.get(code)
        parties.append(
            Party(
                agency=code,
                is_lead=code == lead and not ledger[place].slot.served,
                weight=weights.get(code, 0),
                share=wording.decimal(after.entitlement),
                leads=wording.decimal(Fraction(after.leads)),
                before=before.credit,
                after=after.credit,
                must_lead_by=None if by is None else ledger[by].at,
                bar=str(Bar(barred[code]).label) if code in barred else "",
            )
        )
    return Explained(
        lead=lead,
        why=lead_reasons.why(lead, found.before, ledger[place].slot, history),
        counted=place,
        parties=parties,
        others=[]
        if ledger[place].slot.served
        else [code for code in sorted(weights) if code != lead],
        bound=lead_reasons.bound(found.after),
    )


def instead(
    ledger: Sequence[Entry], place: int, code: str, now: datetime
) -> Instead | None:
    """Return what if another agency led; None for one that could not.

    No answer changes fewer leads; what has started, and what was agreed and goes out
    soon, keeps its lead.
    """
    from patrols.rotation.exchange import what_if  # noqa: PLC0415 - loads numpy

    slots = [one.slot for one in ledger]
    free = [n for n, one in enumerate(ledger) if n != place and not one.is_fixed(now)]
    found = what_if(slots, place, free=free).get(code)
    if found is None:
        return None
    changes = [
        Change(ledger[n].id, ledger[n].at, slots[n].name, lead)
        for n, lead in sorted(found.changed.items())
    ]
    others = dict(found.changed) | {place: code}
    after = [
        replace(slot, lead=others[n]) if n in others else slot
        for n, slot in enumerate(slots)
    ]
    first = min([place, *free])
    off = leads.furthest(slots, first), leads.furthest(after, first)
    if off[1] < 1 or off[1] <= off[0]:
        words = f"{_changed(code, len(changes))} {_reached(*off)}"
    else:
        words = _beyond(after, min(others), code, changes)
    return Instead(code, words, changes, found.reached)


def _changed(code: str, n: int) -> str:
    if not n:
        return _("If %(code)s led this patrol, no other lead would have to change.") % {
            "code": code
        }
    return ngettext(
        "If %(code)s led this patrol, %(n)d other patrol would have to go to another"
        " agency.",
        "If %(code)s led this patrol, %(n)d other patrols would have to go to another"
        " agency.",
        n,
    ) % {"code": code, "n": n}


def _reached(now: Fraction, then: Fraction) -> str:
    """Say how far off anybody would be, and whether that is as fair as the promise."""
    if then < 1:
        text = _(
            "It would stay fair: nobody would come to a whole lead ahead or behind."
        )
    elif then == now:
        text = _(
            "It would be no less fair than now, and not fair: somebody is %(now)s"
            " leads ahead or behind, and would be."
        )
    else:
        text = _(
            "It would be fairer than now, and not fair: somebody would be %(then)s"
            " leads ahead or behind, now it is %(now)s."
        )
    return text % {"now": wording.decimal(now), "then": wording.decimal(then)}


def _beyond(after: Sequence[Slot], first: int, code: str, changes: list[Change]) -> str:
    """Say who would be off the furthest, and by how much."""
    agency, off = max(
        (
            item
            for each in list(deviations(after))[first:]
            for item in sorted(each.items())
        ),
        key=lambda item: (abs(item[1]), item[0] == code),
    )
    size = {"code": agency, "n": wording.decimal(abs(off))}
    ahead = _("That could not be evened out: %(code)s would lead %(n)s too many.")
    behind = _("That could not be evened out: %(code)s would lead %(n)s too few.")
    words = (ahead if off > 0 else behind) % size
    return (
        f"{words} {_('And these would have to go to another agency:')}"
        if changes
        else words
    )
