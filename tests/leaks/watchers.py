"""The watch in the small world: rules, duties, calls, and a change of shift."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from agencies.context import acting, system
from incidents import tasks
from incidents.actions import hand_overs, reach, rules, standing, watch
from incidents.models import Escalation, Notice
from live import sequencer
from tests.world import World


def add_rule(world: World, name: str) -> None:
    """Let an officer's agency call all its liaison officers after a minute."""
    by = world.actor(name)
    steps = [{"after": 1, "whom": "role:liaison", "mail": True}]
    with acting(by):
        rules.create_rule(by=by, name="N", steps=steps)


def set_standing(world: World, name: str, grantee: str) -> None:
    """Let an officer's agency release by rule what no test reports, and change it."""
    by = world.actor(name)
    with acting(by):
        row = standing.set_standing(
            by=by, name="N", grantee=grantee, categories=["terrorism"]
        )
        standing.change_standing(standing=row, hours=2, by=by)


def stand(world: World, *names: str) -> list[Any]:
    """Give the agencies of some officers a rule, and a watch that these begin."""
    begun = []
    for name in names:
        add_rule(world, name)
        by = world.actor(name)
        now = timezone.now()
        with acting(by):
            reach.set_reachability(email=f"{name}@agency.example", by=by)
            duty = watch.plan_duty(
                officer=world.officers[name],
                starts_at=now,
                ends_at=now + timedelta(hours=8),
                by=by,
            )
            begun.append(watch.start_duty(duty=duty, by=by))
    return begun


def call() -> None:
    """Open all escalations that there are to open, and take a step of each."""
    while sequencer.sequence():
        pass
    while tasks.follow_incidents():
        pass
    with system("test"):
        # Those of this world alone: what waited before has its own time.
        Escalation.objects.open().filter(step=0).update(due_at=timezone.now())
    tasks.take_steps()


def hand_over(world: World, duty: Any, name: str, to: str) -> Any:
    """Hand a watch over to a colleague, who takes it; return the next turn."""
    by, taker = world.actor(name), world.actor(to)
    with acting(by):
        following = watch.plan_duty(
            officer=world.officers[to],
            starts_at=duty.ends_at,
            ends_at=duty.ends_at + timedelta(hours=8),
            by=by,
        )
        row = hand_overs.offer_hand_over(duty=duty, to=following, remark="R", by=by)
    with acting(taker):
        hand_overs.accept_hand_over(hand_over=row, by=taker)
    return following


def calls() -> set[tuple[Any, str]]:
    """Return who was called about which incident."""
    with system("test"):
        return set(Notice.objects.values_list("incident", "officer__username"))
