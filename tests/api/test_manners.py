"""What holds for every resource: pages, keys, versions, refusals, tokens."""

import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.actions import posts, releases
from agencies.context import acting
from agencies.models import Client as Client_
from agencies.models import IdempotencyKey, Post
from agencies.tasks import clear_old_idempotency_keys
from live.models import Event
from tests.api.http import NOWHERE, V1, Api, faults, officer, problem, system, token
from tests.world import PLACE, World

POINT = {"type": "Point", "coordinates": [70.61, 40.12]}
POST = {"code": "P-1", "name": "Dostuk", "place": POINT}


@pytest.fixture
def api(world: World) -> Api:
    return system(world, "KG-BS")


def make_posts(world: World, count: int, **values: Any) -> list[Post]:
    with acting(world.owner):
        return [
            posts.create_post(
                by=world.owner, code=f"N-{n}", name=f"{n}", place=PLACE, **values
            )
            for n in range(count)
        ]


# --- pages --------------------------------------------------------------------


def test_pages_lead_through_everything_once(world: World, api: Api) -> None:
    made = make_posts(world, 7)
    with connection.cursor() as cursor:
        assert cursor
    path, seen, pages = "posts/?limit=3", [], 0
    while path:
        body = api.get(path).json()
        assert set(body) == {"next", "previous", "results"}, "and never a count"
        seen += [row["id"] for row in body["results"]]
        path = body["next"] and body["next"].removeprefix("http://testserver")
        pages += 1
    assert pages == 3
    assert seen == [str(post.pk) for post in reversed(made)]


def test_rows_of_one_moment_are_not_lost_between_pages(world: World, api: Api) -> None:
    moment = timezone.now()
    made = make_posts(world, 5)
    with acting(world.owner):
        Post.objects.visible_to(world.owner).update(created_at=moment)
    body = api.get("posts/?limit=2").json()
    seen = [row["id"] for row in body["results"]]
    while body["next"]:
        body = api.get(body["next"].removeprefix("http://testserver")).json()
        seen += [row["id"] for row in body["results"]]
    assert sorted(seen) == sorted(str(post.pk) for post in made)


def test_hidden_rows_leave_no_trace_in_pages(world: World) -> None:
    make_posts(world, 2, release_to=["agency:TJ-BT"])
    partner = officer(world, "partner")
    before = partner.get("posts/?limit=1")
    with acting(world.owner):
        for n in range(5):
            posts.create_post(by=world.owner, code=f"H-{n}", name="x", place=PLACE)
    after = partner.get("posts/?limit=1")
    assert before.content == after.content


def cursor_of(**parts: str) -> str:
    return urlsafe_b64encode(urlencode(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        cursor_of(p="yesterday"),
        cursor_of(p="2026-01-01T00:00:00Z", o="-1"),
        cursor_of(p="2026-13-01 00:00:00+00:00"),
        cursor_of(o="x"),
        cursor_of(p="\0"),
    ],
)
def test_a_bad_cursor_is_refused(world: World, api: Api, cursor: str) -> None:
    make_posts(world, 1)
    problem(api.get("posts/", {"cursor": cursor}), 400, "bad_cursor")


def test_a_cursor_of_codes_is_harmless(world: World, api: Api) -> None:
    for given in ("\0", "x" * 300):
        answer = api.get("agencies/", {"cursor": cursor_of(p=given)})
        assert answer.status_code in (200, 400), answer.content


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "٣٠٠", "9" * 99])
def test_a_bad_limit_is_refused(api: Api, limit: str) -> None:
    problem(api.get("posts/", {"limit": limit}), 400, "bad_limit")


def test_unknown_filters_are_refused_on_lists_and_rows(world: World, api: Api) -> None:
    [post] = make_posts(world, 1)
    for query in ("ordering=name", "owner__code=KG-BS", "format=json", "search=x"):
        problem(api.get(f"posts/?{query}"), 400, "unknown_filter")
    problem(api.get(f"posts/{post.pk}/?code=N-0"), 400, "unknown_filter")


