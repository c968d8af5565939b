"""Every page there is, in every theme and on a phone: readable, and on one origin.

Pages are discovered as the crawl does (``tests.leaks.routes``), in a world that has a
row of everything, and opened as somebody of its owner who may do all: a new page is
looked at without being named here. ``look`` fails on requests elsewhere and on scripts'
faults. States that a page has after a click stand with the tests of those pages.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import Looker
from tests.browser.test_pages import faults
from tests.leaks import routes, seed
from tests.leaks.readers import Person, Readers
from tests.stack import Stack, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
# Who looks; the administration is Django's own, the documentation of the API Swagger's.
WHO = "owner"
NOT_OURS = ("admin/", "api/", "metrics")
# What a query makes another page of.
QUERIES = [
    "/patrols/calendar/?view=week",
    "/patrols/calendar/?view=state",
    "/patrols/coverage/?view=week",
]


@pytest.fixture(scope="module")
def stack(django_db_blocker: Any) -> Iterator[Stack]:
    """A system with a row of everything."""
    with running(django_db_blocker) as made:
        with made.database():
            seed.fill(made.world)
        yield made


def pages(stack: Stack) -> list[str]:
    """Return one address for each route that is a page, perhaps."""
    with stack.database():
        readers = Readers()
        person = Person.of(WHO, stack.world.actor(WHO))
        found = []
        for route in routes.routes():
            if not route.is_read or route.at.startswith(NOT_OURS):
                continue
            rows: list[Any] = [None]
            if route.subject:
                everything = readers.rows(route.model)  # type: ignore[arg-type]
                rows = [row for row in everything if readers.sees(person, row)]
            for row in rows[:1]:
                found += routes.filled(route, row, readers)[:1]
        return found


def test_every_page_can_be_read_by_all(look: Looker, stack: Stack) -> None:
    """Axe finds nothing serious; nothing is wider than a phone."""
    page = look(WHO, "/", bypass_csp=True)
    problems: dict[str, Any] = {}
    looked = []
    for path in [*pages(stack), *QUERIES]:
        answer = page.context.request.get(path, max_redirects=0)
        if answer.status != 200 or "<html" not in answer.text():
            continue  # sends elsewhere, is a file or a part of a page
        name = re.sub(r"\W+", "-", path).strip("-") or "dashboard"
        if found := faults(look, page, path, f"every-{name}"):
            problems[path] = found
        looked.append(path)
    assert not problems, json.dumps(problems, indent=1)
    assert len(looked) > 40, looked
