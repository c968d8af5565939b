"""Each endpoint makes so many queries, whatever it shows."""

import pytest

from benchmarks.endpoints import DETAILS
from benchmarks.queries import Asked
from benchmarks.system import System

# With who asks, their keys and the page. A number that falls is lowered here.
COUNTS = {
    "events list": 3,
    "incidents list": 3,
    # With the border sections and the zones around its place, and whether it was
    # noted who opened it; the first look in ten minutes makes two more.
    "incidents detail": 6,
    "patrols list": 3,
    "patrols detail": 3,
    "reports list": 3,
    "reports detail": 3,
    "positions list": 3,
    "positions detail": 3,
    "dashboard": 7,
    "incidents page": 7,
    "open incidents": 6,
    "incidents on the map": 6,
    "numbers page": 18,
    "patrols page": 15,
    "patrols under way": 7,
    "patrols on the map": 6,
    "places on the map": 10,
    "reports page": 7,
}


def test_each_endpoint_makes_its_number_of_queries(said: dict[str, list[str]]) -> None:
    assert {name: len(statements) for name, statements in said.items()} == COUNTS


@pytest.mark.parametrize("kind", DETAILS)
def test_a_longer_list_makes_no_more_queries(
    kind: str, reading: System, asked: Asked
) -> None:
    # A process reads agencies and rights once, whoever asks first.
    asked.statements(f"/api/v1/{kind}/?limit=1")
    few = asked.statements(f"/api/v1/{kind}/?limit=50")
    many = asked.statements(f"/api/v1/{kind}/?limit=150")
    assert len(few) == len(many)
