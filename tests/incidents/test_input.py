"""Bad input: refused clearly, with the place of the fault, and without effect."""

import json
from typing import Any

import pytest
from django.conf import settings

from incidents.models import Incident
from tests.incidents.conftest import BASE, Readers, body, problem
from tests.world import soon

POINT = {"type": "Point", "coordinates": [70.6, 40.1]}
BAD: list[tuple[str, Any]] = [
    ("category", "piracy"),
    ("category", None),
    ("category", ["drugs"]),
    ("severity", "worst"),
    ("severity", 5),
    ("title", ""),
    ("title", "   "),
    ("title", "x" * 161),
    ("title", 123),
    ("title", True),
    ("title", {"a": 1}),
    ("title", "nul\u0000byte"),
    ("narrative", "x" * 20_001),
    ("narrative", ["x"]),
    ("language", "Kyrgyz"),
    ("language", "k1"),
    ("place", None),
    ("place", "40.1, 70.6"),
    ("place", []),
    ("place", {"type": "Point"}),
    ("place", {"type": "Point", "coordinates": []}),
    ("place", {"type": "Point", "coordinates": [70.6]}),
    ("place", {"type": "Point", "coordinates": [70.6, 40.1, 900]}),
    ("place", {"type": "Point", "coordinates": ["70.6", "40.1"]}),
    ("place", {"type": "Point", "coordinates": [True, False]}),
    ("place", {"type": "Point", "coordinates": [400.0, 40.1]}),
    ("place", {"type": "Point", "coordinates": [40.1, 100.6]}),
    ("place", {"type": "Point", "coordinates": [[70.6, 40.1]]}),
    ("place", {"type": "LineString", "coordinates": [[70, 40], [71, 41]]}),
    ("occurred_at", None),
    ("occurred_at", ""),
    ("occurred_at", "2026-01-31"),
    ("occurred_at", "2026-01-31T08:00:00"),
    ("occurred_at", "2026-02-31T08:00:00Z"),
    ("occurred_at", "0001-01-01T00:00:00+14:00"),
    ("occurred_at", "1889-01-01T00:00:00Z"),
    ("occurred_at", "9999-12-31T23:59:59Z"),
    ("occurred_at", 1767225600),
    ("tlp", "purple"),
    ("tlp", "RED"),
    ("level", 4),
    ("level", -1),
    ("level", "high"),
    ("level", 1.5),
    ("patrol", "x"),
    ("patrol", 7),
    ("release_to", "agency:TJ-BT"),
    ("release_to", ["TJ-BT"]),
    ("release_to", ["agency:NO-NE"]),
    ("release_to", ["agency:KG-BS"]),
    ("release_to", ["group:all"]),
    ("release_to", ["agreement:KZ-UZ"]),
    ("release_to", ["officer:nobody"]),
    ("release_to", ["agency:TJ-BT"] * 51),
    ("release_to", [7]),
    ("release_to", [None]),
    ("id", "5d0e8b3a-0000-4000-8000-000000000000"),
    ("owner", "TJ-BT"),
    ("state", "closed"),
    ("ref", "KG-BS-2026-00001"),
    ("tear_line_of", None),
    ("audience", ["agency:TJ-BT/0"]),
    ("nonsense", 1),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_bad_field_is_named(readers: Readers, field: str, value: Any) -> None:
    """400 with a pointer to the field, and nothing is reported."""
    status, _code, places = problem(readers.owner.post(data=body(**{field: value})))
    assert status == 400
    assert any(place.startswith(f"/{field}") for place in places), places
    assert readers.owner.get().json()["results"] == []


@pytest.mark.parametrize("field", ["category", "severity", "title", "place"])
def test_a_missing_field_is_named(readers: Readers, field: str) -> None:
    """What is required is asked for."""
    given = body()
    del given[field]
    assert problem(readers.owner.post(data=given)) == (400, "invalid", [f"/{field}"])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b'{"title": NaN}', 400),
        (b'{"title": "\xff"}', 400),
        (b'{"title": "\\ud800"}', 400),
        (b"[" * 5000, 400),
        (b'{"title": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}', 413),
    ],
    ids=["none", "half", "list", "null", "text", "nan", "bytes", "half-pair", "deep",
         "large"],
)  # fmt: skip
def test_a_bad_body(readers: Readers, content: bytes, status: int) -> None:
    """Not JSON, not an object, too large: said, not guessed."""
    answer = readers.owner.client.post(BASE, content, content_type="application/json")
    assert problem(answer)[0] == status


