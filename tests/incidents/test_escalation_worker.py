"""Escalations with real processes: workers that die, beats that are away, or two."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
import redis
from django.db import connections
from django.utils import timezone

from agencies.context import acting, system
from incidents.actions import reach, rules
from incidents.models import Escalation, EscalationRule, Notice
from live import sequencer
from live.models import Event
from tests.database import cursor_in
from tests.incidents.test_watch import begin, plan
from tests.stack import PATIENCE, Stack, brokered, is_busy, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]
# After the step's time, at most; more where the machine does much else as well.
LATE, LATE_IF_BUSY = timedelta(seconds=2), timedelta(seconds=20)
MANY = 8


@pytest.fixture
def broker(django_db_blocker: Any, monkeypatch: Any, tmp_path: Any) -> Iterator[Stack]:
    """A database and Redis; e-mails go into files."""
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{tmp_path}")
    monkeypatch.setenv("TASK_LOG", "1")
    with brokered("watch", django_db_blocker) as made:
        yield made


def prepare(stack: Stack) -> None:
    """Put two officers on duty, who have addresses, and call both, one by one."""
    world = stack.world
    begin(world, plan(world, deputy=world.officers["owner_low"]))
    for name in ("owner", "owner_low"):
        by = world.actor(name)
        with acting(by):
            reach.set_reachability(email=f"{name}@agency.example", by=by)
    by = world.owner
    steps = [{"after": 1, "whom": whom, "mail": True} for whom in ("on_duty", "deputy")]
    with acting(by):
        rules.create_rule(by=by, name="All", steps=steps, repeats=1)


def report(stack: Stack, ages: list[float]) -> None:
    """Report incidents that were told so many seconds ago, and let that be known."""
    for age in ages:
        row = stack.report("agency:KG-BS", by="partner")
        with cursor_in(stack.name) as cursor:
            # Its policies are for the application's roles.
            cursor.execute(
                "ALTER TABLE live_event NO FORCE ROW LEVEL SECURITY;"
                "UPDATE live_event SET at = now() - %s * interval '1 second'"
                " WHERE subject_id = %s;"
                "ALTER TABLE live_event FORCE ROW LEVEL SECURITY",
                [age, str(row.pk)],
            )
    with system("test"):
        EscalationRule.objects.update(created_at="2020-01-01T00:00:00Z")
    while sequencer.sequence():
        pass


def rows() -> list[Escalation]:
    with system("test"):
        return list(Escalation.objects.order_by("pk"))


def due_in(seconds: float, *only: Escalation) -> dict[Any, Any]:
    """Let the next steps be due in some seconds; return the times."""
    at = timezone.now() + timedelta(seconds=seconds)
    ids = [one.pk for one in only or rows()]
    with system("test"):
        Escalation.objects.filter(pk__in=ids).update(due_at=at)
    return dict.fromkeys(ids, at)


def taken(step: int) -> dict[Any, Any]:
    """Return when a step was taken, by the escalation; each called its officer once."""
    with system("test"):
        found = list(Notice.objects.filter(step=step).values_list("escalation", "at"))
    assert len(dict(found)) == len(found)
    return dict(found)


def times_told(step: int) -> int:
    """Return how often the journal says that a step was taken."""
    with system("test"):
        told = Event.objects.filter(kind="escalation.stepped", detail__step=step)
        return told.count()


def allowed() -> timedelta:
    """Return how late a step may be now."""
    return LATE_IF_BUSY if is_busy() else LATE


def hold_to_it(step: int, due: dict[Any, Any]) -> None:
    """Hold that a step of each was taken once, not before its time, nor late."""
    wait_until(lambda: len(taken(step)) >= len(due), PATIENCE, every=0.1)
    for pk, at in taken(step).items():
        assert timedelta(0) <= at - due[pk] <= allowed()
    assert times_told(step) == len(due)


def wait_for_ticks(stack: Stack, number: int) -> None:
    """Wait until so many beats start the task: nobody else does when nothing is new."""
    ticking = set()
    with redis.Redis.from_url(stack.redis_url) as client, client.monitor() as heard:
        for one in heard.listen():
            if one["command"].startswith("LPUSH prompt "):
                ticking.add(one["client_port"])
            if len(ticking) == number:
                return


@contextmanager
def journal_held(stack: Stack) -> Iterator[None]:
    """Let nobody write an event: who takes a step stops in the middle of it."""
    place = connections["owner"].settings_dict
    held = psycopg2.connect(
        host=place["HOST"], port=place["PORT"], user=place["USER"], dbname=stack.name
    )
    try:
        held.cursor().execute("LOCK TABLE live_event IN SHARE MODE")
        yield
    finally:
        held.close()


def is_in_the_middle(stack: Stack) -> bool:
    """Whether somebody waits to write an event."""
    with cursor_in(stack.name) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND relation = 'live_event'::regclass"
        )
        return bool(cursor.fetchone()[0])


def test_each_step_is_taken_once_and_in_time_whatever_dies(
    broker: Stack, tmp_path: Any
) -> None:
    for name in ("worker", "worker-2", "beat"):
        broker.start(name)
    with broker.database():
        prepare(broker)
        wait_until(lambda: "ready" in broker.log("worker"), PATIENCE, every=0.2)
        wait_until(lambda: "ready" in broker.log("worker-2"), PATIENCE, every=0.2)
        report(broker, [50 + n / 4 for n in range(MANY)])
        wait_until(lambda: len(rows()) == MANY, PATIENCE, every=0.1)

        # The schedule is away: the workers know the moment themselves.
        broker.kill("beat")
        assert not taken(0)
        hold_to_it(0, {one.pk: one.due(0) for one in rows()})

        # Two schedules, and two workers.
        broker.start("beat")
        broker.start("beat-2")
        wait_for_ticks(broker, 2)
        hold_to_it(1, due_in(3))

        # A worker dies in the middle of a step; the other was there all the time.
        os.killpg(broker.processes["worker-2"].pid, signal.SIGSTOP)
        first = rows()[0]
        with journal_held(broker):
            due_in(0, first)
            wait_until(lambda: is_in_the_middle(broker), PATIENCE)
            os.killpg(broker.processes["worker-2"].pid, signal.SIGCONT)
            broker.kill("worker")
            assert not taken(2)
        freed = timezone.now()
        wait_until(lambda: taken(2), PATIENCE, every=0.1)
        assert list(taken(2)) == [first.pk]
        assert taken(2)[first.pk] - freed < allowed()
        assert [times_told(step) for step in range(3)] == [MANY, MANY, 1]

        wait_until(lambda: mails() == {"sent"}, PATIENCE, every=0.2)
    files = [path.read_text() for path in tmp_path.iterdir()]
    sent = [one for text in files for one in text.split("-" * 79)]
    assert 2 <= len([one for one in sent if "open the platform" in one]) <= 2 * MANY + 1


def mails() -> set[str]:
    """Return what became of the e-mails; each was tried once."""
    with system("test"):
        found = list(Notice.objects.values_list("mail", "mail_attempts"))
    assert {attempts for _mail, attempts in found} <= {0, 1}
    return {mail for mail, _attempts in found}
