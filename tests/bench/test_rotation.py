"""The rotation reaches its goals on small instances; no times are asked."""

from benchmarks import rotation

SIZES = ((40, 4, 8), (90, 6, 20))


def test_plans_are_fair_proved_and_cheap_to_repair() -> None:
    found = list(rotation.measure(SIZES, seeds=(1, 2)))
    assert len({one.name for one in found}) == len(found)
    asked = [one for one in found if one.floor is not None and one.unit == ""]
    assert len(asked) == 6 * len(SIZES)
    assert [one.name for one in asked if one.verdict == "MISSED"] == []
    largest = [one.value for one in found if one.unit == "leads"]
    assert 0 < min(largest) <= max(largest) < 1


def test_instances_stay_the_same() -> None:
    """Figures of different days are of the same instances."""
    assert rotation.instance(110, 4, 8, 1) == rotation.instance(110, 4, 8, 1)
    eligible = [len(slot.weights) for slot in rotation.instance(1500, 8, 40, 1)]
    assert min(eligible) == 1
    assert 2 < sum(eligible) / len(eligible) < 3
