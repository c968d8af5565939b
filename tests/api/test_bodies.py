"""What holds for every body: JSON, geometries, times, texts."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.utils import timezone

from tests.api.http import POST, Api, faults, problem


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"", None),
        (b'{"name": NaN}', "malformed_json"),
        (b'{"name": Infinity}', "malformed_json"),
        (b'{"name": "\xff"}', "malformed_json"),
        (b'{"name": "\\ud800"}', "malformed_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"x"', "not_an_object"),
        (b"[" * 5000 + b"]" * 5000, "malformed_json"),
    ],
)
def test_the_body_is_one_json_object(api: Api, body: bytes, code: str | None) -> None:
    answer = api.post("posts/", body)
    if code is None:
        assert set(faults(answer)) == {"/code", "/name", "/place"}
    else:
        problem(answer, 400, code)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/xml", "text/json"],
)
@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k1"}])
def test_another_content_type_is_refused(
    api: Api, content_type: str, key: dict[str, str]
) -> None:
    headers = {"Content-Type": content_type, **key}
    answer = api.post("posts/", orjson.dumps(POST), **headers)
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k1"}])
def test_too_large_a_body_is_refused(api: Api, key: dict[str, str]) -> None:
    body = b'{"name": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    problem(api.post("posts/", body, **key), 413, "too_large")


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (None, "null"),
        ("POINT(1 2)", "not_geojson"),
        ({}, "not_geojson"),
        ({"type": "Point"}, "not_geojson"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "wrong_type"),
        ({"type": ["Point"], "coordinates": [1, 2]}, "wrong_type"),
        ({"type": "Point", "coordinates": [181, 0]}, "out_of_range"),
        ({"type": "Point", "coordinates": [0, -91]}, "out_of_range"),
        ({"type": "Point", "coordinates": [1e300, 0]}, "out_of_range"),
        ({"type": "Point", "coordinates": []}, "not_geojson"),
        ({"type": "Point", "coordinates": [1]}, "not_geojson"),
        ({"type": "Point", "coordinates": [1, 2, 3]}, "not_geojson"),
        ({"type": "Point", "coordinates": [True, False]}, "not_geojson"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "not_geojson"),
        ({"type": "Point", "coordinates": [[1, 2]]}, "not_geojson"),
        ({"type": "Point", "coordinates": [None, 2]}, "not_geojson"),
    ],
)
def test_a_bad_geometry_is_named(api: Api, place: Any, code: str) -> None:
    answer = api.post("posts/", {**POST, "place": place})
    assert faults(answer) == {"/place": code}


def test_geometries_lose_what_is_finer_than_a_hand(api: Api) -> None:
    place = {"type": "Point", "coordinates": [70.123456789, 40.000000049]}
    row = api.post("posts/", {**POST, "place": place}).json()
    assert row["place"]["coordinates"] == [70.123457, 40.0]


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2026-01-31T08:00:00", "no_time_zone"),
        ("2026-01-31", "no_time_zone"),
        ("2026-02-31T08:00:00Z", "invalid"),
        ("soon", "invalid"),
        (1767168000, "invalid"),
        ("0001-01-01T00:00:00+14:00", "bad_day"),
    ],
)
def test_a_time_says_its_zone(api: Api, moment: Any, code: str) -> None:
    path = f"posts/{api.post('posts/', POST).json()['id']}/releases/"
    answer = api.post(path, {"grantee": "agency:TJ-BT", "expires_at": moment})
    assert faults(answer) == {"/expires_at": code}


def test_times_are_given_out_in_utc(api: Api) -> None:
    path = f"posts/{api.post('posts/', POST).json()['id']}/releases/"
    ahead = timezone.now().replace(year=timezone.now().year + 1, microsecond=0)
    given = ahead.isoformat().replace("+00:00", "-05:00")
    made = api.post(path, {"grantee": "agency:TJ-BT", "expires_at": given}).json()
    wanted = (ahead + timedelta(hours=5)).isoformat().replace("+00:00", "Z")
    assert made["expires_at"] == wanted


def test_a_name_with_nul_is_refused(api: Api) -> None:
    answer = api.post("posts/", {**POST, "name": "a\0b"})
    assert faults(answer) == {"/name": "null_characters_not_allowed"}


def test_pointers_are_escaped(api: Api) -> None:
    answer = api.post("posts/", {**POST, "a/b~c": 1})
    assert faults(answer) == {"/a~1b~0c": "unknown_field"}
