"""Nobody commands a patrol while away, or two at once; and who sees it is told."""

from datetime import timedelta
from typing import Any

import pytest

from agencies.actions import personnel
from agencies.context import acting
from agencies.errors import Conflict
from agencies.models import Officer
from agencies.policy import Role
from patrols import actions
from patrols.models import Patrol
from tests.patrols.conftest import Callers, code_of
from tests.patrols.rosters import recruit
from tests.patrols.series import a_patrol, a_zone, agree
from tests.world import World


@pytest.fixture
def officer(world: World) -> Officer:
    """A commander of KG-BS."""
    found = recruit(world, "KG-BS", "kg-lead", Role.COMMANDER)
    world.officers["kg-lead"] = found
    return found


def two(world: World, **values: Any) -> tuple[Patrol, Patrol]:
    """Return two patrols at the same hours."""
    first = a_patrol(world, zone=a_zone(world.owner, "Z-A"))
    second = a_patrol(world, zone=a_zone(world.owner, "Z-B"), **values)
    return first, second


def absent(world: World, officer: Officer, patrol: Patrol) -> None:
    with acting(world.owner):
        personnel.enter_absence(
            officer=officer, kind="elsewhere", by=world.owner,
            starts_at=patrol.starts_at - timedelta(hours=5),
            ends_at=patrol.ends_at - timedelta(hours=1),
        )  # fmt: skip


def named(world: World, officer: Officer, patrol: Patrol) -> Patrol:
    with acting(world.owner):
        return actions.name_commander(patrol=patrol, officer=officer, by=world.owner)


def test_who_is_away_is_refused_as_commander(
    callers: Callers, world: World, officer: Officer
) -> None:
    patrol = a_patrol(world)
    absent(world, officer, patrol)
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "Name of kg-lead — away then, duty elsewhere" in page
    told = callers.owner.post(
        f"patrols/{patrol.pk}/commander/", {"commander": f"officer:{officer.username}"}
    )
    assert (told.status_code, code_of(told)) == (409, "commander_absent")
    sent = callers.owner.send(
        f"/patrols/{patrol.pk}/step/", step="commander", commander=officer.username
    )
    assert sent.status_code == 200
    shown = " ".join(sent.content.decode().split())
    assert "Name of kg-lead cannot command it: away then, duty elsewhere." in shown
    assert 'id="name_commander_error"' in shown
    # A day later nothing is in the way.
    with acting(world.owner):
        later = {
            name: getattr(patrol, name) + timedelta(days=1)
            for name in ("starts_at", "ends_at")
        }
        actions.change(patrol=patrol, by=world.owner, **later)
    assert named(world, officer, patrol).commander_id == officer.pk


def test_nobody_commands_two_patrols_at_once(
    callers: Callers, world: World, officer: Officer
) -> None:
    first, second = two(world)
    named(world, officer, first)
    told = callers.owner.post(
        f"patrols/{second.pk}/commander/", {"commander": f"officer:{officer.username}"}
    )
    assert (told.status_code, code_of(told)) == (409, "commander_booked")
    assert first.ref in told.json()["detail"]
    # The same again, and after the other was called off.
    named(world, officer, first)
    with acting(world.owner):
        actions.cancel(patrol=first, reason="Snow", by=world.owner)
    assert named(world, officer, second).commander_id == officer.pk


def test_a_moved_patrol_loses_who_is_elsewhere_then(
    world: World, officer: Officer
) -> None:
    first, second = two(world)
    with acting(world.owner):
        hours = {
            name: getattr(second, name) + timedelta(days=1)
            for name in ("starts_at", "ends_at")
        }
        second = actions.change(patrol=second, by=world.owner, **hours)
    named(world, officer, first)
    assert named(world, officer, second).commander_id == officer.pk
    with acting(world.owner):
        back = {"starts_at": first.starts_at, "ends_at": first.ends_at}
        second = actions.change(patrol=second, by=world.owner, **back)
    assert second.commander_id is None


def test_a_patrol_does_not_start_under_who_is_away(
    callers: Callers, world: World, officer: Officer
) -> None:
    patrol = a_patrol(world)
    named(world, officer, patrol)
    patrol = agree(world, patrol)
    with acting(world.owner):
        personnel.enter_absence(
            officer=officer, kind="sick", by=world.owner,
            starts_at=patrol.starts_at - timedelta(days=1),
            ends_at=patrol.ends_at + timedelta(days=1),
        )  # fmt: skip
        with pytest.raises(Conflict) as refused:
            actions.start(patrol=patrol, by=world.owner)
    assert refused.value.code == "commander_absent"
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "Cannot command it:" in page
    # Partners are not told who is sick.
    other = callers.partner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert "Cannot command it:" not in other
    assert "sick" not in other


def test_a_hidden_patrol_tells_nothing_of_its_commander(
    callers: Callers, world: World, officer: Officer
) -> None:
    """Whoever does not see the other patrol names as if it were not there."""
    first, second = two(world)
    named(world, officer, first)
    with acting(world.owner):
        actions.change(patrol=first, level=2, by=world.owner)
    page = callers.owner_low.page(f"/patrols/{second.pk}/").content.decode()
    assert first.ref not in page
    assert "on patrol" not in page
    # Nor does a partner who sees both patrols learn what keeps an officer away.
    told = callers.partner.page(f"/patrols/{second.pk}/").content.decode()
    assert "on patrol" not in told
