"""What reads a growing table reads an index of it, under row security."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from agencies.context import acting
from agencies.policy import Actor
from benchmarks.growth import questions
from benchmarks.queries import Asked
from benchmarks.system import System

# What grows with the years; a place, a programme or an account does not.
GROWING = {
    "incidents_incident",
    "incidents_acknowledgement",
    "patrols_patrol",
    "patrols_fix",
    "intel_report",
    "agencies_release",
    "live_event",
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all nodes of a plan."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def whole_tables(statements: list[str]) -> Iterator[str]:
    """Yield what would read a growing table from end to end."""
    for statement in statements:
        if not statement.startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + statement)
            (content,) = cursor.fetchone()
        plan = json.loads(content) if isinstance(content, str) else content
        for node in nodes(plan[0]["Plan"]):
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING:
                yield f"{node['Relation Name']}: {statement[:4000]}"


def test_endpoints_read_by_index(
    reading: System, said: dict[str, list[str]], actor: Actor
) -> None:
    found = []
    with acting(actor):
        for name, statements in said.items():
            found += [(name, one) for one in whole_tables(statements)]
    assert not found


# A reader of few rows asks the same with other keys.
@pytest.mark.parametrize(
    "name", [n for n, q in questions().items() if q[0] != "narrow"]
)
def test_filters_and_windows_read_by_index(
    name: str, reading: System, asked: Asked, actor: Actor
) -> None:
    reader, path = questions()[name]
    patrol = asked.get("/api/v1/patrols/").json()["results"][0]["id"]
    with_keys = reading.world.owner if reader == "page" else actor
    statements = asked.statements(path.format(patrol=patrol))
    with acting(with_keys):
        assert not list(whole_tables(statements))
