"""A caller of the API, and rows for it to find."""

from typing import Any

import pytest

from agencies.actions import posts
from agencies.context import acting
from agencies.models import Post
from tests.api.http import Api, system
from tests.world import PLACE, World


@pytest.fixture
def api(world: World) -> Api:
    """KG-BS's system."""
    return system(world, "KG-BS")


def make_posts(world: World, count: int, **values: Any) -> list[Post]:
    """Let KG-BS have some posts."""
    with acting(world.owner):
        return [
            posts.create_post(
                by=world.owner, code=f"N-{n}", name=f"{n}", place=PLACE, **values
            )
            for n in range(count)
        ]
