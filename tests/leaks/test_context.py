"""Nobody sees nothing, and a connection keeps no actor (leak vectors L28, L40)."""

import pytest

from agencies.context import acting, system
from agencies.models import Agency
from agencies.records import guarded_models
from incidents.actions import life
from live.models import Event
from tests.leaks import seed, watchers
from tests.leaks.town import furnish
from tests.world import World


def test_nobody_sees_nothing(world: World) -> None:
    """Without an actor every guarded table of a full town looks empty."""
    furnish(world)
    seed.hand_over(world)
    seed.rosters(world)
    begun, *_others = watchers.stand(world, "owner")
    low = world.owner_low
    with acting(low):
        reported = seed.add(low, "incident")
    watchers.call()
    with acting(low):
        life.resolve(incident=reported, by=low)
    watchers.hand_over(world, begun, "owner", "owner_low")
    watchers.set_standing(world, "owner", "agency:TJ-BT")
    seed.report_again(world, "owner")
    with system("test"):
        empty = [m for m in guarded_models() if not m._base_manager.exists()]
        assert not empty
    for model in guarded_models():
        assert model._base_manager.count() == 0, model


@pytest.mark.parametrize("is_error", [False, True])
def test_a_connection_keeps_no_actor(world: World, is_error: bool) -> None:
    """After an actor's block, however it ends, the keys are gone (L40)."""
    try:
        with acting(world.owner):
            assert Agency.objects.exists()
            if is_error:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    with system("test"):
        assert Event.objects.exists()
    assert not Event.objects.exists()