# --- keys ---------------------------------------------------------------------


def test_a_repeated_post_is_done_once(world: World, api: Api) -> None:
    first = api.post("posts/", POST, Idempotency_Key="k1")
    second = api.post("posts/", POST, Idempotency_Key="k1")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for header in ("ETag", "Location", "Content-Type"):
        assert first[header] == second[header]
    with acting(world.owner):
        assert Post.objects.count() == 1
        assert Event.objects.filter(kind="post.created").count() == 1


def test_a_key_is_for_one_request(api: Api) -> None:
    api.post("posts/", POST, Idempotency_Key="k1")
    other = api.post("posts/", {**POST, "code": "P-2"}, Idempotency_Key="k1")
    problem(other, 422, "idempotency_key_reused")
    assert api.post("posts/", POST, Idempotency_Key="k2").status_code == 409
    assert len(api.get("posts/").json()["results"]) == 1


def test_a_refused_request_leaves_its_key_free(world: World, api: Api) -> None:
    bad = api.post("posts/", {**POST, "level": 9}, Idempotency_Key="k1")
    assert faults(bad) == {"/level": "max_value"}
    with acting(world.owner):
        assert not IdempotencyKey.objects.exists()
    assert api.post("posts/", POST, Idempotency_Key="k1").status_code == 201


