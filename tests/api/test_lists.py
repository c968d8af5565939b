"""What holds for every list: its pages, cursors and filters."""

from base64 import urlsafe_b64encode
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from agencies.actions import posts
from agencies.context import acting
from agencies.models import Post
from tests.api.conftest import make_posts
from tests.api.http import Api, officer, problem
from tests.world import PLACE, World


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
