"""Webhooks: signed, retried, never more than the agency may see, never to our side."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from agencies.actions import releases
from agencies.actions import webhooks as actions
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from agencies.models import Release
from live import deliveries, sending, sequencer
from live.feed import newest
from live.models import Delivery, DeliveryState, Webhook
from live.tasks import clear_old_deliveries, deliver_webhooks
from tests.live.test_api import login
from tests.live.test_journal import report
from tests.world import World

ADMIN = "owner_admin"


@dataclass
class Receiver:
    """A system of an agency: what it was sent, and what it answers."""

    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events that came, in order."""
        return [json.loads(body)["type"] for _headers, body in self.got]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """A web server of its own, in a network that the operator allows."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {k.lower(): v for k, v in self.headers.items()}
            found.got.append((headers, self.rfile.read(length)))
            self.send_response(found.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/karaul?line=1"
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def a_webhook(
    world: World, url: str, by: str = ADMIN, **values: Any
) -> tuple[Webhook, str]:
    """Set one up; its first message, that it is there, is taken for sent."""
    sequencer.sequence()
    actor = world.actor(by)
    with acting(actor):
        given = {"name": "Duty room", "url": url, "clearance": 3}
        made = actions.create_webhook(by=actor, **given | values)
    sequencer.sequence()
    with system("test"):
        Webhook.objects.filter(pk=made[0].pk).update(seq=newest())
    return made


def deliver() -> int:
    sequencer.sequence()
    return deliver_webhooks()


def rows(webhook: Webhook) -> list[Delivery]:
    with system("test"):
        return list(Delivery.objects.filter(webhook=webhook).order_by("seq"))


def stored(webhook: Webhook) -> Webhook:
    with system("test"):
        return Webhook.objects.get(pk=webhook.pk)


def make_due(webhook: Webhook) -> None:
    """Let the time pass until the next attempt."""
    now = timezone.now()
    with system("test"):
        waiting = Delivery.objects.filter(webhook=webhook, state="waiting")
        waiting.update(next_at=now)
        Webhook.objects.filter(pk=webhook.pk).update(held_until=now)


def test_an_event_arrives_signed(world: World, receiver: Receiver) -> None:
    """What the feed says, once, under a signature of the published standard."""
    _webhook, secret = a_webhook(world, receiver.url)
    incident = report(world.owner)
    assert deliver() == 1
    assert deliver() == 0
    [(headers, body)] = receiver.got
    said = Verifier(secret).verify(body.decode(), headers)
    assert said["type"] == "incident.reported"
    assert said["data"]["ref"] == {"type": "incident", "id": str(incident.pk)}
    assert said["data"]["data"]["title"] == incident.title
    assert headers["webhook-id"] == said["data"]["id"]
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.decode() + " ", headers)


def test_its_first_message_is_its_own(world: World, receiver: Receiver) -> None:
    """What was before it is not sent."""
    report(world.owner)
    sequencer.sequence()
    by = world.actor(ADMIN)
    with acting(by):
        actions.create_webhook(by=by, name="N", url=receiver.url)
    assert deliver() == 1
    assert receiver.kinds == ["webhook.created"]


def test_nothing_hidden_is_sent(world: World, receiver: Receiver) -> None:
    """Not of other agencies, not above its clearance, not by any trace."""
    mine, _secret = a_webhook(world, receiver.url, clearance=0)
    report(world.outsider)
    report(world.owner, level=2)
    assert deliver() == 0
    assert rows(mine) == []
    report(world.owner)
    assert deliver() == 1


def test_what_was_revoked_meanwhile_is_withheld(
    world: World, receiver: Receiver
) -> None:
    """Rights count when it is sent, not when it happened."""
    webhook, _secret = a_webhook(world, receiver.url)
    incident = report(world.outsider, "agency:KG-BS")
    receiver.status = 503
    assert deliver() == 1
    with acting(world.outsider):
        made = Release.objects.visible_to(world.outsider).of(incident).get()
        releases.revoke(record=incident, release_id=made.pk, by=world.outsider)
    receiver.status, receiver.got[:] = 204, []
    make_due(webhook)
    deliver()
    assert receiver.kinds == ["incident.withdrawn"]
    assert incident.title not in str(receiver.got)
    assert [row.state for row in rows(webhook)] == ["withheld", "delivered"]


def test_kinds_are_chosen(world: World, receiver: Receiver) -> None:
    a_webhook(world, receiver.url, kinds=["webhook.tested"])
    report(world.owner)
    assert deliver() == 0
    with pytest.raises(Invalid, match="No such kind"):
        a_webhook(world, receiver.url, kinds=["incident.imagined"])


def test_it_is_tried_again_later_and_given_up_at_last(
    world: World, receiver: Receiver
) -> None:
    """Longer and longer, for three days; then it is a dead letter, and replayed."""
    webhook, _secret = a_webhook(world, receiver.url)
    report(world.owner)
    receiver.status = 500
    for n, wait in enumerate(deliveries.WAITS, start=1):
        before = timezone.now()
        assert deliver() == 1
        assert deliver() == 0, "it waits"
        [row] = rows(webhook)
        assert (row.attempts, row.status) == (n, 500)
        assert before + wait <= row.next_at <= timezone.now() + wait
        make_due(webhook)
    assert deliver() == 1
    [row] = rows(webhook)
    assert row.state == DeliveryState.DEAD
    make_due(webhook)
    assert deliver() == 0
    by = world.actor(ADMIN)
    with acting(by):
        assert actions.replay_webhook(webhook=webhook, by=by) == 1
    receiver.status = 204
    assert deliver() == 2, "the event of the replay, and what is replayed"
    assert {row.state for row in rows(webhook)} == {DeliveryState.DELIVERED}
    assert len({h["webhook-id"] for h, _b in receiver.got}) == 2


def test_one_that_is_down_holds_up_nobody(world: World, receiver: Receiver) -> None:
    """Nothing more is sent to it for a while; the others get theirs."""
    down, _secret = a_webhook(world, "http://127.0.0.1:1/")
    for _n in range(3):
        report(world.owner)
    a_webhook(world, receiver.url)
    report(world.owner)
    deliver()
    assert receiver.kinds == ["incident.reported"]
    assert [row.attempts for row in rows(down)] == [1, 0, 0, 0, 0]
    assert rows(down)[0].fault == "no_connection"
    assert stored(down).held_until > timezone.now()


def test_a_refusal_of_one_message_stops_no_other(
    world: World, receiver: Receiver
) -> None:
    webhook, _secret = a_webhook(world, receiver.url)
    report(world.owner)
    report(world.owner)
    receiver.status = 422
    assert deliver() == 2
    assert [row.attempts for row in rows(webhook)] == [1, 1]


def test_a_receiver_that_is_gone_is_paused(world: World, receiver: Receiver) -> None:
    """410 is the standard's word for: never again."""
    webhook, _secret = a_webhook(world, receiver.url)
    report(world.owner)
    report(world.owner)
    receiver.status = 410
    assert deliver() == 1
    row = stored(webhook)
    assert (row.pause, row.paused_at is None) == ("gone", False)
    receiver.status = 204
    make_due(webhook)
    assert deliver() == 0
    by = world.actor(ADMIN)
    with acting(by):
        actions.change_webhook(webhook=row, by=by, is_paused=False)
    make_due(webhook)
    assert deliver() == 4, "both reports, the pause and its end"


