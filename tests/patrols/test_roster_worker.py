"""A worker that is killed while it works a roster out, with real processes."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery

from agencies.context import acting, system
from live.models import Event
from patrols import actions
from patrols.models import Assignment, Roster, RosterState, RosterWork
from tests.patrols.rosters import again, asked, opened, recruit
from tests.stack import PATIENCE, Stack, brokered, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]
LEASE = 3


@pytest.fixture
def broker(django_db_blocker: Any, monkeypatch: Any) -> Iterator[Stack]:
    """A database and Redis, for workers whose leases are short."""
    monkeypatch.setenv("ROSTER_LEASE_SECONDS", str(LEASE))
    with brokered("worker", django_db_blocker) as made:
        yield made


def solve(stack: Stack) -> None:
    """Start the task, as the schedule and events do."""
    with Celery(broker=stack.redis_url) as app:
        app.send_task("patrols.tasks.solve_rosters", ignore_result=True)


def test_a_killed_workers_roster_is_worked_out_by_the_next(broker: Stack) -> None:
    with broker.database():
        for n in range(8):
            for code in ("KG-BS", "TJ-BT"):
                name = f"{code[:2].lower()}-{n}"
                recruit(broker.world, code, name, "commander" if n < 4 else "crew")
        opened(broker.world, days=40, demand={"places": {"KG-BS": 3, "TJ-BT": 3}})
        roster = asked(broker.world, days=40)

        def state() -> Any:
            found = again(roster)
            return found.state, found.claims

        broker.start("worker")
        solve(broker)
        wait_until(lambda: state() == (RosterState.SOLVING, 1), PATIENCE, every=0.05)
        broker.kill("worker")
        assert state() == (RosterState.SOLVING, 1)
        broker.start("worker-2")

        def is_taken_up() -> bool:
            # By two at once, over and over, as long as the dead one holds it, too.
            solve(broker)
            solve(broker)
            return bool(state() == (RosterState.SOLVING, 2))

        wait_until(is_taken_up, PATIENCE, every=0.3)
        by = broker.world.owner
        with acting(by):
            actions.stop_roster(roster=roster, by=by)
        wait_until(lambda: state()[0] == RosterState.READY, PATIENCE, every=0.1)
        done = again(roster)
        assert (done.claims, done.failure, done.lease_until) == (2, "", None)
        with system("test"):
            assert RosterWork.objects.count() == 1
            assert Roster.objects.count() == 1
            sent = Assignment.objects.filter(roster=roster).count()
            told = Event.objects.filter(kind="roster.ready").count()
        places = sum(sum(one.values()) for one in done.summary["asked"].values())
        assert sent == places - done.summary["terms"]["unfilled"] > 0
        assert told == 1
