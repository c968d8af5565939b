"""Sending one signed message to an agency's system, and to nothing else.

Signed as Standard Webhooks 1.0 say (``webhook-id``, ``webhook-timestamp``,
``webhook-signature`` over ``id.timestamp.body``). The name is looked up here, each
address must be one of the open internet or of ``WEBHOOK_NETWORKS``, and the connection
goes to the address that was looked at: a name that leads elsewhere a moment later, a
redirect or a proxy of the environment leads nowhere.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook as Signer

from agencies.errors import Invalid
from live.models import DeliveryFault

Address = IPv4Address | IPv6Address
SECONDS = 5.0  # for everything: the name, the connection, the answer
_PORTS = {"https": 443, "http": 80}
# Addresses of IPv6 that stand for any of IPv4: RFC 6052 and RFC 3056.
_TUNNELS = [ip_network("64:ff9b::/96"), ip_network("2002::/16")]


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of the receiver's answer, or the fault that kept it from us."""

    status: int | None
    fault: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_down(self) -> bool:
        """Whether the next message would fare no better for now."""
        return self.status is None or self.status >= 500 or self.status == 429

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == 410


def require_address(url: str) -> None:
    """Refuse what is not the address of a web server; nothing is looked up."""
    if not _is_address(url):
        text = _("Give an address such as https://system.example/karaul.")
        raise Invalid("bad_address", text, pointer="/url")
    if urlsplit(url).scheme == "http" and not settings.WEBHOOK_NETWORKS:
        text = _("Only https: what is sent must not be read on the way.")
        raise Invalid("not_https", text, pointer="/url")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
        # As it is written to look it up: not every text can be a name.
        host = httpx.URL(url).host.encode("idna")
    except (ValueError, httpx.InvalidURL):
        return False
    is_plain = not (parts.username or parts.password or parts.fragment)
    return parts.scheme in _PORTS and bool(host) and is_port and is_plain


def signed(
    message: str, at: datetime, body: str, secrets: Iterable[str]
) -> dict[str, str]:
    """Return the headers of a message, signed with each secret."""
    marks = [Signer(secret).sign(message, at, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "karaul-webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(marks),
    }


def post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Send a body; never raises for what the receiver or the network does."""
    return asyncio.run(_post(url, body, headers))


async def _post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    try:
        async with asyncio.timeout(SECONDS):
            return await _exchange(httpx.URL(url), body, headers)
    except TimeoutError:
        return Answer(None, DeliveryFault.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        return Answer(None, DeliveryFault.NO_CONNECTION)


async def _exchange(url: httpx.URL, body: str, headers: Mapping[str, str]) -> Answer:
    try:
        found = await _looked_up(url.host, url.port or _PORTS[url.scheme])
    except (OSError, UnicodeError):
        return Answer(None, DeliveryFault.UNKNOWN_HOST)
    if not found or not all(_is_allowed(one, url.scheme) for one in found):
        return Answer(None, DeliveryFault.ADDRESS_REFUSED)
    # The name stays in the Host header and in what the certificate must say.
    host = {"host": url.netloc.decode("ascii")}
    named = {"sni_hostname": url.host}
    to = url.copy_with(host=str(found[0]))
    async with (
        httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client,
        client.stream(
            "POST", to, content=body, headers={**headers, **host}, extensions=named
        ) as response,
    ):
        return Answer(response.status_code)


async def _looked_up(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def _is_allowed(address: Address, scheme: str) -> bool:
    """Whether an agency's system may be there: never our own side of the fence."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in settings.WEBHOOK_NETWORKS):
        return True
    is_open = plain.is_global and not plain.is_multicast
    return scheme == "https" and is_open and not any(plain in one for one in _TUNNELS)
