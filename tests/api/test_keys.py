"""What holds for every ``Idempotency-Key``: done once, for its own caller."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.context import acting
from agencies.models import Client as Client_
from agencies.models import IdempotencyKey, Post
from agencies.tasks import clear_old_idempotency_keys
from live.models import Event
from tests.api.http import (
    INCIDENT,
    NOWHERE,
    POST,
    Api,
    faults,
    officer,
    problem,
    system,
)
from tests.world import World


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
    made = owner.post("incidents/", INCIDENT | {"release_to": ["agency:TJ-BT"]})
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
