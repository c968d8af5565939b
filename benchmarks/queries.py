"""How many queries each endpoint makes, whatever its rows.

Counted in this process, with the request's whole way through the middleware: who asks,
their keys, the page. ``tests/bench`` holds the numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.context import acting
from agencies.policy import Actor
from benchmarks.endpoints import DETAILS
from benchmarks.figures import Figure

PAGES = {
    "dashboard": "/",
    "incidents page": "/incidents/",
    "open incidents": "/incidents/open/",
    "incidents on the map": "/incidents/map.geojson",
    "numbers page": "/incidents/numbers/",
    "patrols page": "/patrols/",
    "patrols under way": "/patrols/under-way/",
    "patrols on the map": "/patrols/map.geojson",
    "places on the map": "/patrols/places.geojson",
    "reports page": "/intel/",
}
# Not for the database, or without work there.
_FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks: an agency's system by token, an officer by session."""

    token: str
    session: str
    cookie: str

    def get(self, path: str) -> Any:
        """Return the answer to a GET by the system, or of a page by the officer."""
        client = Client(headers={"host": "localhost"})
        if path.startswith("/api/"):
            return client.get(path, headers={"authorization": f"Bearer {self.token}"})
        client.cookies[self.cookie] = self.session
        return client.get(path)

    def statements(self, path: str) -> list[str]:
        """Return what one request asks of the database, transactions aside."""
        with CaptureQueriesContext(connection) as captured:
            answer = self.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path}: {answer.status_code} {answer.content[:300]}")
        said = [str(query["sql"]) for query in captured.captured_queries]
        return [sql for sql in said if not sql.startswith(_FRAME)]


def addresses(actor: Actor) -> dict[str, str]:
    """Return the API's lists, the newest row of each, and the pages."""
    found = {"events list": "/api/v1/events/?limit=50"}
    with acting(actor):
        for name, model in DETAILS.items():
            found[f"{name} list"] = f"/api/v1/{name}/"
            row: Any = model.objects.visible_to(actor).first()
            found[f"{name} detail"] = f"/api/v1/{name}/{row.pk}/"
    return found | PAGES


def said(actor: Actor, asked: Asked) -> dict[str, list[str]]:
    """Return the statements of each address."""
    # The first request of a session marks it as seen.
    asked.get("/")
    found = addresses(actor)
    # The first look at a partner's incident in ten minutes is noted.
    asked.get(found["incidents detail"])
    return {name: asked.statements(path) for name, path in found.items()}


def measure(actor: Actor, asked: Asked) -> Iterator[Figure]:
    """Yield the counts; nothing is asked of them but that they stay."""
    for name, statements in said(actor, asked).items():
        yield Figure(f"{name}, queries", len(statements), "queries")
