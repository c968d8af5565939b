"""What answers carry, and how pages refuse and break."""

import re

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import include, path

from agencies.actions import posts
from agencies.context import acting
from agencies.errors import Conflict, Forbidden, Invalid, NotFound
from agencies.guards import actor_of, officer_required
from agencies.models import Post
from config import urls as site
from tests.agencies.conftest import browser
from tests.world import PLACE, World

REFUSALS = {
    "conflict": Conflict("closed", "It is closed."),
    "invalid": Invalid("wrong", "It is wrong."),
    "forbidden": Forbidden("not_owner", "It is not yours."),
    "missing": NotFound(),
}


@officer_required
def refusing(request: HttpRequest, how: str) -> HttpResponse:
    """Write a post, then refuse."""
    posts.create_post(by=actor_of(request), code=how, name=how, place=PLACE)
    raise REFUSALS[how]


@officer_required
def failing(request: HttpRequest, how: str) -> HttpResponse:
    """Break."""
    raise OperationalError("gone") if how == "database" else ZeroDivisionError


urlpatterns = [
    path("refuse/<str:how>/", refusing),
    path("fail/<str:how>/", failing),
    path("api/fail/<str:how>/", failing),
    path("", include(site)),
]
handler400 = site.handler400
handler403 = site.handler403
handler404 = site.handler404
handler500 = site.handler500
here = override_settings(ROOT_URLCONF="tests.agencies.test_refusals")


def nothing_was_written(world: World) -> bool:
    with acting(world.owner):
        return not Post.objects.exists()


@here
@pytest.mark.parametrize("how", ["conflict", "invalid"])
def test_a_form_that_is_refused_leads_back(world: World, how: str) -> None:
    client = browser(world, "owner")
    came_from = "http://testserver/agencies/"
    answer = client.post(f"/refuse/{how}/", headers={"Referer": came_from})
    assert (answer.status_code, answer["Location"]) == (302, came_from)
    assert str(REFUSALS[how]) in client.get("/agencies/").content.decode()
    assert nothing_was_written(world)


@here
@pytest.mark.parametrize(
    ("how", "status"),
    [("conflict", 409), ("invalid", 400), ("forbidden", 403), ("missing", 404)],
)
@pytest.mark.parametrize("came_from", ["", "https://example.org/agencies/"])
def test_what_is_refused_has_a_page(
    world: World, how: str, status: int, came_from: str
) -> None:
    client = browser(world, "owner")
    headers = {"Referer": came_from} if came_from else {}
    at = f"/refuse/{how}/"
    for answer in (client.get(at), client.post(at, headers=headers)):
        assert answer.status_code == status
        assert answer["Content-Type"].startswith("text/html")
        if how != "missing":
            assert str(REFUSALS[how]) in answer.content.decode()
    assert nothing_was_written(world)


@here
def test_a_fragment_is_refused_in_words(world: World) -> None:
    client = browser(world, "owner")
    headers = {"HX-Request": "true", "Referer": "http://testserver/agencies/"}
    answer = client.post("/refuse/conflict/", headers=headers)
    assert (answer.status_code, answer.content) == (409, b"It is closed.")


@here
def test_faults_of_ours_have_pages_and_problems(world: World) -> None:
    client = browser(world, "owner", raise_request_exception=False)
    broken = client.get("/fail/x/")
    assert broken.status_code == 500
    assert "ZeroDivision" not in broken.content.decode()
    away = client.get("/fail/database/")
    assert (away.status_code, away["Retry-After"]) == (503, "5")
    for how, status, code in (("x", 500, "internal"), ("database", 503, "unavailable")):
        answer = client.get(f"/api/fail/{how}/")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer["Content-Type"] == "application/problem+json"


ALONE = ["400", "403", "403_csrf", "404", "500", "503", "agencies/refused"]


@pytest.mark.parametrize("name", ALONE)
def test_pages_of_refusals_stand_alone_and_lead_back(name: str) -> None:
    """Drawn without a context, and without the database, which this test lacks."""
    page = render_to_string(f"{name}.html")
    assert "Karaul</span>" in page
    assert 'href="/"' in page
    assert "/accounts/login/" not in page, "the dashboard leads there if need be"
    heading = re.search(r"<h1>\s*(.+?)\s*</h1>", page)
    title = re.search(r"<title>\s*(.+?)\s*· Karaul", page)
    assert heading
    assert title
    assert heading[1] == title[1]


def test_a_form_of_another_site_is_refused(world: World) -> None:
    client = browser(world, "admin", enforce_csrf_checks=True)
    answer = client.post("/agencies/agreements/KG-TJ/leave/", {"agency": "TJ-BT"})
    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()


def test_an_unknown_host_is_refused(world: World) -> None:
    answer = Client(headers={"Host": "evil.example"}).get("/agencies/")
    assert answer.status_code == 400


def test_what_every_answer_carries(world: World) -> None:
    for client in (Client(), browser(world, "owner")):
        for at in ("/agencies/", "/accounts/login/", "/no/such/", "/api/v1/docs/"):
            answer = client.get(at)
            policy = answer["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe-eval" not in policy
            scripts = policy.partition("script-src")[2].partition(";")[0]
            assert "unsafe-inline" not in scripts
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Referrer-Policy"] == "same-origin"
            assert "no-store" in answer["Cache-Control"]
            assert len(answer["X-Request-ID"]) == 32
