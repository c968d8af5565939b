"""The raw statements that lists are measured against write the same JSON."""

import json
from datetime import datetime
from typing import Any

import pytest

from agencies.context import acting
from agencies.policy import Actor
from benchmarks import raw
from benchmarks.queries import Asked
from benchmarks.system import System
from incidents.models import Incident
from tests.bench.conftest import ROWS


def values(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return what a statement is given."""
    keys = "{" + ",".join(actor.keys) + "}"
    given = {"keys": keys, "me": str(actor.agency_id), "limit": 50, "after": 0}
    return given | more


def plain(content: Any) -> Any:
    """Return JSON with times as moments, and with nothing but what both can know."""
    if isinstance(content, dict):
        return {k: plain(v) for k, v in content.items() if k not in UNEQUAL}
    if isinstance(content, list):
        return [plain(one) for one in content]
    if isinstance(content, str) and content[4:5] == "-" and "T" in content:
        return datetime.fromisoformat(content)
    return content


# Ciphers of places, which SQL does not know, and what is derived from the map's lines.
UNEQUAL = {"cursor", "next", "previous", "jurisdiction"}


@pytest.mark.parametrize("kind", raw.KINDS)
def test_a_list_is_the_same(
    kind: str, reading: System, asked: Asked, actor: Actor
) -> None:
    shown = asked.get(f"/api/v1/{kind}/").json()
    with acting(actor):
        bare = raw.one(raw.list_sql(kind), values(actor))
    assert len(shown["results"]) == 50
    assert plain(shown) == plain(json.loads(bare or ""))


@pytest.mark.parametrize("kind", raw.KINDS)
def test_a_detail_is_the_same(
    kind: str, reading: System, asked: Asked, actor: Actor
) -> None:
    pk = asked.get(f"/api/v1/{kind}/").json()["results"][20]["id"]
    shown = asked.get(f"/api/v1/{kind}/{pk}/").json()
    with acting(actor):
        bare = raw.one(raw.detail_sql(kind), values(actor, id=pk))
    assert plain(shown) == plain(json.loads(bare or ""))


def test_the_feed_is_the_same(reading: System, asked: Asked, actor: Actor) -> None:
    shown = asked.get("/api/v1/events/?limit=50").json()
    with acting(actor):
        bare = raw.one(raw.EVENTS, values(actor))
    assert len(shown["results"]) == 50
    assert plain(shown) == plain(json.loads(bare or ""))


def test_the_reader_sees_thirty_of_a_hundred(reading: System, actor: Actor) -> None:
    with acting(actor):
        seen = Incident.objects.visible_to(actor).count()
    assert 0.28 < seen / ROWS < 0.32
