"""Ledgers to try the rotation on, and the same answers by trying everything."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from random import Random

from hypothesis import strategies as st

from patrols.rotation import Credits, Slot, deviations, with_leads

CODES = "ABCDEFGH"


@st.composite
def ledgers(
    draw: st.DrawFn, agencies: int = 6, patrols: int = 24, heaviest: int = 9
) -> list[Slot]:
    """Draw a ledger without leads: weights, and who may lead which patrol."""
    count = draw(st.integers(1, agencies))
    weight = [draw(st.integers(1, heaviest)) for _n in range(count)]
    everybody = 2**count - 1
    chosen = draw(st.lists(st.integers(1, everybody), min_size=1, max_size=patrols))
    return [
        Slot({CODES[n]: weight[n] for n in range(count) if mask >> n & 1})
        for mask in chosen
    ]


def drawn(seed: int, agencies: int = 8, patrols: int = 60) -> list[Slot]:
    """Return a ledger at random: quicker than the strategy, by the thousand."""
    random = Random(seed)
    codes = CODES[: random.randint(1, agencies)]
    weight = {code: random.randint(1, random.choice([3, 9, 1000])) for code in codes}
    return [
        Slot({code: weight[code] for code in random.sample(codes, size)})
        for size in random.choices(
            range(1, len(codes) + 1), k=random.randint(1, patrols)
        )
    ]


@st.composite
def carried_over(draw: st.DrawFn, agencies: int = 4) -> dict[str, Fraction]:
    """Draw credits of an earlier ledger; they add up to nothing."""
    parts = st.fractions(-2, 2, max_denominator=6)
    drawn = {code: draw(parts) for code in CODES[: agencies - 1]}
    return drawn | {CODES[agencies - 1]: -sum(drawn.values(), start=Fraction(0))}


def off(
    ledger: Sequence[Slot],
    leads: Sequence[str],
    carried: Credits | None = None,
    start: int = 0,
) -> Fraction:
    """Return the largest deviation of anybody from one patrol on."""
    after = list(deviations(with_leads(ledger, leads), carried))[start:]
    return max((abs(d) for one in after for d in one.values()), default=Fraction(0))


def every(ledger: Sequence[Slot]) -> Iterator[list[str]]:
    """Yield all leads that are possible; given ones are kept."""
    choices = [sorted(s.weights) if s.is_open else [s.name] for s in ledger]
    return (list(leads) for leads in product(*choices))
