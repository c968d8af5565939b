"""Keeping webhooks: by whom, where to, under which secret."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from agencies.actions import webhooks as actions
from agencies.context import acting, system
from agencies.errors import Conflict, Forbidden, Invalid
from live import sequencer
from live.models import Webhook
from tests.agencies.conftest import browser
from tests.live.test_journal import report
from tests.webhooks import (
    ADMIN,
    Receiver,
    a_webhook,
    deliver,
    stored,
)
from tests.world import World


def test_kinds_are_chosen(world: World, receiver: Receiver) -> None:
    a_webhook(world, receiver.url, kinds=["webhook.tested"])
    report(world.owner)
    assert deliver() == 0
    with pytest.raises(Invalid, match="No such kind"):
        a_webhook(world, receiver.url, kinds=["incident.imagined"])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://system.example/", "bad_address"),
        ("https://", "bad_address"),
        ("https://name:word@system.example/", "bad_address"),
        ("https://system.example:99999/", "bad_address"),
        ("https://[::1/", "bad_address"),
        ("https://system\uff0fexample/", "bad_address"),
        (f"https://{'a' * 64}.example/", "bad_address"),
        ("https://system..example/", "bad_address"),
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
        page = browser(world, name).get(f"/webhooks/{webhook.pk}/")
        assert page.status_code == 403, name
    low = world.actor(ADMIN)
    with pytest.raises(Invalid, match="clearance"), acting(low):
        actions.create_webhook(by=low, name="N", url=receiver.url, clearance=4)


def test_pages(world: World, receiver: Receiver) -> None:
    """Set up, tested, seen to arrive, paused, revoked: all by hand."""
    admin = browser(world, ADMIN)
    assert b"None yet" in admin.get("/webhooks/").content
    given = {"name": "Duty room", "url": "nowhere", "clearance": 1}
    wrong = admin.post("/webhooks/new/", given)
    assert b"Give an address such as" in wrong.content
    sequencer.sequence()
    made = admin.post("/webhooks/new/", given | {"url": receiver.url})
    assert b"whsec_" in made.content
    with system("test"):
        row = Webhook.objects.get()
    at = f"/webhooks/{row.pk}/"
    assert b"whsec_" not in admin.get(at).content
    answer = admin.post(f"{at}act/", {"verb": "test"}, follow=True)
    assert b"on its way" in answer.content
    deliver()
    assert receiver.kinds[-1] == "webhook.tested"
    page = admin.get(at).content.decode()
    assert re.search(r"webhook\.tested</td>\s*<td>delivered", page)
    assert 'hx-trigger="every 5s"' not in page
    receiver.status = 500
    admin.post(f"{at}act/", {"verb": "test"})
    deliver()
    # It waits for the next attempt: the page looks again by itself.
    assert 'hx-trigger="every 5s"' in admin.get(at).content.decode()
    receiver.status = 200
    admin.post(f"{at}act/", {"verb": "pause"})
    answer = admin.post(f"{at}act/", {"verb": "test"}, follow=True)
    assert b"It is paused" in answer.content
    admin.post(f"{at}edit/", {"name": "Other", "url": receiver.url})
    assert b"Other" in admin.get("/webhooks/").content
    assert b"whsec_" in admin.post(f"{at}renew/").content
    admin.post(f"{at}act/", {"verb": "revoke"})
    assert b"None yet" in admin.get("/webhooks/").content


def test_api(world: World, receiver: Receiver) -> None:
    admin = browser(world, ADMIN)
    base = "/api/v1/webhooks/"
    json_ = "application/json"
    sequencer.sequence()
    made = admin.post(base, {"name": "N", "url": receiver.url}, json_)
    assert made.status_code == 201
    at = made["Location"]
    found = admin.get(at)
    assert "secret" not in found.json()
    change = {"is_paused": True}
    assert admin.patch(at, change, json_).status_code == 428
    headers = {"If-Match": found["ETag"]}
    changed = admin.patch(at, change, json_, headers=headers)
    assert changed.json()["pause"] == "by_hand"
    assert admin.patch(at, change, json_, headers=headers).status_code == 412
    assert admin.post(f"{at}test/", {}, json_).json()["code"] == "paused"
    headers = {"If-Match": changed["ETag"]}
    admin.patch(at, {"is_paused": False}, json_, headers=headers)
    assert admin.post(f"{at}test/", {}, json_).status_code == 200
    deliver()
    sent = admin.get(f"{at}deliveries/").json()["results"]
    assert {one["state"] for one in sent} == {"delivered"}
    assert "webhook.tested" in {one["kind"] for one in sent}
    bad = admin.post(base, {"name": "N", "url": "ftp://x/"}, json_)
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_address")
    assert browser(world, "owner").get(base).json()["results"] == []
    for name in ("owner", "partner"):
        assert browser(world, name).get(at).status_code == 404
        refused = browser(world, name).post(base, {"name": "N", "url": "u"}, json_)
        assert refused.status_code == 403
    assert len(admin.get(base, {"is_revoked": "false"}).json()["results"]) == 1
    assert admin.get(base, {"is_revoked": "true"}).json()["results"] == []
    revoked = admin.post(f"{at}revoke/", {}, json_).json()
    assert revoked["revoked_at"]
