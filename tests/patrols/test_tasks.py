"""The task that opens patrols: twice, by two workers at once, past refusals."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from agencies.context import acting, system
from patrols import actions
from patrols.models import Patrol, Programme
from patrols.rotation import deviations
from patrols.tasks import open_patrols
from tests.patrols.series import a_programme, days_ahead
from tests.world import World, build

KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "live_dispatch",
    "spatial_ref_sys",
}


def test_settings_name_the_task() -> None:
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "patrols.tasks.open_patrols" in names
    for names_of_kind in settings.EVENT_TASKS.values():
        for name in names_of_kind:
            assert import_string(name)


def test_opens_up_to_the_horizon_once(world: World) -> None:
    first = a_programme(world)
    a_programme(world, code="WEEK", zone_code="Z-2", horizon_days=7)
    assert open_patrols() == 28 + 7
    assert open_patrols() == 0
    with acting(world.partner):
        seen = Patrol.objects.visible_to(world.partner)
        assert seen.count() == 35
        assert {p.owner.code for p in seen} == {"KG-BS"}
        assert {p.author_id for p in seen} == {first.author_id}


def test_continues_what_a_planner_began(world: World) -> None:
    programme = a_programme(world)
    by = world.owner
    with acting(by):
        begun = actions.open_patrols(programme=programme, upto=days_ahead(5), by=by)
    assert open_patrols() == 23
    with acting(by):
        rows = Patrol.objects.visible_to(by).ledger(programme)
    assert [slot.lead for _at, slot in rows][:5] == [p.lead.code for p in begun]
    after = deviations([slot for _at, slot in rows])
    assert max(abs(d) for one in after for d in one.values()) < 1


def test_one_refusal_does_not_stop_the_others(world: World) -> None:
    a_programme(world)
    a_programme(world, code="OWN", zone_code="Z-2", entitlements={"KG-BS": 1})
    world.leave("TJ-BT")
    assert open_patrols() == 28


def test_paused_programmes_stay_closed(world: World) -> None:
    programme = a_programme(world)
    with acting(world.owner):
        actions.change_programme(programme=programme, by=world.owner, is_active=False)
    assert open_patrols() == 0


def test_only_the_system_opens_what_is_due(world: World) -> None:
    programme = a_programme(world)
    with acting(world.partner):
        # Visible to the partner, so that the answer comes from the rules alone.
        assert Programme.objects.visible_to(world.partner).exists()
        with pytest.raises(Exception, match=r".+"):
            actions.open_due(programme_id=programme.pk, by=world.partner)


@pytest.fixture
def committed_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Return the small world, committed, so that several connections share it."""
    with django_db_blocker.unblock():
        try:
            yield build()
        finally:
            connections["default"].close()
            # The roles of the application may not empty a table; its owner does.
            owner = connections["owner"]
            tables = set(owner.introspection.table_names()) - KEPT
            names = ", ".join(f'"{name}"' for name in sorted(tables))
            with owner.cursor() as cursor:
                cursor.execute(f"TRUNCATE {names} CASCADE")
            owner.close()


def test_two_workers_at_once(committed_world: World) -> None:
    a_programme(committed_world)
    counts: list[int] = []
    gate = threading.Barrier(3)

    def work() -> None:
        gate.wait()
        try:
            counts.append(open_patrols())
        finally:
            connections.close_all()

    workers: list[Any] = [threading.Thread(target=work) for _n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(counts) == [0, 0, 28]
    with system("test"):
        assert Patrol.objects.count() == 28
