"""What a patrol's page says of its lead is true, whatever became of the plan."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from uuid import uuid4

import pytest

from agencies.context import acting
from patrols import actions, lead_words
from patrols.leads import Entry, History
from patrols.models import Programme
from patrols.rotation import Slot
from tests.patrols.conftest import Callers
from tests.patrols.series import a_programme, days_ahead
from tests.world import World

NOW = datetime(2026, 6, 10, tzinfo=UTC)
NUMBER = r"\d+(?:\.\d\d)?"


def a_history(random: Random) -> list[Entry]:
    """Return a ledger in which nothing keeps to the rotation: any lead at any place."""
    codes = "ABC"[: random.randint(2, 3)]
    weights = {code: random.randint(1, 4) for code in codes}
    ledger = []
    for n in range(random.randint(1, 20)):
        may = random.sample(codes, random.randint(1, len(codes)))
        if random.random() < 0.6:
            may = list(codes)
        # Half of them lean to one agency: so sums go far astray.
        lead = random.choice([*may, "A" if "A" in may else may[0]])
        if random.random() < 0.05:
            lead = "Z"
        slot = Slot({code: weights[code] for code in may}, lead)
        if random.random() < 0.1:
            part = Fraction(random.randint(1, 99), 100)
            other = next(code for code in codes if code != lead)
            slot = Slot(slot.weights, None, {lead: part, other: 1 - part})
        at = NOW + timedelta(days=n - 8)
        ledger.append(Entry(uuid4(), at, at, "planned", slot, lead))
    return ledger


def owed(ledger: Sequence[Entry], upto: int, code: str) -> tuple[Fraction, Fraction]:
    """Return what an agency is due and has led before a place: sums by hand."""
    due, led = Fraction(0), Fraction(0)
    for one in ledger[:upto]:
        if code in one.slot.weights:
            due += Fraction(one.slot.weights[code], sum(one.slot.weights.values()))
        if one.slot.served is not None:
            led += one.slot.served.get(code, Fraction(0))
        elif one.slot.lead == code:
            led += 1
    return due, led


def written(number: Fraction) -> str:
    """Return a number as pages write it."""
    rounded = round(number, 2)
    return f"{rounded}" if rounded.denominator == 1 else f"{float(rounded):.2f}"


def off(ledger: Sequence[Entry], upto: int) -> dict[str, Fraction]:
    """Return by agency how many leads too many it has before a place."""
    sums = {code: owed(ledger, upto, code) for code in "ABCZ"}
    return {code: led - due for code, (due, led) in sums.items()}


@pytest.mark.parametrize("seed", range(150))
def test_every_claim_about_a_lead_adds_up(seed: int) -> None:
    random = Random(seed)
    ledger = a_history(random)
    place = random.randrange(len(ledger))
    history = History(called_off=random.randint(0, 2), handed_over=random.randint(0, 2))
    told = lead_words.explained(ledger, place, {}, history)
    slot, lead = ledger[place].slot, ledger[place].given

    # What everybody that may lead it is due with it, less what it had led before.
    due = {}
    for code in slot.weights:
        share, led = owed(ledger, place, code)
        share += Fraction(slot.weights[code], sum(slot.weights.values()))
        due[code] = share - led
    if lead in slot.weights and len(slot.weights) > 1:
        most = max(d for code, d in due.items() if code != lead)
        is_turn = due[lead] > 0 and (most < 1 or due[lead] >= most)
        assert ("It was the turn" in told.why) is is_turn, told.why
        assert ("would not be the turn" in told.why) == (
            not is_turn and due[lead] < most
        )
        assert ("Nobody else who may lead it was due a whole lead" in told.why) == (
            is_turn and most < 1
        )
        pairs = re.findall(
            rf"share is ({NUMBER}), and before it had led ({NUMBER})", told.why
        )
        before, led = owed(ledger, place, lead)
        before += Fraction(slot.weights[lead], sum(slot.weights.values()))
        assert pairs == [(written(before), written(led))], told.why
        if found := re.search(
            rf"(\w) was due more: ({NUMBER}), and had led ({NUMBER})", told.why
        ):
            code = found[1]
            assert due[code] > due[lead]
            assert due[code] == most
            shared, has = owed(ledger, place, code)
            shared += Fraction(slot.weights[code], sum(slot.weights.values()))
            assert found.groups()[1:] == (written(shared), written(has))
            said = f"{history.called_off} called off" in told.why
            assert said is bool(history.called_off)

    # The table, and whether the bound holds after this patrol.
    after = off(ledger, place + 1)
    for party in told.parties:
        assert party.after == -after[party.agency]
        assert party.before == -off(ledger, place)[party.agency]
        assert party.is_overdue == (party.before >= 1)
    worst = max(abs(n) for n in after.values())
    assert ("nobody is a whole lead ahead or behind" in told.bound) is (worst < 1)
    if found := re.search(rf"(\w) is ({NUMBER}) (ahead|behind)", told.bound):
        assert abs(after[found[1]]) == worst
        assert found[2] == written(worst)
        assert (found[3] == "ahead") is (after[found[1]] > 0)


@pytest.mark.parametrize("seed", range(150))
def test_every_claim_about_another_lead_adds_up(seed: int) -> None:
    random = Random(1000 + seed)
    ledger = a_history(random)
    place = random.randrange(len(ledger))
    free = [n for n, one in enumerate(ledger) if n != place and one.at > NOW]
    for code in ledger[place].slot.weights:
        told = lead_words.instead(ledger, place, code, NOW)
        if told is None:
            continue
        changed = {one.id: one.new for one in told.changes} | {ledger[place].id: code}
        other = [
            Entry(
                one.id, one.at, one.at, one.state,
                Slot(one.slot.weights, changed[one.id])
                if one.id in changed else one.slot,
                changed.get(one.id, one.given),
            )
            for one in ledger
        ]  # fmt: skip
        first = min([place, *free])
        worst = {
            name: max(
                abs(n)
                for upto in range(first + 1, len(rows) + 1)
                for n in off(rows, upto).values()
            )
            for name, rows in (("now", ledger), ("then", other))
        }
        assert ("would stay fair" in told.words) is (worst["then"] < 1), told.words
        if "not fair" in told.words:
            assert 1 <= worst["then"] <= worst["now"]
            numbers = re.findall(r"\d+(?:\.\d+)?", told.words.split("not fair")[1])
            said = {float(number) for number in numbers}
            exact = {float(round(worst[name], 2)) for name in ("now", "then")}
            assert said == exact, told.words
        if "evened out" in told.words:
            assert worst["then"] >= 1
            assert worst["then"] > worst["now"]


# --- from outside ---------------------------------------------------------------


def upset(world: World) -> tuple[Programme, list[object]]:
    """Call off all that TJ-BT was to lead in a fortnight, but the last."""
    programme, by = a_programme(world), world.owner
    with acting(by):
        patrols = actions.open_patrols(programme=programme, upto=days_ahead(14), by=by)
        theirs = [p for p in patrols if p.lead.code == "TJ-BT"]
        for patrol in theirs[:-1]:
            actions.cancel(patrol=patrol, reason="Snow", by=by)
    return programme, [p for p in patrols if p not in theirs[:-1]]


def test_a_page_does_not_call_it_a_turn_when_it_was_none(
    callers: Callers, world: World
) -> None:
    """KG-BS leads time and again while TJ-BT is owed more than a lead."""
    programme, left = upset(world)
    late = [p for p in left if p.lead.code == "KG-BS"][-1]  # type: ignore[attr-defined]
    page = " ".join(
        callers.owner.page(f"/patrols/{late.pk}/?instead=TJ-BT")
        .content.decode()
        .split()
    )
    assert "It was the turn" not in page
    assert "it would not be the turn of KG-BS" in page
    assert "TJ-BT was due more" in page
    assert "(patrols were opened)" in page
    assert "called off" in page
    assert "lets nobody come to a whole lead" not in page
    assert "After this patrol KG-BS is" in page or "After this patrol TJ-BT is" in page
    assert "was overdue" in page
    assert "would stay fair" not in page
    told = callers.owner.get(f"patrols/{late.pk}/lead/").json()
    assert told["why"] in page
    text = callers.owner.page(f"/patrols/programmes/{programme.pk}/").content.decode()
    assert "a whole one or more" in text
