"""Leak vectors L26 to L47 (``docs/leaks.md``): who comes in, and what lies about."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from agencies.context import acting, system
from agencies.models import Officer, Release
from agencies.policy import Role
from agencies.records import Owned, Record, guarded_models
from incidents.models import Incident
from live import feed, sequencer
from live.models import Event
from live.readers import Reader, credential
from tests.api.http import Api, officer, token
from tests.leaks import crawl, routes, seed
from tests.leaks.database import copied, using
from tests.leaks.test_vectors_records import OWNED, frames, list_of, revoke
from tests.test_conventions import APPS, PUBLIC, ROOT
from tests.world import PASSWORD, World, build

MODELS = pytest.mark.parametrize("model", OWNED, ids=lambda m: m.__name__)
READ = [r for r in routes.routes() if r.is_read and not r.parameters]


def sources() -> Iterator[tuple[Path, str]]:
    """Yield the application's own modules."""
    for app in [*APPS, "config"]:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path, path.read_text()


def naming(pattern: str) -> set[str]:
    """Return which modules name something."""
    return {path.name for path, text in sources() if re.search(pattern, text)}


def bearer(value: str, **headers: str) -> Api:
    """Return a caller with a token."""
    return Api(Authorization=f"Bearer {value}", **headers)


# --- not there yet: the day it comes, these fail and ask for its test -------------


def test_l18_nothing_is_sent_by_mail_yet() -> None:
    assert not naming(r"send_mail|EmailMessage|mail_admins|webpush")


def test_l21_l22_there_are_no_files_yet() -> None:
    kinds = (models.FileField, models.FilePathField)
    found = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, kinds)
    ]
    assert not found
    assert not naming(r"FileResponse|zipfile|X-Accel-Redirect|StreamingHttpResponse")


def test_l44_nothing_is_kept_in_the_browser() -> None:
    """Settings of the screen only; no worker and no store that outlives a log-out."""
    scripts = [p for p in (ROOT / "static/js").rglob("*.js") if "vendor" not in p.parts]
    texts = "\n".join(path.read_text() for path in scripts)
    assert not re.findall(r"serviceWorker|indexedDB|caches\.open", texts)
    kept = re.findall(r"\w+Storage\.setItem\(([\w.\"]+)", texts)
    assert set(kept) <= {"KEY", "OFF", "RELOADED"}


def test_l46_no_search_engine_beside_the_database() -> None:
    assert not naming(r"elasticsearch|opensearch|whoosh|meilisearch|haystack")


# --- lint ---------------------------------------------------------------------------


def test_l26_no_answer_goes_to_a_group() -> None:
    assert not naming(r"group_send|group_add|get_channel_layer")
    assert not hasattr(settings, "CHANNEL_LAYERS")


def test_l39_no_cache_in_between() -> None:
    assert not naming(r"cache_page|UpdateCacheMiddleware|FetchFromCacheMiddleware")
    assert not [name for name in settings.MIDDLEWARE if "cache" in name.lower()]


# --- who comes in ---------------------------------------------------------------------


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
                assert sent.status_code in (302, 403, 404, 405), (name, url)
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


# --- what is told ------------------------------------------------------------------


@MODELS
def test_l30_no_moment_of_another_audience(world: World, model: type[Owned]) -> None:
    """A row is inserted with its final audience; its first event has no other."""
    by = world.owner
    with CaptureQueriesContext(connection) as caught, acting(by):
        row = seed.MAKERS[model.type_name()](by, level=2)
    table = model._meta.db_table
    [insert] = [
        q["sql"] for q in caught if f'INSERT INTO "{table}"' in q["sql"]
    ][-1:]  # fmt: skip
    assert "agency:KG-BS/2" in insert
    assert "agency:KG-BS/0" not in insert
    with system("test"):
        audiences = Event.objects.filter(subject_id=row.pk).values_list("audience")
        assert {tuple(keys) for (keys,) in audiences} == {("agency:KG-BS/2",)}
    for name in ("owner_low", "partner", "late", "outsider"):
        assert row.pk not in {f["ref"]["id"] for f in frames(world, name)}


def test_l31_who_left_keeps_nothing(world: World) -> None:
    """The agreement, its parties and partners' officers are gone; so are counts."""
    world.join("UZ-BT")
    late = officer(world, "late")
    at = [
        f"/api/v1/agreements/{world.agreement.pk}/",
        f"/agencies/agreements/{world.agreement.code}/",
        f"/api/v1/officers/{world.officers['owner'].pk}/",
        f"/agencies/officers/{world.officers['owner'].pk}/",
    ]
    assert [late.get(url).status_code for url in at] == [200] * 4
    world.leave("UZ-BT")
    assert [late.get(url).status_code for url in at] == [404] * 4
    everything = "".join(
        crawl.whole(late.get(routes.address(r, {}))) for r in READ if not r.is_admin
    )
    assert world.agreement.code not in everything
    assert str(world.officers["owner"].pk) not in everything


