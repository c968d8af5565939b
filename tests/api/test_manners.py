"""What holds for every resource: versions, races, addresses, methods."""

from functools import partial

import orjson
import pytest

from tests.api.http import NOWHERE, POST, V1, Api, officer, problem, system
from tests.database import at_once
from tests.world import World


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