def test_keys_are_each_callers_own(world: World, api: Api) -> None:
    first = api.post("posts/", POST, Idempotency_Key="k1").json()
    for other in (system(world, "TJ-BT"), officer(world, "owner")):
        answer = other.post("posts/", {**POST, "code": "P-9"}, Idempotency_Key="k1")
        assert answer.status_code == 201
        assert answer.json()["id"] != first["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "k\x01", "\x7f"])
def test_a_key_is_printable(api: Api, key: str) -> None:
    answer = api.post("posts/", POST, Idempotency_Key=key)
    problem(answer, 400, "idempotency_key_invalid")


def test_the_key_of_a_verb_belongs_to_the_record(world: World, api: Api) -> None:
    path = f"posts/{api.post('posts/', POST).json()['id']}/"
    body = {"grantee": "agency:TJ-BT"}
    first = api.post(f"{path}releases/", body, Idempotency_Key="k1")
    second = api.post(f"{path}releases/", body, Idempotency_Key="k1")
    assert (first.status_code, first.content) == (201, second.content)
    assert len(api.get(f"{path}releases/").json()["results"]) == 1


def test_a_kept_answer_is_not_given_after_the_record_is_lost(world: World) -> None:
    """TJ-BT adds a log line to an incident, loses the incident, asks again."""
    owner, partner = system(world, "KG-BS"), system(world, "TJ-BT")
    incident = {
        "category": "other",
        "severity": "minor",
        "title": "Canary",
        "narrative": "",
        "place": POINT,
        "occurred_at": timezone.now().isoformat(),
        "release_to": ["agency:TJ-BT"],
    }
    made = owner.post("incidents/", incident)
    assert made.status_code == 201, made.content
    path = f"incidents/{made.json()['id']}/"
    line = {"text": "seen"}
    first = partner.post(f"{path}log/", line, Idempotency_Key="k1")
    assert first.status_code == 201, first.content
    release = made.json()["releases"][0]["id"]
    assert owner.delete(f"{path}releases/{release}/").status_code == 204
    again = partner.post(f"{path}log/", line, Idempotency_Key="k1")
    problem(again, 404, "not_found")
    nowhere = partner.post(f"incidents/{NOWHERE}/log/", line, Idempotency_Key="k2")
    assert again.content == nowhere.content


def test_an_old_key_is_free_again(world: World, api: Api) -> None:
    api.post("posts/", POST, Idempotency_Key="k1")
    with acting(world.client_actor(Client_.objects.get())):
        old = timezone.now() - timedelta(hours=49)
        assert IdempotencyKey.objects.update(created_at=old) == 1
    assert clear_old_idempotency_keys() == 1
    answer = api.post("posts/", {**POST, "code": "P-2"}, Idempotency_Key="k1")
    assert answer.status_code == 201


def test_an_unauthorised_repeat_learns_nothing(world: World, api: Api) -> None:
    api.post("posts/", POST, Idempotency_Key="k1")
    problem(Api().post("posts/", POST, Idempotency_Key="k1"), 401, "not_authenticated")


# --- bodies -------------------------------------------------------------------


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


# --- versions -----------------------------------------------------------------


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make some requests at the same time; return their answers."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_changes_of_one_version_one_is_refused(committed: World) -> None:
    api = system(committed, "KG-BS")
    path = f"posts/{api.post('posts/', POST).json()['id']}/"
    version = 1
    for _round in range(5):
        answers = at_once(
            *(
                partial(api.patch, path, {"name": f"{n}"}, If_Match=f'"{version}"')
                for n in range(3)
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
        version += 1
    assert api.get(path).json()["version"] == version


def test_of_repeats_at_the_same_time_one_is_done(committed: World) -> None:
    api = system(committed, "KG-BS")
    for n in range(3):
        send = partial(
            api.post, "posts/", {**POST, "code": f"R-{n}"}, Idempotency_Key=f"k{n}"
        )
        answers = at_once(*[send] * 3)
        assert [answer.status_code for answer in answers] == [201] * 3
        assert len({answer.content for answer in answers}) == 1
    assert len(api.get("posts/").json()["results"]) == 3


# --- addresses ----------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "outsider", "client"])
@pytest.mark.parametrize(
    "path", ["", "nothing/", "posts/a.b/", "posts/1/2/3/", "../v1/x/", "/api/v2/"]
)
def test_unknown_addresses_are_problems(world: World, who: str, path: str) -> None:
    api = {
        "nobody": Api,
        "outsider": lambda: officer(world, "outsider"),
        "client": lambda: system(world, "KG-BS"),
    }[who]()
    problem(api.get(path), 404, "not_found")
    problem(api.post(path, {}), 404, "not_found")


def test_unknown_methods_are_problems(api: Api) -> None:
    answer = api.delete("posts/")
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]
    problem(Api().delete("posts/"), 401, "not_authenticated")
    put = api.client.put(f"{V1}posts/{NOWHERE}/", b"{}", "application/json")
    problem(put, 405, "method_not_allowed")


def test_what_cannot_be_given_is_refused(api: Api) -> None:
    problem(api.get("posts/", Accept="text/csv"), 406, "not_acceptable")


def test_a_missing_last_slash_keeps_the_method(api: Api) -> None:
    answer = api.client.post(f"{V1}posts", orjson.dumps(POST), "application/json")
    assert (answer.status_code, answer["Location"]) == (308, f"{V1}posts/")


def test_nothing_is_kept_by_caches(world: World, api: Api) -> None:
    for answer in (api.get("posts/"), Api().get("posts/"), Api().get("nothing/")):
        assert answer["Cache-Control"] == "private, no-store"


# --- who calls ----------------------------------------------------------------


def test_nobody_is_answered_401(world: World) -> None:
    [post] = make_posts(world, 1)
    for path in ("posts/", f"posts/{post.pk}/", f"posts/{NOWHERE}/", "agencies/"):
        answer = Api().get(path)
        problem(answer, 401, "not_authenticated")
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "given", ["Bearer x", "Bearer ", "bearer", "Bearer é", "Token x"]
)
def test_a_bad_token_is_nobody_even_with_a_session(world: World, given: str) -> None:
    api = officer(world, "owner")
    answer = api.get("posts/", Authorization=given)
    if given.lower().startswith("bearer"):
        problem(answer, 401, "not_authenticated")
    else:
        assert answer.status_code == 200


def test_an_expired_token_is_nobody(world: World) -> None:
    api = system(world, "KG-BS")
    assert api.get("posts/").status_code == 200
    get_access_token_model().objects.update(expires=timezone.now())
    problem(api.get("posts/"), 401, "not_authenticated")


def test_a_token_never_exceeds_its_client(world: World) -> None:
    """Scopes taken from the client are gone from tokens that it holds."""
    api = system(world, "KG-BS")
    world_client = get_access_token_model().objects.get().application
    world_client.allowed_scopes = ["agencies:read"]
    world_client.save()
    assert api.get("posts/").status_code == 200
    problem(api.post("posts/", POST), 403, "scope")


def test_a_browser_proves_its_origin(world: World) -> None:
    api = officer(world, "owner")
    api.client.handler.enforce_csrf_checks = True
    problem(api.post("posts/", POST), 403, "permission_denied")
    page = api.client.get("/agencies/")
    assert page.status_code == 200
    given = api.client.cookies["csrftoken"].value
    answer = api.post("posts/", POST, X_CSRFToken=given)
    assert answer.status_code == 201, answer.content


def test_a_token_is_got_by_client_credentials_only(world: World) -> None:
    client = world.client("KG-BS", "agencies:read", "incidents:read")

    def ask(**given: str) -> Any:
        body = {
            "grant_type": "client_credentials",
            "client_id": client.client_id,
            "client_secret": "secret",
            **given,
        }
        return Client().post("/oauth/token/", body)

    answer = ask()
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == {"agencies:read", "incidents:read"}
    assert answer.json()["expires_in"] == 3600
    assert "refresh_token" not in answer.json()
    assert answer["Cache-Control"] == "no-store"
    assert ask(scope="agencies:read").json()["scope"] == "agencies:read"
    refused = ask(scope="incidents:write")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert ask(client_secret="wrong").status_code == 401
    assert ask(client_id="nobody").content == ask(client_secret="wrong").content
    for grant in ("password", "authorization_code", "refresh_token", "implicit"):
        assert ask(grant_type=grant, username="owner", password="x").status_code == 400
    by_header = Client().post(
        "/oauth/token/",
        {"grant_type": "client_credentials"},
        headers={
            "Authorization": "Basic "
            + b64encode(f"{client.client_id}:secret".encode()).decode()
        },
    )
    assert by_header.status_code == 200
    assert Client().get("/oauth/token/").status_code == 405


def test_guessing_a_secret_is_locked_out(world: World) -> None:
    client = world.client("KG-BS")
    given = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": "wrong",
    }
    answers = [
        Client().post("/oauth/token/", given)
        for _guess in range(settings.AXES_FAILURE_LIMIT)
    ]
    problem(answers[-1], 429, "locked_out")
    given["client_secret"] = "secret"
    problem(Client().post("/oauth/token/", given), 429, "locked_out")
    assert (
        Client(headers={"X-Real-IP": "203.0.113.9"})
        .post("/oauth/token/", given)
        .status_code
        == 200
    )


