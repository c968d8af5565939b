"""Rosters of the small world: who can go, a programme, and what workers do."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from agencies.actions import accounts, personnel
from agencies.context import acting, system
from agencies.models import Absence, Officer
from agencies.policy import Actor, Role
from patrols import actions
from patrols.models import Assignment, Patrol, Programme, Roster
from patrols.roster_run import run_next
from tests.patrols.series import a_programme, days_ahead
from tests.world import World

DAYS = 4


def recruit(
    world: World, agency: str, name: str, *roles: str, clearance: int = 0
) -> Officer:
    """Add an officer with a call sign; a commander gets the paper for it."""
    by = world.admin
    with acting(by):
        officer = accounts.create_officer(
            username=name,
            password="a long pass phrase 8",
            agency=world.agencies[agency],
            name=f"Name of {name}",
            call_sign=f"{name.upper()}-CALL",
            clearance=clearance,
            roles=list(roles),
            by=by,
        )
    if Role.COMMANDER in roles:
        certify(world, officer)
    return officer


def certify(world: World, officer: Officer) -> None:
    """Let an officer hold the commanders' paper."""
    code = officer.agency.code if officer.agency else ""
    by = world.owner if code == "KG-BS" else world.partner
    with acting(by):
        personnel.certify(officer=officer, name="commander", by=by)


def force(world: World) -> dict[str, Officer]:
    """Return those who can go: two commanders and crew of each of two agencies."""
    return {
        name: recruit(world, agency, name, *roles)
        for agency, name, roles in [
            ("KG-BS", "kg-one", (Role.COMMANDER,)),
            ("KG-BS", "kg-two", (Role.COMMANDER,)),
            ("KG-BS", "kg-three", (Role.CREW,)),
            ("TJ-BT", "tj-one", (Role.COMMANDER,)),
            ("TJ-BT", "tj-two", (Role.COMMANDER,)),
        ]
    }


def opened(
    world: World, days: int = DAYS, by: Actor | None = None, **values: Any
) -> Programme:
    """Return a daily programme with the patrols of some days opened."""
    by = by or world.owner
    programme = a_programme(world, by=by, **values)
    with acting(by):
        actions.open_patrols(programme=programme, upto=days_ahead(days), by=by)
    return programme


def asked(
    world: World, by: Actor | None = None, days: int = DAYS, **values: Any
) -> Roster:
    """Ask for a roster of the days ahead."""
    by = by or world.owner
    today = timezone.localdate()
    with acting(by):
        return actions.request_roster(
            by=by,
            **(
                {
                    "agreement": world.agreement,
                    "from_on": today,
                    "until_on": today + timedelta(days=days),
                    "seconds": 5,
                }
                | values
            ),
        )


def again(roster: Roster) -> Roster:
    """Return a roster as it is in the table."""
    with system("test"):
        return Roster.objects.select_related("owner").get(pk=roster.pk)


def ready(world: World, **values: Any) -> Roster:
    """Return a roster that was worked out."""
    roster = asked(world, **values)
    assert run_next()
    return again(roster)


def publish(world: World, roster: Roster) -> Roster:
    """Publish one's own."""
    by = world.owner
    with acting(by):
        return actions.publish_roster(roster=roster, by=by)


def active(**values: Any) -> list[Assignment]:
    """Return who is sent, whoever may see it."""
    with system("test"):
        rows = Assignment.objects.filter(is_active=True, **values)
        return list(rows.select_related("officer", "agency", "patrol"))


def patrols() -> list[Patrol]:
    """Return all patrols, in order."""
    with system("test"):
        return list(Patrol.objects.order_by("starts_at"))


def away(world: World, officer: Officer, kind: str = "leave") -> Absence:
    """Send somebody away for all the days."""
    by = world.owner if officer.agency_id == world.owner.agency_id else world.partner
    with acting(by):
        return personnel.enter_absence(
            officer=officer,
            kind=kind,
            starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(days=30),
            by=by,
        )
