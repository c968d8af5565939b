"""Who reads the live feed: from a session or a bearer token to an actor.

One function recognises many at once, at the door and at every later check, so that
both always answer alike. Everything here runs in a thread, never on the event loop,
but for :func:`credential` and :func:`is_our_origin`, which read nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.sessions.models import Session
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agencies.accounts import (
    Held,
    actor_of,
    actors_of_tokens,
    is_over,
    memberships,
)
from agencies.context import system
from agencies.models import Officer
from agencies.policy import Actor

SCOPE = "events:read"


class ForeignOrigin(Exception):
    """A browser brings its cookie from another site's page, or from no page."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a socket showed: the key of a session, or a bearer token."""

    is_session: bool
    secret: str = field(repr=False)


@dataclass(eq=False, slots=True)
class Reader:
    """One open socket's reader, as recognised when rights had version ``rights``."""

    credential: Credential
    actor: Actor
    rights: UUID | None


def credential(headers: Mapping[str, str]) -> Credential | None:
    """Return what the handshake's headers show, if anything.

    A cookie counts only from our own pages: browsers send it along from anywhere,
    and a socket has no other defence against that. A bearer token is never mixed
    with a session.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential(is_session=False, secret=token.strip())
    cookies = parse_cookie(headers.get("cookie", ""))
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    origin = headers.get("origin")
    if (session or origin is not None) and not is_our_origin(
        origin or "", headers.get("host", "")
    ):
        raise ForeignOrigin
    return Credential(is_session=True, secret=session) if session else None


def is_our_origin(origin: str, host: str) -> bool:
    """Whether a page of this origin is ours: the public one, or the host asked for."""
    if origin == settings.PUBLIC_URL:
        return True
    scheme, _, place = origin.partition("://")
    if scheme not in ("http", "https") or (settings.IS_HTTPS and scheme == "http"):
        return False
    if place.lower() != host.lower() or urlsplit(origin).path:
        return False
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def looked_up_once() -> Held:
    """Return a way to look memberships up, each once: for one round of checks."""
    return cache(memberships)


def actors(
    credentials: Collection[Credential], held: Held | None = None
) -> dict[Credential, Actor]:
    """Return the actor of each credential that counts now; others are left out."""
    held = held or looked_up_once()
    now = timezone.now()
    with system("authentication"):
        found = {
            one: actor_of(officer, held) for one, officer in _officers(credentials, now)
        }
        tokens = {one.secret: one for one in credentials if not one.is_session}
        known = actors_of_tokens(tokens, held) if tokens else {}
        found |= {tokens[secret]: actor for secret, actor in known.items()}
    return found


def _officers(
    credentials: Iterable[Credential], now: datetime
) -> list[tuple[Credential, Officer]]:
    wanted = {one.secret: one for one in credentials if one.is_session}
    rows = Session.objects.filter(pk__in=wanted, expire_date__gt=now)
    sessions = {
        wanted[row.pk]: data
        for row in rows
        if SESSION_KEY in (data := row.get_decoded()) and not is_over(data)
    }
    ids = {data[SESSION_KEY] for data in sessions.values()}
    officers = {
        str(officer.pk): officer
        for officer in Officer.objects.filter(
            pk__in=ids, is_active=True
        ).select_related("agency")
    }
    return [
        (one, officer)
        for one, data in sessions.items()
        if (officer := officers.get(data[SESSION_KEY])) and _is_signed(officer, data)
    ]


def _is_signed(officer: Officer, data: dict[str, Any]) -> bool:
    """Whether the session was opened with the password of today (Django's rule)."""
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    given = str(data.get(HASH_SESSION_KEY, ""))
    hashes = [
        officer.get_session_auth_hash(),
        *officer.get_session_auth_fallback_hash(),
    ]
    return any(constant_time_compare(given, known) for known in hashes)
