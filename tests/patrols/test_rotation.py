"""The rotation of the lead: Tijdeman's bound, stability, and what breaks it."""

from fractions import Fraction
from itertools import pairwise, product
from math import ceil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patrols.rotation import Slot, Standing, assign, deviations, standings

WEIGHTS = st.lists(st.integers(1, 60), min_size=1, max_size=8).map(
    lambda numbers: {f"A{n}": weight for n, weight in enumerate(numbers)}
)


def ledger_of(weights: dict[str, int], length: int) -> list[Slot]:
    """Return a ledger with its leads assigned."""
    open_slots = [Slot(weights)] * length
    return [Slot(weights, lead) for lead in assign(open_slots)]


def worst(ledger: list[Slot]) -> Fraction:
    """Return the largest deviation of any agency after any patrol."""
    return max(abs(d) for after in deviations(ledger) for d in after.values())


@settings(max_examples=1000, deadline=None)
@given(WEIGHTS, st.integers(1, 60))
@example({"A": 1, "B": 1}, 150)
@example({"A": 1000, "B": 1}, 2500)
@example({"A": 1, "B": 1, "C": 1, "D": 1000}, 2500)
@example(dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1), 200)
def test_bound_holds_after_every_patrol(weights: dict[str, int], length: int) -> None:
    bound = 1 - Fraction(1, 2 * len(weights) - 2) if len(weights) > 1 else Fraction(0)
    assert worst(ledger_of(weights, length)) <= bound < 1


@settings(max_examples=150, deadline=None)
@given(WEIGHTS, st.integers(1, 60), st.integers(0, 60))
def test_longer_horizon_keeps_what_was_given(
    weights: dict[str, int], length: int, more: int
) -> None:
    short = ledger_of(weights, length)
    extended = assign([*short, *[Slot(weights)] * more])
    assert extended[:length] == [slot.lead for slot in short]
    # At once or in steps: the same leads.
    assert extended == assign([Slot(weights)] * (length + more))


def test_over_a_full_round_leads_equal_weights() -> None:
    weights = {"KG-BS": 3, "TJ-BT": 2, "UZ-BT": 2}
    last = list(standings(ledger_of(weights, 14)))[-1]
    assert {code: s.leads for code, s in last.items()} == {
        "KG-BS": 6,
        "TJ-BT": 4,
        "UZ-BT": 4,
    }
    assert all(s.deviation == 0 for s in last.values())


def test_equal_weights_take_turns() -> None:
    leads = assign([Slot({"C": 1, "A": 1, "B": 1})] * 7)
    assert leads == ["A", "B", "C", "A", "B", "C", "A"]


def test_one_agency_leads_always() -> None:
    assert assign([Slot({"A": 7})] * 3) == ["A", "A", "A"]


@pytest.mark.parametrize("weights", list(product(range(1, 5), repeat=3)))
def test_against_brute_force(weights: tuple[int, int, int]) -> None:
    """No sequence of all that exist keeps a smaller bound than it could prove."""
    named = dict(zip("ABC", weights, strict=True))
    length = 6
    total = sum(weights)
    best = min(
        max(
            abs(leads[:t].count(code) - Fraction(w * t, total))
            for t in range(1, length + 1)
            for code, w in named.items()
        )
        for leads in product("ABC", repeat=length)
    )
    found = worst(ledger_of(named, length))
    assert best <= found <= Fraction(3, 4)


@settings(max_examples=60, deadline=None)
@given(
    WEIGHTS.filter(lambda w: len(w) > 1),
    st.integers(1, 60),
    st.sets(st.integers(0, 59), max_size=12),
)
def test_cancelled_patrols_are_made_up_for(
    weights: dict[str, int], length: int, cancelled: set[int]
) -> None:
    published = ledger_of(weights, length)
    left = [slot for n, slot in enumerate(published) if n not in cancelled]
    start = next(reversed(list(deviations(left))), dict.fromkeys(weights, Fraction(0)))
    total = sum(weights.values())
    # Until everybody who is ahead is entitled to what it led already.
    ahead = max(
        ceil(max(start.get(c, Fraction(0)), 0) * total / w) for c, w in weights.items()
    )
    leads = assign([*left, *[Slot(weights)] * (ahead + 3 * total)])
    assert leads[: len(left)] == [slot.lead for slot in left]
    after = list(deviations([Slot(weights, lead) for lead in leads]))[len(left) :]
    for before, now in pairwise([start, *after]):
        for code, deviation in now.items():
            # Nobody who is ahead leads again, so nobody gets further ahead.
            assert deviation <= max(before.get(code, Fraction(0)), Fraction(1))
    for settled in after[ahead:]:
        assert all(abs(deviation) < 1 for deviation in settled.values())


@settings(max_examples=100, deadline=None)
@given(WEIGHTS, WEIGHTS, st.integers(1, 40), st.integers(1, 40))
def test_changed_weights_continue_from_exact_credits(
    old: dict[str, int], new: dict[str, int], before: int, after: int
) -> None:
    first = ledger_of(old, before)
    leads = assign([*first, *[Slot(new)] * after])
    assert leads[:before] == [slot.lead for slot in first]
    whole = [*first, *(Slot(new, lead) for lead in leads[before:])]
    last = list(standings(whole))[-1]
    for code in {*old, *new}:
        share = Fraction(old.get(code, 0), sum(old.values())) * before
        share += Fraction(new.get(code, 0), sum(new.values())) * after
        assert last[code].entitlement == share
    assert sum(s.deviation for s in last.values()) == 0
    assert set(leads[before:]) <= set(new)


def test_given_leads_are_kept_between_open_slots() -> None:
    weights = {"A": 1, "B": 1}
    leads = assign([Slot(weights), Slot(weights, "A"), Slot(weights), Slot(weights)])
    assert leads == ["A", "A", "B", "B"]


@pytest.mark.parametrize("weights", [{}, {"A": 0}, {"A": 2, "B": -1}])
def test_bad_weights(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        assign([Slot(weights)])


def test_standing_needs_leads() -> None:
    with pytest.raises(ValueError, match="lead"):
        list(standings([Slot({"A": 1})]))
    assert Standing(Fraction(1, 3), 1).deviation == Fraction(2, 3)
