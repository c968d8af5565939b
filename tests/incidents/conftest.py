"""One incident, who uses the API, and what both need."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.policy import Actor, Role
from incidents.actions import life
from incidents.models import Incident
from live import journal, sequencer
from tests.world import PASSWORD, PLACE, World

BASE = "/api/v1/incidents/"
# A new incident as the page sends it.
FORM = {
    "category": "drugs",
    "severity": "severe",
    "title": "Packages in a culvert",
    "occurred_at": "2026-01-31T13:00",
    "place": "40.12345, 70.54321",
    "narrative": "Found on the morning patrol.",
    "tlp": "amber",
    "level": "0",
}


def values(**more: Any) -> dict[str, Any]:
    """Return the columns of an incident, for the action."""
    return {
        "category": "smuggling",
        "severity": "moderate",
        "title": "CANARY-TITLE",
        "narrative": "CANARY-NARRATIVE",
        "place": PLACE,
        "occurred_at": datetime.now(UTC),
        "tlp": "amber",
        "level": 0,
    } | more


def body(**more: Any) -> dict[str, Any]:
    """Return a new incident as the API takes it."""
    given = values() | {
        "place": {"type": "Point", "coordinates": [70.6, 40.1]},
        "occurred_at": "2026-01-31T08:00:00Z",
    }
    return given | more


class Reader:
    """A browser of one officer, with the API's manners."""

    def __init__(self, world: World, name: str) -> None:
        """Log in."""
        self.client = Client()
        with system("authentication"):
            self.client.force_login(
                world.officers[name], backend="agencies.authentication.OfficerBackend"
            )

    def get(self, path: str = "", **query: Any) -> Any:
        """Read below the incidents."""
        return self.client.get(self.path(path), query)

    def post(self, path: str = "", data: Any = None, **headers: str) -> Any:
        """Send JSON."""
        return self.client.post(
            self.path(path), data, content_type="application/json", headers=headers
        )

    def patch(self, path: str, data: Any, **headers: str) -> Any:
        """Change something."""
        return self.client.patch(
            self.path(path), data, content_type="application/json", headers=headers
        )

    def delete(self, path: str) -> Any:
        """End something."""
        return self.client.delete(self.path(path))

    def send(self, path: str, data: Any = None, **headers: str) -> Any:
        """Send a page's form."""
        return self.client.post(self.path(path), data or {}, headers=headers)

    @staticmethod
    def path(path: str) -> str:
        """Return a whole path; a bare id is an incident's."""
        return path if path.startswith("/") else f"{BASE}{path}"


class Readers:
    """A reader for each officer of the small world."""

    def __init__(self, world: World) -> None:
        """Remember the world."""
        self.world = world

    def __getattr__(self, name: str) -> Reader:
        """Log an officer in at first use."""
        reader = Reader(self.world, name)
        setattr(self, name, reader)
        return reader


@pytest.fixture
def readers(world: World) -> Readers:
    """Browsers of owner, partner, late, outsider and the rest."""
    return Readers(world)


@pytest.fixture
def incident(world: World) -> Incident:
    """An incident of KG-BS that nobody else was released."""
    return report(world)


@pytest.fixture
def shared(world: World) -> Incident:
    """An incident of KG-BS, released to TJ-BT by name."""
    return report(world, release_to=["agency:TJ-BT"])


def report(world: World, by: str = "owner", **more: Any) -> Incident:
    """Report an incident through the action."""
    actor = world.actor(by)
    release_to = more.pop("release_to", ())
    with acting(actor):
        return life.report(by=actor, release_to=release_to, **values(**more))


def assert_hidden(
    reader: Reader, method: str, path: str, pk: UUID, data: Any = None
) -> None:
    """Hold that ``{id}`` in a path answers exactly like an id that nobody has."""
    real, none = (
        getattr(reader, method)(path.replace("{id}", str(each)), *([data] * bool(data)))
        for each in (pk, uuid4())
    )
    assert real.status_code == none.status_code == 404
    assert real.content == none.content
    assert headers(real) == headers(none)


def headers(response: Any) -> dict[str, str]:
    """Return an answer's headers without the one that is random."""
    return {k: v for k, v in response.headers.items() if k != "X-Request-ID"}


def problem(response: Any) -> tuple[int, str, list[str]]:
    """Return a problem's status, code and the places of its faults."""
    found = response.json()
    assert response["Content-Type"] == "application/problem+json", found
    return (
        response.status_code,
        found["code"],
        [error["pointer"] for error in found.get("errors", [])],
    )


def feed(world: World, name: str) -> list[tuple[str, UUID]]:
    """Return the kinds and subjects of the events of records an officer is sent."""
    while sequencer.sequence():
        pass
    actor = world.actor(name)
    with acting(actor):
        entries = journal.read(actor.keys, after=0, limit=1000)
    return [
        (entry.kind, entry.subject_id)
        for entry in entries
        if entry.subject_type in ("incident", "report")
    ]


def text(answer: Any) -> str:
    """Return a page that was found."""
    assert answer.status_code == 200, answer.content
    content: str = answer.content.decode()
    return content


def newest(world: World, by: str = "owner") -> Incident:
    """Return the incident reported last."""
    actor = world.actor(by)
    with acting(actor):
        rows = Incident.objects.visible_to(actor)
        return rows.select_related("owner").latest("created_at")


@contextmanager
def meanwhile(act: Callable[[], Any], by: Actor) -> Iterator[Callable[[], None]]:
    """Yield what lets somebody else act, for a second, or until it is done at last."""
    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[None]] = []

        def run() -> None:
            try:
                with acting(by):
                    act()
            finally:
                connections.close_all()

        def begin() -> None:
            begun.append(pool.submit(run))
            wait(begun, timeout=1)

        yield begin
        for one in begun:
            one.result()


def revoke(incident: Incident, by: Actor) -> None:
    """End the only release of an incident."""
    made = Release.objects.visible_to(by).of(incident).get()
    releases.revoke(record=incident, release_id=made.pk, by=by)


def staff(world: World, agency: str, roles: list[Role]) -> list[str]:
    """Give an agency an officer of each role, named after it."""
    with acting(world.admin):
        for role in roles:
            world.officers[role] = accounts.create_officer(
                username=role,
                password=PASSWORD,
                agency=world.agencies[agency],
                name=role,
                clearance=3,
                roles=[role],
                by=world.admin,
            )
    return list(roles)
