"""Every field of everything that is written, with values that are none.

The fields come from the API's own description, so that a new one joins. Whatever
is sent is refused with a pointer to the fault, or taken because it is right; it is
never half-done and never breaks anything.
"""

from typing import Any

import orjson
import pytest

from agencies.openapi import document
from tests.api.http import INCIDENT, NOWHERE, POST, Api, problem

DESCRIPTION: dict[str, Any] = orjson.loads(document())
STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63 - 1,
    1e308,
    "",
    " ",
    "x" * 20_000,
    "a\0b",
    "\u202e\u0007",
    "2026-02-30T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "agency:KG-BS' OR 1=1",
    [],
    [[]],
    [None, None],
    {},
    {"type": "Point", "coordinates": [0, 91]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
    {"$ref": "x"},
]
TIMES = pytest.mark.slow


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references; return a schema with its properties."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return resolved(DESCRIPTION["components"]["schemas"][name])
    return schema


# The caller here is an agency's system; tests/patrols/test_feeds.py tries these.
OFFICERS_ONLY = {"/api/v1/feeds/"}


def writes() -> list[tuple[str, list[str]]]:
    """Return every path that takes a POST without an id, with its fields."""
    found = []
    for path, entry in DESCRIPTION["paths"].items():
        if path in OFFICERS_ONLY:
            continue
        body = entry.get("post", {}).get("requestBody")
        if body and "{" not in path:
            schema = resolved(body["content"]["application/json"]["schema"])
            found.append((path, sorted(schema.get("properties", {}))))
    return found


WRITES = [pytest.param(path, fields, id=path) for path, fields in writes()]


# Bodies that say nothing wrong, as far as a path needs one.
EXAMPLES = {"/api/v1/posts/": POST, "/api/v1/incidents/": INCIDENT}


def test_there_is_something_to_write() -> None:
    assert len(WRITES) > 6


@pytest.mark.parametrize(("path", "fields"), WRITES)
def test_nothing_said_is_said_back(api: Api, path: str, fields: list[str]) -> None:
    body = problem(api.post(path, {}), 400, "invalid")
    assert body["errors"]
    for fault in body["errors"]:
        assert fault["pointer"].split("/")[1] in fields


@pytest.mark.parametrize(("path", "fields"), WRITES)
def test_what_is_not_known_is_named(api: Api, path: str, fields: list[str]) -> None:
    for name in ("owner", "id", "ref", "version", "audience", "__class__", ""):
        if name not in fields:
            body = problem(api.post(path, {name: "x"}), 400, "invalid")
            assert {f["pointer"] for f in body["errors"]} == {f"/{name}"}


@TIMES
@pytest.mark.parametrize(("path", "fields"), WRITES)
def test_no_value_breaks_a_field(api: Api, path: str, fields: list[str]) -> None:
    """Every value in all fields together, and a third of them in each field alone."""
    bodies = [dict.fromkeys(fields, value) for value in STRANGE]
    for n, name in enumerate(fields):
        alone = [{name: value} for value in STRANGE[n % 3 :: 3]]
        bodies += [EXAMPLES.get(path, {}) | given for given in alone]
    for body in bodies:
        answer = api.post(path, body)
        said = (str(body)[:200], answer.content[:300])
        assert answer.status_code in (200, 201, 400, 404, 409), said
        if answer.status_code == 400:
            places = [f["pointer"] for f in answer.json().get("errors", [])]
            assert all(place.startswith("/") for place in places), said
            assert "Traceback" not in answer.content.decode()


@TIMES
@pytest.mark.parametrize("resource", ["posts", "incidents", "reports", "zones"])
def test_no_filter_breaks_a_list(api: Api, resource: str) -> None:
    parameters = DESCRIPTION["paths"][f"/api/v1/{resource}/"]["get"]["parameters"]
    values = ["", "x", "\0", "0", "-1", "9" * 40, "1,2,3,4", "NaN,1,2,3", "%", "'", "é"]
    for n, parameter in enumerate(parameters):
        for value in values[n % 2 :: 2]:
            answer = api.get(f"{resource}/", {parameter["name"]: value})
            said = (parameter["name"], value, answer.content[:300])
            assert answer.status_code in (200, 400), said


@pytest.mark.parametrize(
    "pk", ["x", "0", "-1", str(NOWHERE), f"{NOWHERE}x", "%00", "%2e%2e", "é", "1 2"]
)
@pytest.mark.parametrize("resource", ["posts", "incidents", "reports", "patrols"])
def test_no_id_breaks_a_row(api: Api, resource: str, pk: str) -> None:
    nowhere = api.get(f"{resource}/{NOWHERE}/")
    for suffix in ("", "releases/"):
        answer = api.get(f"{resource}/{pk}/{suffix}")
        problem(answer, 404, "not_found")
        assert answer.content == nowhere.content
