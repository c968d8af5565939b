"""Nobody meets a mark that is not theirs, wherever they go.

See ``crawl``: what is visited is discovered, what may be met is said by ``readers``.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from django.contrib import admin
from django.test import Client

from agencies.accounts import actor_of_token
from agencies.context import system as as_system
from agencies.openapi import document
from agencies.records import Owned
from config.asgi import sockets
from tests.api.http import token
from tests.database import copied, using
from tests.leaks import canaries, routes, seed
from tests.leaks.canaries import Canaries
from tests.leaks.crawl import Crawl
from tests.leaks.extent import IS_LONG
from tests.leaks.readers import Person, Readers
from tests.world import World, standing

# In ``make test`` those from whom most is hidden, and whom no other harness follows:
# the outsider reads both worlds there (``test_worlds``).
PEOPLE = ["partner", "system", "nobody"]
if IS_LONG:
    PEOPLE += [
        "outsider",
        "owner",
        "owner_admin",
        "owner_low",
        "owner_observer",
        "late",
        "admin",
    ]


@dataclass
class Marked:
    """A full world, marked, in a database of its own."""

    world: World
    marks: Canaries
    token: str


@pytest.fixture(scope="module")
def marked(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    """Fill a world and mark it; connections lead to it while the module runs."""
    with copied("crawl", django_db_blocker) as name, using(name):
        world = standing()
        names = canaries.name(world)
        seed.fill(world)
        bearer = token(world, "TJ-BT")
        marks = names | canaries.write()
        # Of rows that are marked by now.
        seed.report_again(world, "partner", "outsider")
        yield Marked(world, marks, bearer)


def visitor(marked: Marked, name: str) -> Crawl:
    """Return one person at the door."""
    world = marked.world
    client = Client(raise_request_exception=False)
    actor = None
    if name == "system":
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {marked.token}"
        with as_system("test"):
            actor = actor_of_token(marked.token)
    elif name != "nobody":
        actor = world.admin if name == "admin" else world.actor(name)
        with as_system("test"):
            officer = type(world.admin_officer).objects.get(pk=actor.officer_id)
            client.force_login(officer, "agencies.authentication.OfficerBackend")
    return Crawl(Person.of(name, actor), client, Readers(), marked.marks)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_meets_what_is_not_theirs(marked: Marked, name: str) -> None:
    """Every route, filter, method and frame, as one person."""
    crawl = visitor(marked, name)
    logging.disable(logging.ERROR)  # every refusal would be logged
    try:
        crawl.everywhere()
        crawl.frames()
    finally:
        logging.disable(logging.NOTSET)
    assert not crawl.leaks, "\n".join(dict.fromkeys(crawl.leaks))
    assert crawl.calls > 300
    # It is not blind: of every kind of record that the person may see, it met some.
    visible = {
        canary.model
        for canary in marked.marks.values()
        if issubclass(canary.model, Owned)
        and crawl.readers.may_read(crawl.person, canary)
    }
    assert visible <= {marked.marks[mark].model for mark in crawl.met}
    assert bool(crawl.met) == crawl.person.is_somebody


def test_every_address_is_known() -> None:
    """A new address, consumer or parameter is called, or fails with what to add."""
    found = routes.routes()
    assert not (lines := routes.unknown(found)), "\n".join(lines)
    assert not (lines := routes.unknown_consumers(sockets)), "\n".join(lines)
    named = {route.at for route in found}
    for model in admin.site._registry:
        assert f"admin/{model._meta.app_label}/{model._meta.model_name}/" in named


def test_every_operation_is_an_address() -> None:
    """What the API's description offers is what the resolver has, and nothing else."""
    described = {
        (re.sub(r"{\w+}", "{}", path), method)
        for path, entry in orjson.loads(document())["paths"].items()
        for method in entry
        if method != "parameters"
    }
    there = {
        (described_path(route), method)
        for route in routes.routes()
        if route.is_api
        for method in set(route.view.actions) - {"head"}
    }
    assert there == described


def described_path(route: routes.Route) -> str:
    """Return an address with nameless parameters, as in the description."""
    at = routes.address(route, {name: f"0{name}0" for name in route.parameters})
    for name in route.parameters:
        at = at.replace(f"0{name}0", "{}")
    return at
