"""Repairs change provably little; all that could be done is tried."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.rotation import Slot, assign, with_leads
from patrols.rotation.repair import repair, replan, trade_off
from patrols.rotation.windows import UnreachableError
from tests.patrols.rotation.cases import carried_over, drawn, every, ledgers, off

BOUNDS = st.sampled_from([None, Fraction(1), Fraction(5, 4), Fraction(3, 2)])


def changes(leads: list[str], published: list[str | None]) -> list[int]:
    pairs = enumerate(zip(leads, published, strict=True))
    return [n for n, (lead, old) in pairs if old not in (None, lead)]


@settings(max_examples=150, deadline=None)
@given(ledgers(agencies=3, patrols=6), carried_over(agencies=3), BOUNDS, st.data())
def test_no_plan_within_the_bound_changes_less(
    ledger: list[Slot],
    carried: dict[str, Fraction],
    bound: Fraction | None,
    data: st.DataObject,
) -> None:
    published = [data.draw(st.sampled_from([None, "A", "B", "C"])) for _s in ledger]
    notice = [data.draw(st.integers(1, 3)) for _slot in ledger]
    frozen = data.draw(st.integers(0, len(ledger) - 1))
    ledger = [Slot(s.weights, "A") for s in ledger[:frozen]] + ledger[frozen:]

    def price(leads: list[str]) -> int:
        return sum(notice[n] for n in changes(leads, published) if n >= frozen)

    within = [
        price(leads)
        for leads in every(ledger)
        if (d := off(ledger, leads, carried, frozen)) < 1
        or (bound is not None and d <= bound)
    ]
    if not within:
        with pytest.raises(UnreachableError):
            repair(ledger, published, carried, bound=bound, notice=notice)
        return
    found = repair(ledger, published, carried, bound=bound, notice=notice)
    assert found.price == price(found.leads) == min(within)
    assert found.reached == off(ledger, found.leads, carried, frozen)
    assert found.changed == [n for n in changes(found.leads, published) if n >= frozen]
    assert found.leads[:frozen] == ["A"] * frozen


@pytest.mark.parametrize("seed", range(30))
def test_the_default_policy(seed: int) -> None:
    ledger, published = cancelled(seed)
    found = replan(ledger, published)
    kept = off(ledger, published, start=10)
    if kept <= Fraction(3, 2):
        assert (found.changed, found.reached) == ([], kept)
    elif found.reached > Fraction(5, 4):
        with pytest.raises(UnreachableError):
            repair(ledger, published, bound=Fraction(5, 4))
        assert found.reached == found.bound
    else:
        assert found.bound == Fraction(5, 4)
        assert 0 < len(found.changed) == found.price


@pytest.mark.parametrize("seed", range(30))
def test_the_trade_off_goes_from_fair_to_unchanged(seed: int) -> None:
    ledger, published = cancelled(seed)
    curve = trade_off(ledger, published)
    prices = [found.price for found in curve]
    assert prices == sorted(set(prices), reverse=True)
    assert prices[-1] == 0
    assert curve[-1].leads == published
    assert curve[-1].reached == off(ledger, published, start=10)
    for found in curve:
        assert found.reached == off(ledger, found.leads, start=10)
        assert (
            found.reached < 1 if found.bound is None else found.reached <= found.bound
        )
    reached = [found.reached for found in curve]
    assert min(reached) == reached[0] or reached[0] < 1


def cancelled(seed: int) -> tuple[list[Slot], list[str]]:
    """Return a ledger of which many patrols were cancelled, and its leads."""
    random = Random(seed)
    ledger = drawn(seed, agencies=5, patrols=60) * 2
    done = with_leads(ledger, assign(ledger))
    left = [slot for slot in done if random.random() > 0.3]
    while len(left) < 20:
        left += left or done
    opened = [*left[:10], *(Slot(slot.weights) for slot in left[10:])]
    return opened, [slot.name for slot in left]


def test_who_may_lead_no_longer_is_replaced() -> None:
    """A suspended agency costs exactly its own leads, as fairly as that can be."""
    ledger = [Slot({"A": 1, "B": 1, "C": 1})] * 4 + [Slot({"B": 1, "C": 1})] * 4
    published = ["A", "B", "C", "A", "B", "A", "C", "A"]
    found = replan(ledger, published)
    assert found.changed == [5, 7]
    assert "A" not in found.leads[4:]
    assert sorted(found.leads[5::2]) == ["B", "C"]


def test_unreachable_the_fairest_is_done() -> None:
    ledger = [Slot({"A": 1, "B": 1})] * 2
    found = replan(ledger, ["B", "B"], {"A": Fraction(4), "B": Fraction(-4)})
    assert found.leads == ["A", "A"]
    assert found.bound == found.reached == Fraction(7, 2)
    curve = trade_off(ledger, ["B", "B"], {"A": Fraction(4), "B": Fraction(-4)})
    assert [(one.reached, one.price) for one in curve] == [(Fraction(7, 2), 2), (5, 0)]
