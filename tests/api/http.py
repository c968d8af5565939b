"""Ways to call the API as a test: by session or by an agency's token."""

from typing import Any
from uuid import UUID

import orjson
from django.test import Client

from agencies.context import system as as_system
from agencies.models import Client as System
from tests.world import World

V1 = "/api/v1/"
NOWHERE = UUID(int=7)
# Bodies that the API takes as they are.
POINT = {"type": "Point", "coordinates": [70.61, 40.12]}
POST = {"code": "P-1", "name": "Dostuk", "place": POINT}
INCIDENT: dict[str, Any] = {
    "category": "drugs",
    "severity": "severe",
    "title": "Two riders",
    "place": POINT,
    "occurred_at": "2026-01-31T08:00:00Z",
}


class Api:
    """A caller: an officer's session, an agency's system, or nobody."""

    def __init__(self, **headers: str) -> None:
        """Keep a client that never raises what a server would answer with 500."""
        self.client = Client(headers=headers, raise_request_exception=False)

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        """GET below /api/v1/, or anywhere."""
        return self.client.get(_at(path), query, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST JSON; ``headers`` are written with underscores."""
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        """PATCH JSON."""
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str) -> Any:
        """DELETE."""
        return self._send("delete", path, None, headers)

    def _send(self, verb: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        raw = body if isinstance(body, bytes) else orjson.dumps(body or {})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/json")
        return getattr(self.client, verb)(
            _at(path), raw, content_type=content_type, headers=named
        )


def _at(path: str) -> str:
    return path if path.startswith("/") else V1 + path


def officer(world: World, name: str) -> Api:
    """Return an officer with a session."""
    api = Api()
    user = world.admin_officer if name == "admin" else world.officers[name]
    with as_system("test"):
        api.client.force_login(user)
    return api


def token(world: World, agency: str, *scopes: str) -> str:
    """Return a fresh token of a new client, got at the token's own address."""
    return token_of(world.client(agency, *scopes))


def token_of(client: System) -> str:
    """Return a fresh token of a client whose secret is ``secret``."""
    answer = Client().post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": client.client_id,
            "client_secret": "secret",
        },
    )
    assert answer.status_code == 200, answer.content
    value: str = answer.json()["access_token"]
    return value


def bearer(value: str, **headers: str) -> Api:
    """Return a caller with a token."""
    return Api(Authorization=f"Bearer {value}", **headers)


def system(world: World, agency: str, *scopes: str) -> Api:
    """Return an agency's system with a token."""
    return bearer(token(world, agency, *scopes))


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Return the body, after checking that it is this problem."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"]
    assert body["detail"]
    return body


def faults(answer: Any) -> dict[str, str]:
    """Return which place in the body has which fault."""
    body = problem(answer, 400, "invalid")
    return {fault["pointer"]: fault["code"] for fault in body["errors"]}
