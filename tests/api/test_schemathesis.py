"""Schemathesis calls every operation with what the description allows, and more.

Whatever is sent, nothing breaks: no 500, and every status and content type is one
that the description names.
"""

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    status_code_conformance,
)

from agencies.context import acting
from config.wsgi import application
from tests.api.http import bearer, token
from tests.leaks.makers import MAKERS
from tests.world import World

CHECKS = [not_a_server_error, content_type_conformance, status_code_conformance]
schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


@pytest.fixture
def caller(world: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Return a token of KG-BS's system, and the id of a row of each resource."""
    by = world.owner
    with acting(by):
        for kind in ("post", "incident", "report"):
            MAKERS[kind](by, "T", [])
    given = token(world, "KG-BS")
    api = bearer(given)
    known = {}
    for name in ("posts", "incidents", "reports", "agencies", "agreements", "officers"):
        rows = api.get(f"{name}/").json()["results"]
        known[f"/api/v1/{name}/"] = rows[0]["id"]
    # The bare WSGI application would close the test's open transaction; Django's
    # own test client, above, connects both signals again.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield given, known
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def fault_of(operation: Any, headers: dict[str, str], own: list[str]) -> str:
    """Call one operation some times; return what broke, or nothing."""

    @settings(
        max_examples=5,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_there=booleans())
    def call(case: Any, is_there: bool) -> None:
        if own and is_there and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = own[0]
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        call()
    except Exception as error:
        # A call that cannot be repeated comes inside a group, with its own trace.
        return (
            f"{operation.label}: {''.join(traceback.format_exception(error))[-4000:]}"
        )
    return ""


@pytest.mark.slow
def test_nothing_breaks(caller: tuple[str, dict[str, str]]) -> None:
    given_token, known = caller
    headers = {"Authorization": f"Bearer {given_token}"}
    broken = []
    for found in schema.get_all_operations():
        operation = found.ok()
        own = [pk for prefix, pk in known.items() if operation.path.startswith(prefix)]
        broken.append(fault_of(operation, headers, own))
    assert len(broken) > 60
    assert not any(broken), "\n".join(filter(None, broken))