def test_another_media_type(readers: Readers) -> None:
    """JSON only."""
    answer = readers.owner.client.post(BASE, {"title": "x"})
    assert problem(answer)[0] == 415


def test_a_time_a_little_ahead_is_a_clock_a_little_fast(readers: Readers) -> None:
    """Ten minutes are forgiven, an hour is not."""
    fast = readers.owner.post(data=body(occurred_at=soon(0.1).isoformat()))
    assert fast.status_code == 201
    ahead = readers.owner.post(data=body(occurred_at=soon(1).isoformat()))
    assert problem(ahead) == (400, "in_the_future", ["/occurred_at"])


@pytest.mark.parametrize(
    ("verb", "data", "place"),
    [
        ("acknowledge", {"agency": "TJ-BT"}, "/agency"),
        ("resolve", {"reason": "handled"}, "/reason"),
        ("close", {}, "/reason"),
        ("close", {"reason": "bored"}, "/reason"),
        ("close", {"reason": "handled", "x": 1}, "/x"),
        ("assign", {"agency": "NO-NE"}, "/agency"),
        ("assign", {"agency": 7}, "/agency"),
        ("assign", {"agency": "TJ-BT", "task": "x" * 301}, "/task"),
        ("assign", {"patrol": "x"}, "/patrol"),
        ("log", {}, "/text"),
        ("log", {"text": "  "}, "/text"),
        ("log", {"text": "x" * 4001}, "/text"),
        ("log", {"text": "x", "sharing": "world"}, "/sharing"),
        ("releases", {}, "/grantee"),
        ("releases", {"grantee": "TJ-BT"}, "/grantee"),
        ("releases", {"grantee": "agency:TJ-BT", "scope": "half"}, "/scope"),
        ("releases", {"grantee": "agency:TJ-BT", "expires_at": "2027-01-01"},
         "/expires_at"),
        ("releases", {"grantee": "agency:TJ-BT", "reason": "x" * 301}, "/reason"),
    ],
)  # fmt: skip
def test_a_bad_verb(
    shared: Incident, readers: Readers, verb: str, data: Any, place: str
) -> None:
    """The same for the bodies of verbs."""
    status, _code, places = problem(readers.owner.post(f"{shared.pk}/{verb}/", data))
    assert (status, places) == (400, [place])


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", "{id}/"), ("patch", ""), ("delete", "")],
)
def test_what_there_is_no_way_to_do(
    shared: Incident, readers: Readers, method: str, path: str
) -> None:
    """Nothing is ever deleted."""
    url = f"{BASE}{path.replace('{id}', str(shared.pk))}"
    assert problem(getattr(readers.owner.client, method)(url))[0] == 405


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE incidents_incident; --",
        '<script>alert(1)</script><img src=x onerror="alert(1)">',
        "{{ 7|add:7 }} {% debug %} %s %(x)s",
        "Ўзбекистон 🚩 العربية \u202eback\u202c",
    ],
)
def test_text_is_text(readers: Readers, text: str) -> None:
    """It comes back as it went in, and pages show it without acting on it."""
    made = readers.owner.post(data=body(title=text[:160], narrative=text)).json()
    assert made["narrative"] == text
    pk = made["id"]
    readers.owner.post(f"{pk}/log/", {"text": text})
    assert json.loads(readers.owner.get(f"{pk}/log/").content)["results"][0][
        "text"
    ] == (text)
    for page in (f"/incidents/{pk}/", "/incidents/", "/incidents/open/",
                 f"/incidents/{pk}/edit/"):  # fmt: skip
        content = readers.owner.get(page).content.decode()
        assert "<script>alert" not in content
        assert 'onerror="alert' not in content
