"""Whose turn it is: leads for patrols that are opened day by day.

New patrols are opened at the end of a horizon whose leads are published, so a choice
must not paint the next one into a corner: with weights 1, 1, 1 and 1000, two of the
small ones can each be nearly one lead ahead; then the others cannot all keep within
one. A state of credits is **safe** when leads with deviations below one exist for ever
after, given the weights stay and everybody remains eligible.

Lemma. Let c be the credits of the agencies, |c_i| < 1 and |sum c| < 1, and s_i their
shares. The state is safe if and only if, for every b >= 1,

    sum over i of max(0, floor(c_i + b s_i)) <= b.

Proof. The k-th lead of i must fall after ``ceil(c_i + t s_i) >= k`` first holds and no
later than ``floor(c_i + t s_i) >= k`` does: unit jobs with release and deadline. Jobs
released after the first patrol and due within a stretch of n patrols number at most
``sum n s_i = n``; those due within the first b are the sum above. So by Hall's theorem
the earliest deadline first meets all of them. It never idles: ``sum ceil(c_i + t s_i)``
is a whole number above ``t - 1``, so at least t jobs are released by patrol t. QED.
From b = 1 / (smallest share) on nothing is negative and the condition holds by itself:
a **tail** of that many imagined patrols is all the foresight that is ever needed.

Leads are given in two ways, in this order:

* **One after the other**, by the rule with which R. Tijdeman proved *The chairman
  assignment problem* (Discrete Mathematics 32 (1980) 323-330): of those that are due
  (credit, this patrol included, at least 1/(2m - 2)) the one that would be first to
  reach the bound 1 - 1/(2m - 2) if it were passed over for good. With weights that
  stay and everybody eligible its deviations never exceed that bound, the best there
  is; and a longer ledger changes no lead, so what a page foretells is what is opened.
  These leads stand if all are within the quota and end in a safe state.
* **Together**, where that fails (eligibility with holes, changed weights, cancelled
  patrols): a min-cost flow over the batch and its tail. Deviations stay below one if
  that can be; else below the smallest bound that can be reached, as little and as
  short above one as possible (``patrols.rotation.flow``). The tail is dropped.

Hence, with constant weights and everybody eligible, deviations below one continue for
ever, however the patrols are batched.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, lcm

from patrols.rotation.ledger import NONE, Credits, Slot, closing, settled

# Enough for eight agencies whose weights are as far apart as can be, 1 to 1000.
_LONGEST = 8000
# Foresight after a surprise.
_SHORT = 250


def assign(
    ledger: Sequence[Slot],
    carried: Credits | None = None,
    ahead: Mapping[str, int] | None = None,
) -> list[str]:
    """Return the lead of every slot of a ledger, in order; given leads are kept.

    ``carried`` are credits of an earlier ledger. ``ahead`` are the weights to expect
    after the last slot; without it, those of the last slot. Raises ``ValueError`` for
    weights that are not whole numbers above zero. Patrols before the first open one
    cost no more than their sum.
    """
    start = settled(ledger)
    kept = [slot.name for slot in ledger[:start]]
    batch = ledger[start:]
    if not batch:
        return kept
    credit = closing(ledger[:start], carried)
    future = Slot(ahead or batch[-1].weights)
    leads = _in_turn(batch, dict(credit), future)
    return kept + (leads or _together(batch, credit, future))


def _in_turn(
    batch: Sequence[Slot], credit: dict[str, Fraction], future: Slot
) -> list[str] | None:
    """Return leads by Tijdeman's rule; None if they break the quota, or will."""
    leads = []
    for slot in batch:
        shares = slot.shares()
        for code, share in shares.items():
            credit[code] = credit.get(code, NONE) + share
        booked = slot.booked() or {_next(credit, shares): Fraction(1)}
        for code, part in booked.items():
            credit[code] = credit.get(code, NONE) - part
        if max(map(abs, credit.values())) >= 1:
            return None
        leads.append(next(iter(booked)) if slot.is_open else slot.name)
    return leads if is_safe(credit, future) else None


def _next(credit: Mapping[str, Fraction], shares: Mapping[str, Fraction]) -> str:
    """Choose the lead of one slot; ``credit`` includes its shares already."""
    if len(shares) == 1:
        return next(iter(shares))
    due = Fraction(1, 2 * len(shares) - 2)

    def urgency(code: str) -> tuple[int, Fraction, str]:
        # In how many patrols its credit reaches the bound. Among equals the one
        # to whom most is owed, then the order of codes: any choice is proven.
        wait = ceil((1 - due - credit[code]) / shares[code])
        return max(wait, 0), -credit[code], code

    candidates = [code for code in shares if credit[code] >= due]
    return min(candidates or shares, key=urgency)


def is_safe(credit: Credits, future: Slot) -> bool:
    """Whether deviations below one can go on for ever from these credits (the lemma).

    ``future`` has the weights of all patrols to come.
    """
    shares = future.shares()
    owed = {code: credit.get(code, NONE) for code in shares}
    total = sum(owed.values(), start=NONE)
    if max(map(abs, [total, *credit.values()])) >= 1:
        return False
    # Beyond this nothing is negative, and the sum of all is below b + 1.
    last = max(ceil(-owed[code] / share) for code, share in shares.items())
    one = lcm(*(part.denominator for part in (*owed.values(), *shares.values())))
    parts = [(int(owed[code] * one), int(shares[code] * one)) for code in shares]
    return all(
        sum(max(0, (begin + b * share) // one) for begin, share in parts) <= b
        for b in range(1, last + 1)
    )


def tail_of(future: Slot) -> list[Slot]:
    """Return the tail: as many imagined patrols as foresight needs (the lemma)."""
    return [future] * min(ceil(1 / min(future.shares().values())), _LONGEST)


def _together(
    batch: Sequence[Slot], credit: dict[str, Fraction], future: Slot
) -> list[str]:
    """Return the leads of the whole batch by one flow, with the tail in mind."""
    # OR-Tools takes a fifth of a second and 20 MB; every process loads the models.
    from patrols.rotation.flow import cheapest, feasible, smallest  # noqa: PLC0415
    from patrols.rotation.windows import Windows  # noqa: PLC0415

    course = [*batch, *tail_of(future)]
    windows = Windows.of(course, credit)
    level = windows.under_one
    if feasible(windows, level) is None:
        # Nothing is for ever then; wide windows far ahead would only take time.
        course = course[: len(batch) + _SHORT]
        windows = Windows.of(course, credit)
        level, _leads = smallest(windows)
    return windows.named(course, cheapest(windows, level))[: len(batch)]