def test_redirects_are_not_followed(world: World, receiver: Receiver) -> None:
    webhook, _secret = a_webhook(world, receiver.url)
    report(world.owner)
    receiver.status = 302
    assert deliver() == 1
    assert rows(webhook)[0].status == 302
    assert rows(webhook)[0].state == DeliveryState.WAITING


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://[::1]:1/",
        "https://[::ffff:127.0.0.1]:1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0:1/",
    ],
)
def test_our_own_side_is_refused(url: str, settings: Any) -> None:
    """By the address that the name leads to, whatever the name."""
    settings.WEBHOOK_NETWORKS = []
    assert sending.post(url, "{}", {}).fault == "address_refused"


def test_the_address_that_was_looked_at_is_the_one_used(
    receiver: Receiver, settings: Any
) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) leads nowhere."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    named = receiver.url.replace("127.0.0.1", "localhost")
    asked: list[Any] = []
    real = sending._looked_up

    async def looked_up(host: str, port: int) -> Any:
        asked.append(host)
        return [a for a in await real(host, port) if a.version == 4]

    with patch.object(sending, "_looked_up", looked_up):
        assert sending.post(named, "{}", {}).is_taken
    assert asked == ["localhost"]
    [(headers, _body)] = receiver.got
    assert headers["host"].startswith("localhost:")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://system.example/", "bad_address"),
        ("https://", "bad_address"),
        ("https://name:word@system.example/", "bad_address"),
        ("https://system.example:99999/", "bad_address"),
        ("http://system.example/", "not_https"),
    ],
)
def test_bad_addresses_are_refused_at_once(
    world: World, settings: Any, url: str, code: str
) -> None:
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Invalid) as refused:
        a_webhook(world, url)
    assert refused.value.code == code


