"""Events on their way: signed, retried, never more than the agency may see."""

import threading
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from agencies.actions import releases
from agencies.actions import webhooks as actions
from agencies.context import acting, system
from agencies.models import Release
from live import deliveries, sending, sequencer
from live.models import Delivery, DeliveryState, Webhook
from live.tasks import clear_old_deliveries, deliver_webhooks
from tests.live.test_journal import report
from tests.webhooks import (
    ADMIN,
    Receiver,
    a_webhook,
    deliver,
    make_due,
    rows,
    stored,
)
from tests.world import World


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


def test_what_cannot_be_sent_stops_no_other_webhook(
    world: World, receiver: Receiver
) -> None:
    """Neither a name that is none nor a secret under a key that is gone."""
    nowhere, _secret = a_webhook(world, receiver.url)
    lost, _secret = a_webhook(world, receiver.url)
    a_webhook(world, receiver.url)
    with system("test"):
        held = {"held_until": timezone.now() - timedelta(minutes=1)}
        url = f"https://{'a' * 64}.example/"
        Webhook.objects.filter(pk=nowhere.pk).update(url=url, **held)
        Webhook.objects.filter(pk=lost.pk).update(secret="x", **held)
    report(world.owner)
    assert deliver() == 3
    assert receiver.kinds == ["incident.reported"]
    assert [rows(one)[0].fault for one in (nowhere, lost)] == [
        "unknown_host",
        "secret_lost",
    ]


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