def new_rows(world: World) -> dict[str, dict[str, Any]]:
    """Return, by path, a body that the API takes."""
    place = {"type": "Point", "coordinates": [70.6, 40.1]}
    area = [[[[70, 40], [71, 40], [71, 41], [70, 40]]]]
    line = {"type": "LineString", "coordinates": [[70, 40], [71, 41]]}
    return {
        "zones/": {"name": "N", "area": {"type": "MultiPolygon", "coordinates": area}},
        "routes/": {"name": "N", "line": line},
        "checkpoints/": {"name": "N", "place": place},
        "posts/": {"name": "N", "place": place},
    }


def test_l32_what_others_have_is_free(world: World) -> None:
    """Another agency's code, id or key is answered like a fresh one."""
    hidden = officer(world, "owner")
    visitor = officer(world, "outsider")
    for path, body in new_rows(world).items():
        key = {"Idempotency_Key": f"key of {path}"}
        assert hidden.post(path, body | {"code": "SAME"}, **key).status_code == 201
        answers = [
            visitor.post(path, body | {"code": code}, **headers)
            for code, headers in (("SAME", key), ("FRESH", {}))
        ]
        assert [a.status_code for a in answers] == [201, 201], path
        shapes = [sorted(a.json()) for a in answers]
        assert shapes[0] == shapes[1]
        again = visitor.post(path, body | {"code": "SAME"})
        assert (again.status_code, again.json()["code"]) == (409, "code_taken")


@MODELS
def test_l33_hidden_and_none_are_one_answer(world: World, model: type[Owned]) -> None:
    """Byte-equal, and by the same queries: no time of day tells them apart."""
    row = seed.make(world, model, "own")
    found = [
        r for r in routes.routes()
        if r.model is model and r.subject and not r.is_admin
    ]  # fmt: skip
    visitor = officer(world, "outsider")
    assert len(found) >= 3
    for route in found:
        others = dict.fromkeys(route.parameters, str(uuid4()))
        for method in [*route.unsafe, *["get"] * route.is_read]:
            told = []
            for pk in (row.pk, uuid4()):
                url = routes.address(route, others | {route.subject: str(pk)})
                visitor.get(url)  # warm
                with CaptureQueriesContext(connection) as caught:
                    answer = getattr(visitor.client, method)(url)
                # An address of a step leads to the record's page, unseen.
                assert answer.status_code in (302, 404, 405), url
                queries = [re.sub(r"'[^']*'|s\d+_x\d+", "?", q["sql"]) for q in caught]
                shown = crawl.comparable(answer).replace(f"/{pk}/", "/ID/")
                told.append((shown, queries))
            assert told[0] == told[1], url


def test_l33_the_administration_asks_for_the_right_first(world: World) -> None:
    """A row that one may not look at is refused like one that is not there.

    Django's history tells them apart, and its way to the site leads to any table.
    """
    Api().client.post("/accounts/login/", {"username": "x", "password": "wrong"})
    attempt = AccessAttempt.objects.get()
    visitor = officer(world, "owner_admin")
    for end in ("history/", "change/", "delete/"):
        answers = [
            visitor.get(f"/admin/axes/accessattempt/{pk}/{end}")
            for pk in (attempt.pk, attempt.pk + 1)
        ]
        assert [a.status_code for a in answers] == [403, 403], end
        assert answers[0].content == answers[1].content
    kinds = ContentType.objects.values_list("pk", flat=True)
    found = {visitor.get(f"/admin/r/{kind}/1/").status_code for kind in kinds}
    assert found == {404}


def test_l34_nobody_learns_who_else_reads(world: World) -> None:
    by = world.owner
    with acting(by):
        made = seed.MAKERS["incident"](
            by, release_to=["agency:TJ-BT", "agency:UZ-BT", "agency:KZ-BS"]
        )
    for name, code in (("partner", "TJ-BT"), ("late", "UZ-BT"), ("outsider", "KZ-BS")):
        visitor = officer(world, name)
        known = visitor.get(f"incidents/{made.pk}/releases/").json()["results"]
        assert [one["grantee"] for one in known] == [f"agency:{code}"]
        assert visitor.get("releases/").json()["results"] == []
        page = visitor.get(f"incidents/{made.pk}/").content.decode()
        others = {"TJ-BT", "UZ-BT", "KZ-BS"} - {code}
        assert not [other for other in others if other in page]


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


