"""Nobody commands a patrol while away, or two at once; and who sees it is told."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, transaction

from agencies.actions import personnel
from agencies.context import acting, system
from agencies.errors import Conflict, Invalid
from agencies.models import Officer
from agencies.policy import Actor, Role
from patrols import actions
from patrols.models import Assignment, Booking, Patrol, Roster
from tests.database import at_once
from tests.patrols.conftest import Callers, code_of
from tests.patrols.rosters import recruit
from tests.patrols.series import a_patrol, a_zone, agree
from tests.world import World


@pytest.fixture
def officer(world: World) -> Officer:
    """A commander of KG-BS."""
    found = recruit(world, "KG-BS", "kg-lead", Role.COMMANDER, clearance=2)
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


def named(
    world: World, officer: Officer, patrol: Patrol, by: Actor | None = None
) -> Patrol:
    by = by or world.owner
    with acting(by):
        return actions.name_commander(patrol=patrol, officer=officer, by=by)


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


def test_who_is_not_cleared_commands_nothing(
    callers: Callers, world: World, officer: Officer
) -> None:
    patrol = a_patrol(world, level=3)
    with pytest.raises(Invalid) as refused:
        named(world, officer, patrol)
    assert refused.value.code == "not_a_commander"
    page = callers.owner.page(f"/patrols/{patrol.pk}/").content.decode()
    assert 'value="kg-lead"' not in page


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


def test_a_hidden_patrol_tells_nothing_but_that_its_commander_is_out(
    callers: Callers, world: World, officer: Officer
) -> None:
    first, second = two(world)
    named(world, officer, first)
    with acting(world.owner):
        actions.change(patrol=first, level=2, by=world.owner)
    page = callers.owner_low.page(f"/patrols/{second.pk}/").content.decode()
    assert first.ref not in page
    assert "on patrol" not in page
    with pytest.raises(Conflict) as refused:
        named(world, officer, second, by=world.owner_low)
    assert refused.value.code == "commander_booked"
    assert str(refused.value) == (
        "Name of kg-lead cannot command it: on another duty then."
    )
    # Nor does a partner who sees both patrols learn what keeps an officer away.
    told = callers.partner.page(f"/patrols/{second.pk}/").content.decode()
    assert "on patrol" not in told


# --- in the database too --------------------------------------------------------


def put(patrol: Patrol, officer: Officer | None) -> int:
    """Write a commander past every action."""
    with system("test"):
        return Patrol.objects.filter(pk=patrol.pk).update(commander=officer)


def crew_of(world: World, patrol: Patrol, officer: Officer) -> Assignment:
    """Send an officer on a patrol, past every action."""
    with system("test"):
        roster = Roster(
            owner=patrol.owner, agreement=world.agreement,
            from_on=patrol.starts_at.date(), until_on=patrol.starts_at.date(),
        )  # fmt: skip
        roster.open_to(patrol.stored_audience)
        roster.save(force_insert=True)
        made = Assignment(
            roster=roster, patrol=patrol, officer=officer, agency=patrol.owner,
            during=(patrol.starts_at, patrol.ends_at), is_active=True,
        )  # fmt: skip
        made.open_to(patrol.stored_audience)
        made.save(force_insert=True)
    return made


def test_no_statement_puts_an_officer_at_two_places(
    world: World, officer: Officer
) -> None:
    first, second = two(world)
    put(first, officer)
    with pytest.raises(IntegrityError, match="booking_overlap"), transaction.atomic():
        put(second, officer)
    with pytest.raises(IntegrityError, match="booking_overlap"), transaction.atomic():
        crew_of(world, second, officer)
    # On one patrol an officer may be crew and commander.
    crew = crew_of(world, first, officer)
    put(first, None)
    with pytest.raises(IntegrityError, match="booking_overlap"), transaction.atomic():
        put(second, officer)
    with system("test"):
        Assignment.objects.filter(pk=crew.pk).update(is_active=False)
    assert put(second, officer)
    # A later one is no obstacle until it is moved; one called off never is.
    with system("test"):
        rows = Patrol.objects.filter(pk=first.pk)
        day = timedelta(days=1)
        rows.update(starts_at=first.starts_at + day, ends_at=first.ends_at + day)
        assert put(first, officer)
        back = {"starts_at": first.starts_at, "ends_at": first.ends_at}
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**back)
        rows.update(state="cancelled", **back)


def test_nobody_reads_bookings(world: World, officer: Officer) -> None:
    put(a_patrol(world), officer)
    for reader in (system("test"), acting(world.owner)):
        with pytest.raises(ProgrammingError), transaction.atomic(), reader:
            Booking.objects.exists()


def test_of_many_who_name_one_at_once_one_is_done(committed: World) -> None:
    """By the action, and by statements that ask nobody."""
    world = committed
    officer = recruit(world, "KG-BS", "kg-lead", Role.COMMANDER)
    outings = [a_patrol(world, zone=a_zone(world.owner, f"Z-{n}")) for n in range(4)]

    def tried(patrol: Patrol, put: Callable[[Patrol], object]) -> str:
        try:
            put(patrol)
        except Conflict as error:
            return error.code
        except (IntegrityError, OperationalError):
            # Of two that wait for each other at the constraint PostgreSQL ends one.
            return "database"
        return ""

    for way, refusal in (
        (lambda patrol: named(world, officer, patrol), "commander_booked"),
        (lambda patrol: put(patrol, officer), "database"),
    ):
        told = at_once(*[partial(tried, patrol, way) for patrol in outings])
        assert sorted(told) == ["", *[refusal] * 3]
        with system("test"):
            led = Patrol.objects.filter(commander=officer)
            assert led.count() == 1
            led.update(commander=None)


def test_whoever_moves_a_patrol_need_not_see_the_other(
    world: World, officer: Officer
) -> None:
    first, second = two(world)
    named(world, officer, first)
    with acting(world.owner):
        actions.change(patrol=first, level=2, by=world.owner)
        day = timedelta(days=1)
        hours = {"starts_at": second.starts_at, "ends_at": second.ends_at}
        later = {name: at + day for name, at in hours.items()}
        second = actions.change(patrol=second, by=world.owner, **later)
    named(world, officer, second)
    with acting(world.owner_low):
        second = actions.change(patrol=second, by=world.owner_low, **hours)
    assert second.commander_id is None
