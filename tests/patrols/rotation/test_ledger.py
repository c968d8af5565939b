"""The ledger adds up, whatever is in it."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.rotation import (
    Slot,
    Standing,
    assign,
    back_to_back,
    closing,
    standings,
    with_leads,
)
from tests.patrols.rotation.cases import carried_over, ledgers

HALF = Fraction(1, 2)


@settings(max_examples=150, deadline=None)
@given(ledgers(), carried_over(), st.data())
def test_the_ledger_adds_up(
    ledger: list[Slot], carried: dict[str, Fraction], data: st.DataObject
) -> None:
    leads = [data.draw(st.sampled_from(sorted(slot.weights))) for slot in ledger]
    done = with_leads(ledger, leads)
    for n, standing in enumerate(standings(done, carried), 1):
        assert sum(one.entitlement for one in standing.values()) == n
        assert sum(one.leads for one in standing.values()) == n
        assert sum(one.deviation for one in standing.values()) == 0
        for code, one in standing.items():
            assert one.leads == leads[:n].count(code)
            assert one.credit == carried.get(code, 0) + one.entitlement - one.leads
    assert closing(done, carried) == {c: one.credit for c, one in standing.items()}


@settings(max_examples=100, deadline=None)
@given(ledgers(), st.integers(0, 24))
def test_a_ledger_in_two_parts_is_the_same(ledger: list[Slot], cut: int) -> None:
    done = with_leads(ledger, assign(ledger))
    whole = closing(done)
    parted = closing(done[cut:], closing(done[:cut]))
    assert whole == parted


def test_who_alone_may_lead_has_no_credit_from_it() -> None:
    forced = [Slot({"A": 3, "B": 1}, "A"), Slot({"A": 3}, "A")]
    assert closing(forced) == closing(forced[:1])


def test_a_handed_over_lead_is_booked_by_what_was_served() -> None:
    parts = {"A": Fraction(1, 3), "B": Fraction(2, 3)}
    slot = Slot({"A": 1, "B": 1}, "A", parts)
    assert closing([slot]) == {"A": HALF - parts["A"], "B": HALF - parts["B"]}
    assert not slot.is_open
    after = next(standings([slot]))
    assert {code: one.leads for code, one in after.items()} == parts
    with pytest.raises(ValueError, match="add up to one"):
        closing([Slot({"A": 1}, None, {"A": HALF})])


def test_the_name_of_a_lead_is_who_had_most_of_it() -> None:
    assert Slot({"A": 1}, None, {"A": HALF / 2, "B": 3 * HALF / 2}).name == "B"
    assert Slot({"A": 1}).name == ""


def test_a_lead_from_outside_the_rotation_is_charged() -> None:
    assert closing([Slot({"A": 1, "B": 1}, "C")]) == {"A": HALF, "B": HALF, "C": -1}


def test_back_to_back_counts_what_could_be_avoided() -> None:
    both, alone = Slot({"A": 1, "B": 1}), Slot({"A": 1})
    assert back_to_back([both, both], ["A", "A"]) == 1
    assert back_to_back([both, both], ["A", "B"]) == 0
    assert back_to_back([alone, both, alone], ["A", "A", "A"]) == 2
    assert back_to_back([alone, alone], ["A", "A"]) == 0
    assert back_to_back(with_leads([both, both], ["B", "B"])) == 1


def test_standing_needs_leads() -> None:
    with pytest.raises(ValueError, match="lead"):
        list(standings([Slot({"A": 1})]))
    assert Standing(Fraction(1, 3), 1).deviation == Fraction(2, 3)


@pytest.mark.parametrize("weights", [{}, {"A": 0}, {"A": 2, "B": -1}])
def test_bad_weights(weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        assign([Slot(weights)])
