"""The API's own description: complete, valid, the same for everybody."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from agencies.openapi import document
from config.api import router
from tests.api.http import Api, officer
from tests.world import World

VERBS = {"get", "post", "patch", "delete"}


def schema() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/v1/schema/").json()
    return found


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, verb, operation)
        for path, entry in schema()["paths"].items()
        for verb, operation in entry.items()
        if verb in VERBS
    ]


def test_it_is_valid_and_without_warnings() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_it_is_the_same_for_everybody(world: World) -> None:
    assert Api().get("schema/").content == document()
    for name in ("owner", "outsider", "admin"):
        api = officer(world, name)
        assert api.get("schema/", Accept_Language="ru").content == document()


def test_every_resource_is_in_it() -> None:
    paths = set(schema()["paths"])
    for prefix, _viewset, _name in router.registry:
        assert f"/api/v1/{prefix}/" in paths


def test_every_operation_says_how_it_refuses_and_who_may() -> None:
    scopes = settings.OAUTH2_PROVIDER["SCOPES"]
    for path, verb, operation in operations():
        answers = operation["responses"]
        needed = {"400", "401", "403", "404"} | ({"415"} if verb != "get" else set())
        assert needed <= set(answers), (path, verb)
        problem = answers["404"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}
        [client, session] = operation["security"]
        assert set(client["client"]) <= set(scopes), (path, verb)
        assert session == {"session": []}


def test_headers_of_changes_are_described() -> None:
    for path, verb, operation in operations():
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        if verb == "patch":
            assert "If-Match" in names, path
        if path.endswith(("/releases/", "/positions/")) and verb == "post":
            assert "Idempotency-Key" in names, path


def test_how_to_come_in_is_described() -> None:
    schemes = schema()["components"]["securitySchemes"]
    flow = schemes["client"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth/token/"
    assert flow["scopes"] == settings.OAUTH2_PROVIDER["SCOPES"]
    assert schemes["session"]["name"] == settings.SESSION_COOKIE_NAME
