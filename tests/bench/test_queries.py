"""Each endpoint makes so many queries, whatever it shows."""

import pytest

from benchmarks.endpoints import DETAILS
from benchmarks.queries import Asked
from benchmarks.system import System

# With who asks, their keys and the page. A number that falls is lowered here.
COUNTS = {
    "events list": 7,
    "incidents list": 5,
    "incidents detail": 5,
    "patrols list": 5,
    "patrols detail": 5,
    "reports list": 5,
    "reports detail": 5,
    "positions list": 5,
    "positions detail": 5,
    "dashboard": 10,
    "incidents page": 8,
    "open incidents": 7,
    "incidents on the map": 7,
    "patrols page": 15,
    "patrols under way": 8,
    "patrols on the map": 7,
    "places on the map": 11,
    "reports page": 8,
}


def test_each_endpoint_makes_its_number_of_queries(said: dict[str, list[str]]) -> None:
    assert {name: len(statements) for name, statements in said.items()} == COUNTS


@pytest.mark.parametrize("kind", DETAILS)
def test_a_longer_list_makes_no_more_queries(
    kind: str, reading: System, asked: Asked
) -> None:
    few = asked.statements(f"/api/v1/{kind}/?limit=50")
    many = asked.statements(f"/api/v1/{kind}/?limit=150")
    assert len(few) == len(many)
