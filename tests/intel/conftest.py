"""One report, and who reads it."""

from typing import Any

import pytest

from agencies.context import acting
from intel import actions
from intel.models import Report
from tests.incidents.conftest import Readers
from tests.world import PLACE, World

BASE = "/api/v1/reports/"
SECRETS = ["CANARY-TITLE", "CANARY-BODY", "CANARY-SOURCE", "70.6"]


def values(**more: Any) -> dict[str, Any]:
    """Return the columns of a report, for the action."""
    return {
        "title": "CANARY-TITLE",
        "body": "CANARY-BODY",
        "tear_line_text": "What may be told",
        "source_note": "CANARY-SOURCE",
        "topics": ["drugs", "smuggling"],
        "source_grade": "B",
        "information_grade": 2,
        "place": PLACE,
    } | more


def body(**more: Any) -> dict[str, Any]:
    """Return a new report as the API takes it."""
    place = {"type": "Point", "coordinates": [70.6, 40.1]}
    return values() | {"place": place} | more


def write(world: World, by: str = "owner", **more: Any) -> Report:
    """Write a report through the action."""
    actor = world.actor(by)
    release_to = more.pop("release_to", ())
    with acting(actor):
        return actions.write(by=actor, release_to=release_to, **values(**more))


@pytest.fixture
def readers(world: World) -> Readers:
    """Browsers of owner, partner, late, outsider and the rest."""
    return Readers(world)


@pytest.fixture
def report(world: World) -> Report:
    """A report of KG-BS that nobody else was released."""
    return write(world)


@pytest.fixture
def shared(world: World) -> Report:
    """A report of KG-BS, released to TJ-BT in full."""
    return write(world, release_to=["agency:TJ-BT"])
