"""The task that opens patrols: twice, by two workers at once, past refusals."""

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from agencies.context import acting, system
from patrols import actions, leads
from patrols.models import Patrol, Programme
from patrols.rotation import deviations
from patrols.tasks import open_patrols
from tests.database import at_once
from tests.patrols.series import a_programme, days_ahead
from tests.world import World


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
        rows = leads.seen_entries(programme, by)
    assert [one.slot.lead for one in rows][:5] == [p.lead.code for p in begun]
    after = deviations([one.slot for one in rows])
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


def test_two_workers_at_once(committed: World) -> None:
    a_programme(committed)
    counts = at_once(*[open_patrols] * 3)
    assert sorted(counts) == [0, 0, 28]
    with system("test"):
        assert Patrol.objects.count() == 28
