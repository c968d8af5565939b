"""Leak vectors of what an answer, a frame or a log tells (``docs/leaks.md``)."""

import re
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
import structlog
from axes.models import AccessAttempt
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from agencies.actions import accounts, releases
from agencies.context import acting, system
from agencies.models import Release
from agencies.records import Owned, Record
from incidents import tasks
from incidents.actions import reach
from incidents.models import Incident, Notice
from live import feed, sequencer
from live.models import Event
from live.readers import Reader, credential
from tests.api.http import Api, bearer, officer
from tests.leaks import canaries, crawl, routes, seed, watchers
from tests.leaks.conftest import MODELS, READ, frames, list_of, revoke
from tests.leaks.seed import OWNED
from tests.world import World


def test_l18_no_call_about_what_was_lost(world: World, settings: Any) -> None:
    """A step calls who sees the incident then; a mail goes to who sees it then."""
    settings.SENDS_MAIL = True
    for name in ("partner", "partner_low", "outsider"):
        by = world.actor(name)
        with acting(by):
            reach.set_reachability(email=f"{name}@agency.example", by=by)
    for name in ("partner", "outsider"):
        watchers.add_rule(world, name)
    lost, kept, high = (_added(world, **more) for more in ({}, {}, {"level": 2}))
    watchers.call()
    assert watchers.calls() == {
        (lost.pk, "partner"), (lost.pk, "partner_low"),
        (kept.pk, "partner"), (kept.pk, "partner_low"), (high.pk, "partner"),
    }  # fmt: skip
    revoke(world, lost)
    revoke(world, high)
    for actor in world.everybody.values():
        with acting(actor):
            seen = Notice.objects.visible_to(actor).values_list("incident", flat=True)
            expected = {kept.pk} if actor.agency == "TJ-BT" else set()
            assert set(seen) == expected
    assert tasks.send_mails() == 2
    assert {one.to[0] for one in mail.outbox} == {
        "partner@agency.example", "partner_low@agency.example",
    }  # fmt: skip
    assert len({one.body for one in mail.outbox}) == 1
    for name in ("owner", "late", "outsider"):
        kinds = {one["kind"].partition(".")[0] for one in frames(world, name)}
        assert "escalation" not in kinds


@MODELS
def test_l30_no_moment_of_another_audience(world: World, model: type[Owned]) -> None:
    """A row is inserted with its final audience; its first event has no other."""
    by = world.owner
    with CaptureQueriesContext(connection) as caught, acting(by):
        row = seed.add(by, model.type_name(), level=2)
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
        made = seed.add(
            by, "incident", ["agency:TJ-BT", "agency:UZ-BT", "agency:KZ-BS"]
        )
    for name, code in (("partner", "TJ-BT"), ("late", "UZ-BT"), ("outsider", "KZ-BS")):
        visitor = officer(world, name)
        known = visitor.get(f"incidents/{made.pk}/releases/").json()["results"]
        assert [one["grantee"] for one in known] == [f"agency:{code}"]
        assert visitor.get("releases/").json()["results"] == []
        page = visitor.get(f"incidents/{made.pk}/").content.decode()
        others = {"TJ-BT", "UZ-BT", "KZ-BS"} - {code}
        assert not [other for other in others if other in page]


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


def test_l47_what_was_to_be_sent_is_read_at_sending(committed: World) -> None:
    """Recorded, numbered and in reach, and revoked before it goes out: withheld."""
    row = seed.make(committed, Incident, "partner")
    while sequencer.sequence():
        pass
    reader = _reader(committed, "partner")
    assert str(row.pk) in _sent(reader)
    revoke(committed, row)
    assert "incident.reported" not in _sent(reader)
    with system("test"):
        assert Release.objects.live().count() == 0
    page = officer(committed, "partner").get("events/").content.decode()
    assert "incident.reported" not in page
    gone = _reader(committed, "partner")
    with acting(committed.admin):
        accounts.change_officer(
            officer=committed.officers["partner"], by=committed.admin, is_active=False
        )
    assert feed.look(0, [gone]).ended == {gone}
    with pytest.raises(feed.Ended):
        feed.replay(gone, 0, feed.newest())


def _added(world: World, **more: Any) -> Any:
    by = world.owner
    with acting(by):
        return seed.add(by, "incident", ["agency:TJ-BT"], **more)


def _reader(world: World, name: str) -> Reader:
    shown = credential(crawl.handshake(officer(world, name).client))
    assert shown
    found = feed.enter(shown)
    assert found
    return found


def _sent(reader: Reader) -> str:
    seen = feed.look(0, [reader])
    return "\n".join(frame.text for frame in seen.frames(reader))
