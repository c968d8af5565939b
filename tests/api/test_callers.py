"""Who calls: tokens, sessions, scopes, and when they end."""

from base64 import b64encode
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.actions import releases
from agencies.context import acting
from agencies.models import Release
from tests.api.conftest import make_posts
from tests.api.http import (
    NOWHERE,
    POST,
    Api,
    bearer,
    officer,
    problem,
    system,
    token,
    token_of,
)
from tests.world import World


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
    api = bearer(own)
    api.post("posts/", POST)
    assert len(api.get("posts/").json()["results"]) == 1
    assert bearer(other).get("posts/").json()["results"] == []


def test_a_client_without_clearance_sees_the_lowest_level(world: World) -> None:
    system(world, "KG-BS").post("posts/", {**POST, "level": 2})
    low = world.client("KG-BS", clearance=0)
    api = bearer(token_of(low))
    assert api.get("posts/").json()["results"] == []
    problem(api.post("posts/", {**POST, "level": 1}), 400, "level_too_high")


def test_revoking_closes_at_once(world: World) -> None:
    [post] = make_posts(world, 1, release_to=["agency:TJ-BT"])
    partner = system(world, "TJ-BT")
    assert partner.get(f"posts/{post.pk}/").status_code == 200
    with acting(world.owner):
        made = Release.objects.visible_to(world.owner).get()
        releases.revoke(record=post, release_id=made.pk, by=world.owner)
    assert partner.get(f"posts/{post.pk}/").status_code == 404