def test_a_new_secret_signs_beside_the_old_one(
    world: World, receiver: Receiver
) -> None:
    webhook, old = a_webhook(world, receiver.url)
    by = world.actor(ADMIN)
    with acting(by):
        _row, new = actions.renew_webhook_secret(webhook=webhook, by=by)
    deliver()
    headers, body = receiver.got[-1]
    for secret in (old, new):
        Verifier(secret).verify(body.decode(), headers)
    with system("test"):
        past = timezone.now() - timedelta(seconds=1)
        Webhook.objects.filter(pk=webhook.pk).update(old_secret_until=past)
    report(world.owner)
    deliver()
    headers, body = receiver.got[-1]
    Verifier(new).verify(body.decode(), headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(body.decode(), headers)


def test_secrets_are_sealed(world: World, receiver: Receiver) -> None:
    """No secret stands in the database, and none is left of a revoked webhook."""
    webhook, secret = a_webhook(world, receiver.url)
    with system("test"), connection.cursor() as cursor:
        cursor.execute("SELECT live_webhook::text FROM live_webhook")
        assert all(secret[6:] not in text for (text,) in cursor.fetchall())
    by = world.actor(ADMIN)
    with acting(by):
        actions.revoke_webhook(webhook=webhook, by=by)
        with pytest.raises(Conflict):
            actions.renew_webhook_secret(webhook=webhook, by=by)
    assert stored(webhook).secret == ""
    report(world.owner)
    assert deliver() == 0


def test_only_who_keeps_accounts(world: World, receiver: Receiver) -> None:
    with pytest.raises(Forbidden):
        a_webhook(world, receiver.url, by="owner")
    webhook, _secret = a_webhook(world, receiver.url)
    for name in ("owner", "partner", "admin"):
        page = browser_of(world, name).get(f"/webhooks/{webhook.pk}/")
        assert page.status_code == 403, name
    low = world.actor(ADMIN)
    with pytest.raises(Invalid, match="clearance"), acting(low):
        actions.create_webhook(by=low, name="N", url=receiver.url, clearance=4)


def browser_of(world: World, name: str) -> Browser:
    if name != "admin":
        return login(world, name)
    browser = Browser()
    with system("test"):
        browser.force_login(
            world.admin_officer, "agencies.authentication.OfficerBackend"
        )
    return browser


def test_pages(world: World, receiver: Receiver) -> None:
    """Set up, tested, seen to arrive, paused, revoked: all by hand."""
    browser = login(world, ADMIN)
    assert b"None yet" in browser.get("/webhooks/").content
    given = {"name": "Duty room", "url": "nowhere", "clearance": 1}
    wrong = browser.post("/webhooks/new/", given)
    assert b"Give an address such as" in wrong.content
    sequencer.sequence()
    made = browser.post("/webhooks/new/", given | {"url": receiver.url})
    assert b"whsec_" in made.content
    with system("test"):
        row = Webhook.objects.get()
    at = f"/webhooks/{row.pk}/"
    assert b"whsec_" not in browser.get(at).content
    answer = browser.post(f"{at}act/", {"verb": "test"}, follow=True)
    assert b"on its way" in answer.content
    deliver()
    assert receiver.kinds[-1] == "webhook.tested"
    assert b"delivered" in browser.get(at).content
    browser.post(f"{at}act/", {"verb": "pause"})
    answer = browser.post(f"{at}act/", {"verb": "test"}, follow=True)
    assert b"It is paused" in answer.content
    browser.post(f"{at}edit/", {"name": "Other", "url": receiver.url})
    assert b"Other" in browser.get("/webhooks/").content
    assert b"whsec_" in browser.post(f"{at}renew/").content
    browser.post(f"{at}act/", {"verb": "revoke"})
    assert b"None yet" in browser.get("/webhooks/").content


def test_api(world: World, receiver: Receiver) -> None:
    browser = login(world, ADMIN)
    base = "/api/v1/webhooks/"
    json_ = "application/json"
    sequencer.sequence()
    made = browser.post(base, {"name": "N", "url": receiver.url}, json_)
    assert made.status_code == 201
    at = made["Location"]
    found = browser.get(at)
    assert "secret" not in found.json()
    change = {"is_paused": True}
    assert browser.patch(at, change, json_).status_code == 428
    headers = {"If-Match": found["ETag"]}
    changed = browser.patch(at, change, json_, headers=headers)
    assert changed.json()["pause"] == "by_hand"
    assert browser.patch(at, change, json_, headers=headers).status_code == 412
    assert browser.post(f"{at}test/", {}, json_).json()["code"] == "paused"
    headers = {"If-Match": changed["ETag"]}
    browser.patch(at, {"is_paused": False}, json_, headers=headers)
    assert browser.post(f"{at}test/", {}, json_).status_code == 200
    deliver()
    sent = browser.get(f"{at}deliveries/").json()["results"]
    assert {one["state"] for one in sent} == {"delivered"}
    bad = browser.post(base, {"name": "N", "url": "ftp://x/"}, json_)
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_address")
    assert login(world, "owner").get(base).json()["results"] == []
    for name in ("owner", "partner"):
        assert login(world, name).get(at).status_code == 404
        refused = login(world, name).post(base, {"name": "N", "url": "u"}, json_)
        assert refused.status_code == 403
    assert len(browser.get(base, {"is_revoked": "false"}).json()["results"]) == 1
    assert browser.get(base, {"is_revoked": "true"}).json()["results"] == []
    revoked = browser.post(f"{at}revoke/", {}, json_).json()
    assert revoked["revoked_at"]


def test_old_deliveries_are_forgotten(world: World, receiver: Receiver) -> None:
    webhook, _secret = a_webhook(world, receiver.url)
    report(world.owner)
    deliver()
    assert clear_old_deliveries() == 0
    with system("test"):
        old = timezone.now() - timedelta(days=31)
        Delivery.objects.filter(webhook=webhook).update(ended_at=old)
    assert clear_old_deliveries() == 1
    assert deliver() == 0, "what was delivered is not taken up again"


@pytest.mark.slow
def test_one_sender_at_a_time(committed: World, receiver: Receiver) -> None:
    """Two workers at once send each event once."""
    a_webhook(committed, receiver.url)
    for _n in range(20):
        report(committed.owner)
    sequencer.sequence()
    counts: list[int] = []

    def work() -> None:
        counts.append(deliver_webhooks())
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deliver_webhooks()
    ids = [headers["webhook-id"] for headers, _body in receiver.got]
    assert len(ids) == len(set(ids)) == 20
    assert sum(counts) <= 20
