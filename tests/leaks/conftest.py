"""What tests of leak vectors share: the models, everybody's session, the feed."""

from dataclasses import dataclass
from typing import Any

import pytest

from agencies.actions import releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.records import Owned
from live import journal, sequencer
from tests.api.http import Api, officer
from tests.leaks import routes
from tests.leaks.seed import OWNED
from tests.world import World

MODELS = pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
READ = [r for r in routes.routes() if r.is_read and not r.parameters]


@dataclass
class Visits:
    """Everybody's session, and the API's addresses by model."""

    world: World
    sessions: dict[str, Api]

    def __getitem__(self, name: str) -> Api:
        """Log somebody in at first use."""
        if name not in self.sessions:
            self.sessions[name] = officer(self.world, name)
        return self.sessions[name]


@pytest.fixture
def visits(world: World) -> Visits:
    """Return the small world's people, not yet logged in."""
    return Visits(world, {})


def list_of(model: type[Owned]) -> str:
    """Return the address of a model's list in the API."""
    [found] = [
        r for r in routes.routes() if r.is_api and r.model is model
        and not r.parameters and "get" in r.view.actions
    ]  # fmt: skip
    return routes.address(found, {})


def frames(world: World, name: str) -> list[dict[str, Any]]:
    """Return all that the feed has for an officer."""
    with system("test"):
        while sequencer.sequence():
            pass
    actor = world.actor(name)
    with acting(actor):
        return [e.frame() for e in journal.read(actor.keys, after=0, limit=5000)]


def revoke(world: World, row: Any) -> None:
    """End all releases of a row."""
    by = world.owner
    with acting(by):
        for made in Release.objects.visible_to(by).of(row).live():
            releases.revoke(record=row, release_id=made.pk, by=by)
