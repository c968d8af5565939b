"""The theorem, and the smallest bound, against everything that could be done."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.rotation import Slot
from patrols.rotation.flow import cheapest, feasible, smallest
from patrols.rotation.windows import UnreachableError, Windows
from tests.patrols.rotation.cases import carried_over, drawn, every, ledgers, off


@pytest.mark.parametrize("hundred", range(20))
def test_nobody_is_a_lead_off_after_any_patrol(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        ledger = drawn(seed)
        windows = Windows.of(ledger)
        chosen = feasible(windows, windows.under_one)
        assert chosen is not None
        leads = windows.named(ledger, chosen)
        pairs = zip(leads, ledger, strict=True)
        assert all(lead in slot.weights for lead, slot in pairs)
        assert windows.value(windows.reached(chosen)) == off(ledger, leads) < 1


@settings(max_examples=150, deadline=None)
@given(ledgers(agencies=3, patrols=5), carried_over(agencies=3))
def test_no_leads_keep_a_smaller_bound(
    ledger: list[Slot], carried: dict[str, Fraction]
) -> None:
    for start in (None, carried):
        windows = Windows.of(ledger, start)
        level, chosen = smallest(windows)
        least = min(off(ledger, leads, start) for leads in every(ledger))
        assert windows.value(level) == least
        assert off(ledger, windows.named(ledger, chosen), start) == least


@settings(max_examples=100, deadline=None)
@given(ledgers(agencies=3, patrols=6), st.data())
def test_given_leads_stay_and_count(ledger: list[Slot], data: st.DataObject) -> None:
    """Given leads may stand anywhere, and be of agencies without a share."""
    given_leads = st.sampled_from([None, None, "A", "B", "H"])
    mixed = [Slot(slot.weights, data.draw(given_leads)) for slot in ledger]
    if not any(slot.is_open for slot in mixed):
        return
    windows = Windows.of(mixed)
    level, chosen = smallest(windows)
    start = windows.rows[0]
    best = min(off(mixed, leads, start=start) for leads in every(mixed))
    leads = windows.named(mixed, chosen)
    assert windows.value(level) == off(mixed, leads, start=start) == best
    assert windows.value(windows.reached(chosen)) == best
    assert all(s.lead in (None, x) for s, x in zip(mixed, leads, strict=True))


@settings(max_examples=150, deadline=None)
@given(ledgers(), carried_over(), st.data())
def test_levels_are_exactly_the_bounds(
    ledger: list[Slot], carried: dict[str, Fraction], data: st.DataObject
) -> None:
    """A bound between two levels allows what the lower allows, and no more."""
    windows = Windows.of(ledger, carried)
    size = len(windows.parts)
    level = data.draw(st.integers(0, 3 * size))
    value, above = windows.value(level), windows.value(level + 1)
    assert value < above
    assert windows.level(value) == level
    assert windows.level((value + above) / 2) == level
    assert windows.value(windows.under_one) < 1 <= windows.value(size)


@settings(max_examples=100, deadline=None)
@given(ledgers(agencies=3, patrols=5), st.data())
def test_the_cheapest_leads(ledger: list[Slot], data: st.DataObject) -> None:
    windows = Windows.of(ledger)
    shape = windows.is_eligible.shape
    price = data.draw(
        st.lists(
            st.integers(0, 9),
            min_size=shape[0] * shape[1],
            max_size=shape[0] * shape[1],
        )
    )
    table = windows.high * 0
    table.flat = price

    def cost(leads: list[str]) -> int:
        columns = [windows.codes.index(lead) for lead in leads]
        return sum(int(table[row, column]) for row, column in enumerate(columns))

    found = windows.named(ledger, cheapest(windows, windows.under_one, table))
    within = [cost(leads) for leads in every(ledger) if off(ledger, leads) < 1]
    assert off(ledger, found) < 1
    assert cost(found) == min(within)


def test_what_cannot_be_reached_is_refused() -> None:
    windows = Windows.of([Slot({"A": 1, "B": 1})] * 3, {"A": Fraction(3)})
    assert feasible(windows, windows.under_one) is None
    with pytest.raises(UnreachableError):
        cheapest(windows, windows.under_one)
    # Each by itself could, but not both at once: only the flow tells.
    windows = Windows.of(
        [Slot({"A": 1, "B": 1})] * 2, dict.fromkeys("AB", 3 * Fraction(1, 4))
    )
    assert feasible(windows, windows.under_one) is None
    with pytest.raises(UnreachableError):
        cheapest(windows, windows.under_one)
