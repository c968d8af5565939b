"""Leak vectors of the ways in: tokens, headers, accounts, guards, connections."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.utils import OperationalError
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.context import acting, system
from agencies.models import Officer
from agencies.policy import Role
from agencies.records import guarded_models
from incidents.models import Incident
from tests.api.http import Api, bearer, officer, token
from tests.leaks import crawl, routes, seed
from tests.leaks.conftest import READ
from tests.leaks.seed import OWNED
from tests.test_conventions import PUBLIC
from tests.world import PASSWORD, World


def test_l28_nobody_is_not_the_system(world: World) -> None:
    """Without a token, with a bad, ended or foreign one: no rows, here or in SQL."""
    for model in OWNED:
        seed.make(world, model, "own")
    expired = token(world, "KG-BS")
    ended = get_access_token_model().objects.filter(token=expired)
    assert ended.update(expires=timezone.now() - timedelta(seconds=1)) == 1
    callers = [
        Api(),
        *(bearer(value) for value in ("", "x", "null", "system", expired, "\u00e9")),
        Api(Authorization="Basic b3duZXI6eA=="),
        Api(Cookie=f"{settings.SESSION_COOKIE_NAME}=x"),
    ]
    for caller in callers:
        for route in READ:
            if route.is_api:
                answer = caller.get(routes.address(route, {}))
                assert answer.status_code == 401, route.at
    for guarded in guarded_models():
        assert not guarded._base_manager.exists(), guarded


def test_l35_no_header_opens_a_side_door(world: World) -> None:
    """Headers of replication, of proxies and of other platforms change nothing."""
    row = seed.make(world, Incident, "own")
    given = token(world, "KZ-BS")
    plain = bearer(given).get(f"incidents/{row.pk}/")
    assert plain.status_code == 404
    for name, value in {
        "Synchronized-Upsert": "true",
        "X-HTTP-Method-Override": "DELETE",
        "X-Actor": "owner",
        "X-Forwarded-User": "owner",
        "X-Remote-User": "owner",
        "Remote-User": "owner",
        "X-Agency": "KG-BS",
        "X-Original-URL": "/api/v1/incidents/",
        "X-Sync": "true",
        "If-Match": "*",
    }.items():
        answer = bearer(given, **{name: value}).get(f"incidents/{row.pk}/")
        assert crawl.comparable(answer) == crawl.comparable(plain), name
        listed = bearer(given, **{name: value}).get("incidents/").json()
        assert listed["results"] == [], name


def test_l36_a_token_acts_as_its_own_agency(world: World) -> None:
    """Ids and keys are no tokens, and a session beside a token adds nothing."""
    seed.make(world, Incident, "own")
    given = token(world, "KZ-BS")
    row = get_access_token_model().objects.get(token=given)
    session = officer(world, "owner")
    key = session.client.cookies[settings.SESSION_COOKIE_NAME].value
    claims = [
        str(world.officers["owner"].pk), "owner", key, str(row.pk), "secret",
        row.application.client_id, row.token_checksum, f"{given}x", given[:-1],
    ]  # fmt: skip
    for claim in claims:
        assert bearer(claim).get("incidents/").status_code == 401, claim
    both = session.client.get(
        "/api/v1/incidents/", headers={"Authorization": f"Bearer {given}"}
    )
    assert both.json()["results"] == []
    page = session.client.get("/", headers={"Authorization": f"Bearer {given}"})
    assert page.status_code == 302, "a token opens no page"


def credential_routes() -> list[routes.Route]:
    """Return every address that is about one officer and might change the account."""
    return [
        r for r in routes.routes()
        if r.model is Officer and r.subject and not r.is_api
    ]  # fmt: skip


def test_l37_no_route_resets_a_higher_account(world: World) -> None:
    """Each address about an account, from each who is not its keeper."""
    found = credential_routes()
    assert len(found) > 5
    pairs = [
        ("owner_admin", world.admin_officer),
        ("owner_admin", world.officers["partner"]),
        ("owner_admin", world.officers["outsider"]),
        ("owner", world.officers["owner_admin"]),
        ("owner_low", world.officers["owner"]),
        ("partner", world.officers["owner"]),
    ]
    body = {
        "password": PASSWORD, "password1": PASSWORD, "password2": PASSWORD,
        "new": PASSWORD, "again": PASSWORD, "username": "x", "name": "Taken",
        "roles": [Role.AGENCY_ADMIN], "clearance": "3", "is_active": "on",
    }  # fmt: skip
    with system("test"):
        before = {o.pk: (o.password, o.name, o.roles) for o in Officer.objects.all()}
    for name, target in pairs:
        visitor = officer(world, name)
        for route in found:
            for url in {
                routes.address(route, dict.fromkeys(route.parameters, str(target.pk)))
            }:
                sent = visitor.client.post(url, body)
                # 200: a form of papers, which is shown again.
                assert sent.status_code in (200, 302, 403, 404, 405), (name, url)
    with system("test"):
        after = {o.pk: (o.password, o.name, o.roles) for o in Officer.objects.all()}
    assert after == before


def test_l38_every_guard_works(world: World) -> None:
    """Nobody gets anything but the way in, at every address and by every method."""
    rows = {model: seed.make(world, model, "own") for model in OWNED}
    api = Api()
    for route in routes.routes():
        if route.name in PUBLIC or route.name in ("admin:jsi18n", "admin:login"):
            continue
        pk = str(rows[route.model].pk) if route.model in rows else routes.nowhere(route)
        values = dict.fromkeys(route.parameters, pk)
        values |= {n: v[0] for n, v in routes.CONSTANT.items() if n in values}
        url = routes.address(route, values)
        for method in ["get", "head", "options", *route.unsafe]:
            answer = getattr(api.client, method)(url)
            assert answer.status_code in (301, 302, 401, 403, 404, 405), (method, url)
            assert not answer.headers.get("ETag"), url


def test_l39_every_answer_stays_out_of_caches(world: World) -> None:
    """Each address says so itself; and one client's answer is never another's."""
    for name in ("owner", "outsider"):
        visitor = officer(world, name)
        for route in READ:
            if "logout" in route.at or route.at == "metrics":
                continue
            answer = visitor.get(routes.address(route, {}))
            assert "no-store" in answer.headers.get("Cache-Control", ""), route.at
    row = seed.make(world, Incident, "own")
    at = f"incidents/{row.pk}/"
    one, other = officer(world, "owner"), officer(world, "outsider")
    codes = [visitor.get(at).status_code for visitor in (one, other, one, Api())]
    assert codes == [200, 404, 200, 401]


def held() -> tuple[str, str]:
    """Return the role and the keys that the connection has now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('app.keys', true)")
        role, keys = cursor.fetchone()
    return role, keys or ""


def test_l40_a_connection_keeps_nobody(committed: World) -> None:
    """One connection, with real commits: each after each, and after each fault."""
    row = seed.make(committed, Incident, "own")
    at = f"incidents/{row.pk}/"
    one, other = officer(committed, "owner"), officer(committed, "outsider")
    nobody = Api()
    faults: list[Callable[[], Any]] = [
        lambda: one.get(at),
        lambda: one.patch(at, {"title": 7}),
        lambda: one.get("/no/such/"),
        lambda: _broken(committed, "SELECT 1/0"),
        lambda: _broken(committed, "SET LOCAL statement_timeout=1; SELECT pg_sleep(1)"),
        lambda: _broken(committed, "no SQL at all"),
    ]
    for fault in faults:
        fault()
        assert held() == ("karaul_app", "")
        assert other.get(at).status_code == 404
        assert nobody.get(at).status_code == 401
        assert not Incident._base_manager.exists()
        assert one.get(at).status_code == 200


def _broken(world: World, statement: str) -> None:
    """Run into a fault in the middle of acting for the owner."""
    with (
        suppress(DatabaseError, OperationalError),
        acting(world.owner),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