def test_a_client_acts_for_its_agency_alone(world: World) -> None:
    own, other = token(world, "KG-BS"), token(world, "KZ-BS")
    api = Api(Authorization=f"Bearer {own}")
    api.post("posts/", POST)
    assert len(api.get("posts/").json()["results"]) == 1
    assert Api(Authorization=f"Bearer {other}").get("posts/").json()["results"] == []


def test_a_client_without_clearance_sees_the_lowest_level(world: World) -> None:
    system(world, "KG-BS").post("posts/", {**POST, "level": 2})
    low = world.client("KG-BS", clearance=0)
    answer = Client().post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": low.client_id,
            "client_secret": "secret",
        },
    )
    api = Api(Authorization=f"Bearer {answer.json()['access_token']}")
    assert api.get("posts/").json()["results"] == []
    problem(api.post("posts/", {**POST, "level": 1}), 400, "level_too_high")


def test_revoking_closes_at_once(world: World) -> None:
    [post] = make_posts(world, 1, release_to=["agency:TJ-BT"])
    partner = system(world, "TJ-BT")
    assert partner.get(f"posts/{post.pk}/").status_code == 200
    with acting(world.owner):
        made = post.pk and releases.Release.objects.visible_to(world.owner).get()
        releases.revoke(record=post, release_id=made.pk, by=world.owner)
    assert partner.get(f"posts/{post.pk}/").status_code == 404
