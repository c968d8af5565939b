"""Why this lead, and what if another: against trying everything."""

from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from patrols.rotation import Slot, assign, standings, with_leads
from patrols.rotation.exchange import what_if
from patrols.rotation.explain import explain
from tests.patrols.rotation.cases import carried_over, every, ledgers, off

FOURTH = {"A": Fraction(1, 4), "B": Fraction(-1, 4)}


@settings(max_examples=150, deadline=None)
@given(ledgers(agencies=3, patrols=6), st.data())
def test_the_exchange_changes_least(ledger: list[Slot], data: st.DataObject) -> None:
    carried = data.draw(
        st.sampled_from([{}, FOURTH, data.draw(carried_over(agencies=3))])
    )
    leads = [data.draw(st.sampled_from(sorted(slot.weights))) for slot in ledger]
    if data.draw(st.booleans()):
        leads = assign(ledger, carried)
    place = data.draw(st.integers(0, len(ledger) - 1))
    is_later = data.draw(st.booleans())
    free = range(place, len(ledger)) if is_later else range(len(ledger))
    start = free[0]
    done = with_leads(ledger, leads)
    found = what_if(done, place, carried, free=None if is_later else free)
    assert set(found) == set(ledger[place].weights) - {leads[place]}
    opened = [*done[:start], *ledger[start:]]
    now = off(done, leads, carried, start)
    for code, answer in found.items():
        tried = {}
        for other in every(opened):
            if other[place] == code:
                pairs = zip(other, leads, strict=True)
                count = sum(a != b for a, b in pairs) - 1
                reached = off(opened, other, carried, start)
                tried[tuple(other)] = (reached, count)
        fine = [
            count for reached, count in tried.values() if reached < 1 or reached <= now
        ]
        least = min(reached for reached, _count in tried.values())
        assert answer.is_within == bool(fine)
        bound = max(now, least)
        best = min(fine or [c for reached, c in tried.values() if reached <= bound])
        changed = [answer.changed.get(n, lead) for n, lead in enumerate(leads)]
        changed[place] = code
        assert tried[tuple(changed)] == (answer.reached, best)
        assert len(answer.changed) == best
        if not fine:
            assert answer.reached == least


def test_what_stays_out_of_an_exchange() -> None:
    half = Fraction(1, 2)
    both = {"A": 1, "B": 1}
    handed = Slot(both, None, {"A": half, "B": half})
    done = [Slot(both, "A"), handed, Slot(both, "C"), Slot(both, "B"), Slot(both, "A")]
    assert set(what_if(done, 0)["B"].changed) <= {3, 4}
    assert what_if(done, 1) == what_if(done, 2) == {}
    alone = what_if([Slot({"A": 1}, "A"), Slot(both, "A")], 0)
    assert alone == {}


@settings(max_examples=100, deadline=None)
@given(ledgers(agencies=4, patrols=16), carried_over(agencies=4), st.data())
def test_an_explanation_adds_up(
    ledger: list[Slot], carried: dict[str, Fraction], data: st.DataObject
) -> None:
    done = with_leads(ledger, assign(ledger, carried))
    place = data.draw(st.integers(0, len(done) - 1))
    found = explain(done, place, carried)
    after = list(standings(done, carried))
    assert found.lead == done[place].name
    assert found.shares == done[place].shares()
    assert found.after == after[place]
    if place:
        assert found.before == after[place - 1]
    else:
        assert {c: one.credit for c, one in found.before.items()} == carried
    assert set(found.must_lead_by) == set(done[place].weights)
    for code, deadline in found.must_lead_by.items():
        led = found.before[code].leads if code in found.before else 0
        due = [
            n
            for n in range(place, len(done))
            if code in after[n]
            and floor(after[n][code].carried + after[n][code].entitlement) - led >= 1
        ]
        assert deadline == (due[0] if due else None)
