"""A webhook, and a system of an agency that receives what is sent to it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from django.utils import timezone

from agencies.actions import webhooks as actions
from agencies.context import acting, system
from live import sequencer
from live.feed import newest
from live.models import Delivery, Webhook
from live.tasks import deliver_webhooks
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
