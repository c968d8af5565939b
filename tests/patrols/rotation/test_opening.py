"""Leads given day by day: below one after every patrol, for ever."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.rotation import Credits, Slot, assign, closing, is_safe, with_leads
from tests.patrols.rotation.cases import drawn, off

CORNER = {"A": 1, "B": 1, "C": 1, "D": 1000}
WEIGHTS = st.lists(st.integers(1, 60), min_size=1, max_size=8).map(
    lambda numbers: {f"A{n}": weight for n, weight in enumerate(numbers)}
)


def opened(ledger: list[Slot], start: list[Slot] | None = None) -> list[Slot]:
    """Return a ledger opened one by one, each time from all that went before."""
    done = list(start or [])
    for slot in ledger:
        done = with_leads([*done, slot], assign([*done, slot]))
    return done


def leads_of(ledger: list[Slot]) -> list[str]:
    return [slot.name for slot in ledger]


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, st.integers(1, 60))
def test_tijdemans_bound_holds_after_every_patrol(
    weights: dict[str, int], length: int
) -> None:
    bound = 1 - Fraction(1, 2 * len(weights) - 2) if len(weights) > 1 else 0
    ledger = [Slot(weights)] * length
    assert off(ledger, assign(ledger)) <= bound


@pytest.mark.parametrize(
    ("weights", "length"),
    [
        ({"A": 1, "B": 1}, 150),
        ({"A": 1000, "B": 1}, 2500),
        (CORNER, 2500),
        (dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1), 200),
    ],
)
def test_tijdemans_bound_at_the_extremes(weights: dict[str, int], length: int) -> None:
    ledger = [Slot(weights)] * length
    assert off(ledger, assign(ledger)) <= 1 - Fraction(1, 2 * len(weights) - 2)


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, st.integers(1, 40), st.integers(0, 20))
def test_at_once_or_in_steps_the_same_leads(
    weights: dict[str, int], length: int, more: int
) -> None:
    whole = assign([Slot(weights)] * (length + more))
    assert leads_of(opened([Slot(weights)] * length)) == whole[:length]


@pytest.mark.parametrize("hundred", range(10))
def test_opened_one_by_one_it_stays_below_one(hundred: int) -> None:
    """After batches with holes in who may lead, everybody may, one by one."""
    for seed in range(100 * hundred, 100 * hundred + 100):
        random = Random(seed)
        weights = _far_apart(random)
        batch = [
            Slot({c: weights[c] for c in random.sample(sorted(weights), size)})
            for size in random.choices(
                range(1, len(weights) + 1), k=random.randint(0, 20)
            )
        ]
        done = with_leads(batch, assign(batch, ahead=weights))
        assert is_safe(closing(done), Slot(weights))
        done = opened([Slot(weights)] * random.randint(1, 12), done)
        assert off(done, leads_of(done)) < 1
        assert all(slot.name in slot.weights for slot in done)


def _far_apart(random: Random) -> dict[str, int]:
    count = random.randint(1, 6)
    most = random.choice([1, 3, 9, 60])
    weights = {code: random.randint(1, most) for code in "ABCDEF"[:count]}
    return random.choice([weights, weights, CORNER])


def test_a_choice_that_paints_into_a_corner_is_not_made() -> None:
    """Two of the small ones a lead ahead: then nobody can lead on without harm."""
    future = Slot(CORNER)
    assert is_safe({}, future)
    share = Fraction(1, 1003)
    cornered = {"A": share - 1, "B": share - 1, "C": Fraction(0)}
    cornered["D"] = -sum(cornered.values())
    assert not is_safe(cornered, future)
    fine = {"A": 2 * share - 1, "B": share, "C": share, "D": 1 - 4 * share}
    assert is_safe(fine, future)
    # C and A can lead the first, the second only B can: A must not.
    batch = [Slot({"A": 1, "D": 1000}), Slot({"A": 1, "D": 1000})]
    done = with_leads(
        batch, assign(batch, {"A": Fraction(9, 10), "D": Fraction(-9, 10)}, CORNER)
    )
    assert is_safe(closing(done, {"A": Fraction(9, 10), "D": Fraction(-9, 10)}), future)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=3),
    st.lists(st.integers(-7, 7), min_size=2, max_size=2),
)
def test_safe_is_what_can_go_on(weights: list[int], eighths: list[int]) -> None:
    """The lemma, against trying everything as long as there may be an end."""
    future = Slot(dict(zip("ABC", weights, strict=False)))
    credit = dict(zip("AB", [Fraction(n, 8) for n in eighths], strict=True))
    credit["C"] = -credit["A"] - credit["B"]
    if len(weights) == 2:
        credit = {"A": credit["A"], "B": -credit["A"]}
    if max(map(abs, credit.values())) >= 1:
        assert not is_safe(credit, future)
        return
    # Credits repeat after a whole round; a way on for two rounds goes on for ever.
    assert is_safe(credit, future) == _goes_on(credit, future, 2 * sum(weights) + 2)


def _goes_on(credit: Credits, future: Slot, length: int) -> bool:
    states = {tuple(sorted(credit.items()))}
    for _patrol in range(length):
        states = {
            tuple(sorted(after.items()))
            for state, lead in product(states, future.weights)
            for after in [closing([Slot(future.weights, lead)], dict(state))]
            if max(map(abs, after.values())) < 1
        }
    return bool(states)


def test_over_a_full_round_leads_equal_weights() -> None:
    weights = {"KG-BS": 3, "TJ-BT": 2, "UZ-BT": 2}
    leads = assign([Slot(weights)] * 14)
    assert {code: leads.count(code) for code in weights} == {
        "KG-BS": 6,
        "TJ-BT": 4,
        "UZ-BT": 4,
    }


def test_equal_weights_take_turns() -> None:
    leads = assign([Slot({"C": 1, "A": 1, "B": 1})] * 7)
    assert leads == ["A", "B", "C", "A", "B", "C", "A"]


def test_one_agency_leads_always() -> None:
    assert assign([Slot({"A": 7})] * 3) == ["A", "A", "A"]


@pytest.mark.parametrize("hundred", range(5))
def test_what_can_be_below_one_is(hundred: int) -> None:
    """Whoever may lead when: never a lead off, never who may not."""
    for seed in range(5000 + 100 * hundred, 5100 + 100 * hundred):
        ledger = drawn(seed, agencies=6, patrols=30)
        leads = assign(ledger)
        assert off(ledger, leads) < 1
        assert all(a in s.weights for a, s in zip(leads, ledger, strict=True))


def test_given_leads_are_kept_between_open_slots() -> None:
    weights = {"A": 1, "B": 1}
    # A leads the second: so B the first, and nobody is ever a lead off.
    leads = assign([Slot(weights), Slot(weights, "A"), Slot(weights), Slot(weights)])
    assert leads[:2] == ["B", "A"]
    assert off([Slot(weights)] * 4, leads) < 1


@settings(max_examples=40, deadline=None)
@given(
    WEIGHTS.filter(lambda w: 1 < len(w) < 6),
    st.integers(1, 40),
    st.sets(st.integers(0, 39), max_size=8),
)
def test_cancelled_patrols_are_made_up_for(
    weights: Mapping[str, int], length: int, cancelled: set[int]
) -> None:
    whole = with_leads([Slot(weights)] * length, assign([Slot(weights)] * length))
    left = [slot for n, slot in enumerate(whole) if n not in cancelled]
    # Long enough for everybody to be due again what it is ahead.
    share = min(Slot(weights).shares().values())
    behind = max([abs(c) for c in closing(left).values()], default=Fraction(0))
    after = [Slot(weights)] * (int((behind + 2) / share) + 2)
    leads = assign([*left, *after])
    assert leads[: len(left)] == leads_of(left)
    done = with_leads([*left, *after], leads)
    # Nobody gets further off than the surprise left it, but for what one patrol takes.
    assert off(done, leads, start=len(left)) <= max(behind + 1, 1)
    assert off(done, leads, start=len(done) - 1) < 1
    assert is_safe(closing(done), Slot(weights))


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, WEIGHTS, st.integers(1, 30), st.integers(1, 30))
def test_changed_weights_continue_from_exact_credits(
    old: dict[str, int], new: dict[str, int], before: int, after: int
) -> None:
    first = with_leads([Slot(old)] * before, assign([Slot(old)] * before))
    second = [Slot(new)] * after
    leads = assign([*first, *second])
    assert leads[:before] == leads_of(first)
    assert set(leads[before:]) <= set(new)
    # A ledger of its own, with what was carried over, says the same.
    assert assign(second, closing(first)) == leads[before:]
