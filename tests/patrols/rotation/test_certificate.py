"""A certificate is accepted, and every fault that is planted in it is found."""

import json
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from patrols import rotation_check
from patrols.rotation import Slot, assign, with_leads
from patrols.rotation.certificate import certificate
from patrols.rotation.flow import smallest
from patrols.rotation.windows import Windows
from patrols.rotation_check import findings
from tests.patrols.rotation.cases import carried_over, ledgers


@settings(max_examples=200, deadline=None)
@given(ledgers())
def test_it_is_accepted(ledger: list[Slot]) -> None:
    told = certificate(with_leads(ledger, assign(ledger)))
    assert findings(json.loads(json.dumps(told))) == []
    assert Fraction(told["reached"]) < 1


@settings(max_examples=60, deadline=None)
@given(ledgers(agencies=4), carried_over())
def test_a_smallest_bound_is_accepted_and_no_smaller(
    ledger: list[Slot], carried: dict[str, Fraction]
) -> None:
    windows = Windows.of(ledger, carried)
    level, chosen = smallest(windows)
    done = with_leads(ledger, windows.named(ledger, chosen))
    bound = windows.value(level)
    assert findings(certificate(done, carried, bound=bound)) == []
    assert findings(certificate(done, carried, bound=bound - Fraction(1, 10**6)))


def test_history_may_be_anything_that_adds_up() -> None:
    parts = {"A": Fraction(1, 3), "C": Fraction(2, 3)}
    both = {"A": 1, "B": 1}
    done = [Slot(both, "C"), Slot(both, None, parts), Slot(both, "A"), Slot(both, "B")]
    assert findings(certificate(done, given=2, bound=Fraction(2))) == []
    assert findings(certificate(done, given=0, bound=Fraction(2)))


def _first(told: dict[str, Any]) -> Any:
    return told["patrols"][0]


def _swap(told: dict[str, Any]) -> None:
    """Give all leads of one to the other; the sums follow."""
    made = [Slot({"A": 2, "B": 1}, "B")] * 9
    told.update(certificate(made) | {"reached": told["reached"]})


FAULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a share": lambda c: _first(c)["shares"].update(A="1/2"),
    "a share below zero": lambda c: _first(c)["shares"].update(A="4/3", B="-1/3"),
    "no share": lambda c: _first(c)["shares"].clear(),
    "an entitlement": lambda c: c["patrols"][4]["entitlements"].update(B="2"),
    "a forgotten entitlement": lambda c: c["patrols"][4]["entitlements"].pop("B"),
    "leads so far": lambda c: c["patrols"][4]["leads"].update(A="2"),
    "a lead of nobody": lambda c: _first(c).update(lead="C"),
    "a lead without a share": lambda c: _first(c).update(lead="C", booked={"C": "1"}),
    "another lead": lambda c: _first(c).update(lead="B"),
    "two leads": lambda c: _first(c)["booked"].update(B="1"),
    "half a lead": lambda c: _first(c).update(booked={"A": "1/2", "B": "1/2"}),
    "no lead": lambda c: _first(c).update(booked={}),
    "a credit": lambda c: c["carried"].update(A="1/2", B="-1/2"),
    "a bound": lambda c: c.update(bound="1/4"),
    "a deviation": lambda c: c.update(reached="1/2"),
    "a strict bound": lambda c: c.update(bound=c["reached"]),
    "a patrol too few": lambda c: c["patrols"].pop(2),
    "a history before the first": lambda c: c.update(given=-1),
    "a history beyond the last": lambda c: c.update(given=10),
    "unfair leads": _swap,
    "no fraction": lambda c: c.update(bound="one"),
    "nothing": lambda c: c.clear(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    ledger = [Slot({"A": 2, "B": 1})] * 9
    right = certificate(with_leads(ledger, assign(ledger)))
    assert findings(right) == []
    wrong = deepcopy(right)
    FAULTS[fault](wrong)
    assert wrong != right
    assert findings(wrong)


def test_the_checker_shares_nothing_with_what_it_checks() -> None:
    source = Path(rotation_check.__file__).read_text()
    imports = [line for line in source.splitlines() if "import" in line.split()]
    assert imports == [
        "from collections.abc import Iterator, Mapping",
        "from fractions import Fraction",
        "from typing import Any",
    ]
