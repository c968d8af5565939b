"""The last hours of patrols, as far as the reader sees them."""

from datetime import UTC, datetime, timedelta

import pytest

from agencies.context import acting
from patrols import actions, replays
from tests.patrols.conftest import Callers
from tests.patrols.series import under_way
from tests.world import World

REPLAY = "/patrols/replay.json"


def test_each_minute_once_and_nothing_of_others(callers: Callers, world: World) -> None:
    """Two fixes a minute are told as one; the hours bound how far back."""
    patrol = under_way(world)
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    fixes = [
        actions.NewFix(
            minute - timedelta(minutes=back, seconds=-late), (70.3 + 0.001 * back, 40.1)
        )
        for back in (10, 9, 90)
        for late in (5, 35)
    ]
    with acting(world.owner):
        actions.add_fixes(patrol=patrol, fixes=fixes, by=world.owner)
    answer = callers.partner.page(REPLAY, hours="1").json()
    (way,) = answer["patrols"]
    assert (way["id"], way["lead"]) == (str(patrol.pk), "KG-BS")
    begun = minute.timestamp() - 600
    assert way["times"] == [begun + 5, begun + 65]
    assert way["places"] == [[70.31, 40.1], [70.309, 40.1]]
    assert answer["is_cut"] is False
    assert len(callers.partner.page(REPLAY).json()["patrols"][0]["times"]) == 3
    assert callers.outsider.page(REPLAY).json()["patrols"] == []


def test_what_is_too_much_says_so(
    callers: Callers, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest stay."""
    patrol = under_way(world)
    now = datetime.now(UTC)
    fixes = [
        actions.NewFix(now - timedelta(minutes=back), (70.3, 40.1)) for back in range(5)
    ]
    with acting(world.owner):
        actions.add_fixes(patrol=patrol, fixes=fixes, by=world.owner)
    monkeypatch.setattr(replays, "MOST_POINTS", 2)
    answer = callers.owner.page(REPLAY).json()
    assert answer["is_cut"] is True
    assert answer["patrols"][0]["times"][-1] == int(now.timestamp())
    assert len(answer["patrols"][0]["times"]) == 2


def test_hours_are_from_one_to_twelve(callers: Callers) -> None:
    for hours in ("0", "13", "x", "", "1.5"):
        assert callers.owner.page(REPLAY, hours=hours).status_code == 400