def test_l40_a_connection_keeps_nobody(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    """One connection, with real commits: each after each, and after each fault."""
    with copied("pooled", django_db_blocker) as name, using(name):
        world = build()
        row = seed.make(world, Incident, "own")
        at = f"incidents/{row.pk}/"
        one, other, nobody = officer(world, "owner"), officer(world, "outsider"), Api()
        faults: list[Callable[[], Any]] = [
            lambda: one.get(at),
            lambda: one.patch(at, {"title": 7}),
            lambda: one.get("/no/such/"),
            lambda: _broken(world, "SELECT 1/0"),
            lambda: _broken(world, "SET LOCAL statement_timeout=1; SELECT pg_sleep(1)"),
            lambda: _broken(world, "no SQL at all"),
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
    from django.db import DatabaseError  # noqa: PLC0415

    with (
        suppress(DatabaseError, OperationalError),
        acting(world.owner),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_l42_no_number_counts_what_is_hidden(world: World) -> None:
    """References are drawn, cursors are blocks: neither rises by others' records."""
    rows = [seed.make(world, Incident, "outsiders") for _n in range(4)]
    for _n in range(3):
        seed.make(world, Incident, "own")
    numbers = [int(row.ref.rpartition("-")[2]) for row in rows]
    steps = {b - a for a, b in pairwise(numbers)}
    assert len(steps) == 3
    heard = [f["cursor"] for f in frames(world, "outsider")]
    assert len(set(heard)) == len(heard)
    assert heard != sorted(heard)
    assert {len(cursor) for cursor in heard} == {22}
    row = officer(world, "outsider").get(f"incidents/{rows[0].pk}/").json()
    assert not [v for v in row.values() if type(v) is int and v > 3]


def test_l43_no_log_repeats_what_was_asked(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A text in a query, a body, a header or a refused form is in no log."""
    text = "CANARY-TEXT"
    with structlog.testing.capture_logs() as logged:
        visitor = officer(world, "owner")
        for route in READ:
            if "logout" not in route.at and not route.is_admin:
                visitor.get(routes.address(route, {}), {"q": text, "code": text})
        visitor.post("incidents/", {"title": text, "narrative": text})
        visitor.post("incidents/", text.encode())
        visitor.client.post("/incidents/new/", {"title": text})
        visitor.client.post("/accounts/login/", {"username": text, "password": text})
        bearer(text).get("incidents/")
    said = capsys.readouterr()
    assert text not in str(logged) + caplog.text + said.out + said.err


@pytest.mark.parametrize(
    "model", [m for m in OWNED if issubclass(m, Record)], ids=lambda m: m.__name__
)
def test_l45_a_tear_line_has_nothing_of_its_record(
    world: World, model: type[Record]
) -> None:
    """Every text and point of the full record, by introspection: none is in it."""
    from agencies.actions import releases  # noqa: PLC0415
    from tests.leaks import canaries  # noqa: PLC0415

    row = seed.make(world, model, "own")
    marks = {
        name: f"CANARY-{name}"[: field.max_length or 200]
        for name, field in canaries.fields(model)
        if isinstance(field, models.CharField | models.TextField)
    }
    assert len(marks) > 1
    with system("test"):
        model._base_manager.filter(pk=row.pk).update(**marks)
        row = model._base_manager.get(pk=row.pk)
    by = world.owner
    with acting(by):
        releases.release(record=row, to="agency:TJ-BT", by=by, scope="tearline")
    visitor = officer(world, "partner")
    [shown] = visitor.get(list_of(model)).json()["results"]
    read = visitor.get(f"{list_of(model)}{shown['id']}/").content.decode()
    read += str(frames(world, "partner"))
    allowed = {"tear_line_text", "language"}
    assert not [n for n, mark in marks.items() if n not in allowed and mark in read]
    assert str(row.pk) not in read
    assert shown["tear_line_of"] is None
    place = shown.get("place") or shown.get("last_place")
    assert (
        place is None
        or [round(x, 1) for x in place["coordinates"]] == (place["coordinates"])
    )


def test_l47_what_was_to_be_sent_is_read_at_sending(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    """Recorded, numbered and in reach, and revoked before it goes out: withheld."""
    with copied("race", django_db_blocker) as name, using(name):
        world = build()
        row = seed.make(world, Incident, "partner")
        while sequencer.sequence():
            pass
        reader = _reader(world, "partner")
        assert str(row.pk) in _sent(reader)
        revoke(world, row)
        assert "incident.reported" not in _sent(reader)
        with system("test"):
            assert Release.objects.live().count() == 0
        page = officer(world, "partner").get("events/").content.decode()
        assert "incident.reported" not in page
        gone = _reader(world, "partner")
        with acting(world.admin):
            from agencies.actions import accounts  # noqa: PLC0415

            accounts.change_officer(
                officer=world.officers["partner"], by=world.admin, is_active=False
            )
        assert feed.look(0, [gone], is_check_due=False).ended == {gone}
        with pytest.raises(feed.Ended):
            feed.replay(gone, 0, feed.newest())


def _reader(world: World, name: str) -> Reader:
    visitor = officer(world, name)
    key = visitor.client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
    shown = credential({"cookie": cookie, "origin": settings.PUBLIC_URL})
    assert shown
    found = feed.enter(shown)
    assert found
    return found


def _sent(reader: Reader) -> str:
    seen = feed.look(0, [reader], is_check_due=False)
    return "\n".join(frame.text for frame in seen.frames(reader))
