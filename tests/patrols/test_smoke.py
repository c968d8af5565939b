from datetime import UTC, datetime
from agencies.context import acting
from patrols import actions
from patrols.models import Patrol
from patrols.tasks import open_patrols
from tests.patrols.series import *


def test_smoke(world):
    p = a_programme(world)
    with acting(world.owner):
        made = actions.open_patrols(programme=p, upto=days_ahead(9), by=world.owner)
    assert [m.lead.code for m in made] == ["KG-BS", "TJ-BT", "KG-BS"] * 3
    assert open_patrols() == 19
    assert open_patrols() == 0
    with acting(world.partner):
        assert Patrol.objects.visible_to(world.partner).count() == 28
    pa = under_way(world)
    with acting(world.partner):
        f = [actions.NewFix(datetime.now(UTC), (70.3, 40.1))]
        assert actions.add_fixes(patrol=pa, fixes=f * 2, by=world.partner) == 1
        assert actions.add_fixes(patrol=pa, fixes=f, by=world.partner) == 0
