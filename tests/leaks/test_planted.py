"""The harnesses can fail: leaks are planted one at a time, and each is caught.

Every plant is a fault that a change could bring in. Without it the responsible check
is green, with it red. The town stands in a database of its own, really committed, so
that policies can be switched off from outside as a migration would.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections, transaction
from django.db.models import F
from django.test import Client as Browser

from agencies import shown
from agencies.actions import releases
from agencies.context import system
from agencies.gateway import CursorPages, actor_of
from agencies.rest import ReadViewSet
from incidents.models import Incident
from live import feed
from patrols.serializers.patrols import PatrolSerializer
from tests.database import copied, using
from tests.leaks import catalogue, inside, outside
from tests.leaks.town import Town, furnish
from tests.world import standing

Plant = Callable[[], AbstractContextManager[Any]]


class Scene:
    """A furnished town with everybody logged in and listening."""

    def __init__(self) -> None:
        """Build it for good."""
        self.town: Town = furnish(standing())
        self.browsers: dict[str, Browser] = self.town.browsers()
        self.sockets = inside.Sockets(self.town, inside.credentials(self.browsers))
        self.town.oracle.remember()

    def look(self) -> None:
        """Let an outsider, and a partner's system, use all of the API."""
        # Undone: it is noted who opened what, and the other harnesses know of none.
        with transaction.atomic():
            for name in ("outsider", "partner_system"):
                outside.check_api(outside.Visit(self.town, name, self.browsers[name]))
            transaction.set_rollback(True)

    def read(self) -> None:
        """Read all tables as everybody."""
        inside.check_database(self.town)

    def listen(self) -> None:
        """Report something to nobody; hear who is told."""
        self.town.make("incident", "owner", level=2, must=True)
        self.town.oracle.remember()
        self.sockets.check(self.town)

    def compare(self) -> None:
        """An outsider's lists stay what they are while something is hidden there."""
        before = outside.transcript(self.browsers["outsider"])
        self.town.make("incident", "owner", must=True)
        after = outside.transcript(self.browsers["outsider"])
        assert after == before, "the lists tell of what is hidden"

    def revoke(self) -> None:
        """What was released and revoked is seen no more."""
        with transaction.atomic():
            town = self.town.branch()
            record = town.make("incident", "owner", must=True)
            assert record
            made = town.release("owner", record, "agency:KZ-BS", must=True)
            assert made
            town.oracle.remember()
            town.revoke("owner", made)
            inside.check_database(town)
            transaction.set_rollback(True)

    def scan(self) -> None:
        """Read the catalogue."""
        faults = catalogue.scan()
        assert not faults, faults


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """One scene for all plants: each is taken out again."""
    with copied("planted", django_db_blocker) as name, using(name):
        yield Scene()


@contextmanager
def altered(plant: str, undo: str) -> Iterator[None]:
    """Alter the database as its owner, for a while."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(plant)
        try:
            yield
        finally:
            cursor.execute(undo)


def no_policies(table: str) -> AbstractContextManager[None]:
    """Switch row-level security off on one table."""
    return altered(
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    )


def not_forced(table: str) -> AbstractContextManager[None]:
    """Let the table's owner, and what runs with its rights, see past the policies."""
    return altered(
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    )


def wide_policy(table: str) -> AbstractContextManager[None]:
    """Add a policy that lets everything through: permissive ones add up."""
    return altered(
        f"CREATE POLICY plant ON {table} FOR SELECT USING (true)",
        f"DROP POLICY plant ON {table}",
    )


def view_of(table: str) -> AbstractContextManager[None]:
    """Make a view, which reads with its owner's rights."""
    return altered(f"CREATE VIEW plant AS SELECT id FROM {table}", "DROP VIEW plant")


def forgotten_filter() -> AbstractContextManager[Any]:
    """A view that starts from all rows, and narrows them as its list is meant."""
    return patch.object(
        ReadViewSet,
        "get_queryset",
        lambda self: self.narrowed(self.queryset._chain(), actor_of(self.request)),
    )


@contextmanager
def forgotten_filter_without_net() -> Iterator[None]:
    """The same, and no row-level security behind it."""
    with forgotten_filter(), no_policies("incidents_incident"):
        yield


def total_count() -> AbstractContextManager[Any]:
    """A number over all rows beside a page of some."""
    answer = CursorPages.get_paginated_response

    def counted(self: Any, data: Any) -> Any:
        response = answer(self, data)
        with system("test"):
            response.data["count"] = Incident.objects.count()
        return response

    return patch.object(CursorPages, "get_paginated_response", counted)


def wide_socket() -> AbstractContextManager[Any]:
    """A hub that tells everybody of an agency what its best cleared staff may know."""

    def frames(self: feed.Look, reader: Any) -> Any:
        own = f"agency:{reader.actor.agency}/0"
        found = [f for keys, f in self.shared.items() if own in keys]
        return max(found, key=len, default=[])

    return patch.object(feed.Look, "frames", frames)


@contextmanager
def open_reference() -> Iterator[None]:
    """A foreign key that goes out whether or not its row may be seen."""
    before = PatrolSerializer.expressions.__func__  # type: ignore[attr-defined]

    def expressions(cls: Any, actor: Any) -> Any:
        return {**before(cls, actor), "zone": F("zone_id")}

    shown._compiled.cache_clear()
    with patch.object(PatrolSerializer, "expressions", classmethod(expressions)):
        yield
    shown._compiled.cache_clear()


def lasting_release() -> AbstractContextManager[Any]:
    """A revocation that does not take the record away."""
    return patch.object(releases, "withdraw", lambda row, by: None)


PLANTS: dict[str, tuple[Plant, str, str]] = {
    "a view that forgets visible_to": (
        forgotten_filter_without_net, "look", "outsider at /api/v1/incidents/",
    ),
    "a count of hidden rows": (total_count, "compare", "tell of what is hidden"),
    "a socket group too wide": (wide_socket, "listen", "owner_low is told"),
    "a foreign key that resolves a hidden row": (
        open_reference, "look", "partner_system at /api/v1/patrols/",
    ),
    "a policy switched off": (
        lambda: no_policies("agencies_release"), "read", "the tables leak",
    ),
    "a policy switched off, in the catalogue": (
        lambda: no_policies("agencies_release"), "scan", "not enabled and forced",
    ),
    "a policy not forced": (
        lambda: not_forced("live_event"), "scan", "not enabled and forced",
    ),
    "a policy too wide": (
        lambda: wide_policy("incidents_logentry"), "read", "the tables leak",
    ),
    "a policy too wide, in the catalogue": (
        lambda: wide_policy("incidents_logentry"), "scan", "policy plant",
    ),
    "a view with its owner's rights": (
        lambda: view_of("intel_report"), "scan", "security_invoker",
    ),
    "a release that outlives its end": (
        lasting_release, "revoke", "tells outsider of incident.released",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_leak_is_caught(scene: Scene, name: str) -> None:
    """Green without it, red with it, and for the right reason."""
    plant, harness, said = PLANTS[name]
    check = getattr(scene, harness)
    check()
    with plant(), pytest.raises(AssertionError, match=said):
        check()


@pytest.mark.slow
def test_row_security_is_the_net(scene: Scene) -> None:
    """A view that forgets visible_to shows nothing more, as long as the net is up."""
    with forgotten_filter():
        scene.look()
