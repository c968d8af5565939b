"""From a session or a token to an actor with the keys held at this moment."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.context import system
from agencies.errors import Forbidden
from agencies.models import Agency, Agreement, Officer, Party, RightsVersion
from agencies.policy import Actor, Audience, Membership
from agencies.records import Owned

# When the session began, and when its officer was last seen: UNIX seconds.
BEGAN_AT = "began_at"
SEEN_AT = "seen_at"
# By hand: every request of an agency's system begins with it.
_TOKENS = """
SELECT token.token_checksum, token.scope, client.id, client.client_id,
    client.clearance, client.allowed_scopes, agency.id, agency.code, agency.time_zone,
    (SELECT stamp FROM agencies_rightsversion WHERE id = 1)
FROM oauth2_provider_accesstoken AS token
JOIN agencies_client AS client ON client.id = token.application_id
JOIN agencies_agency AS agency ON agency.id = client.agency_id
WHERE token.token_checksum = ANY (%s) AND token.expires > %s
"""


def memberships(agency: UUID, rights: UUID | None = None) -> tuple[Membership, ...]:
    """Return an agency's present memberships of agreements in force today.

    Between transactions they are remembered until anybody's rights change: their
    stamp, ``rights``, is read first, so that what is found is never older. What a
    transaction sees may be its own, and undone.
    """
    today = timezone.now().date()
    if connection.in_atomic_block:
        return _look_up(agency, today)
    return _remembered(agency, today, rights or RightsVersion.current())


def _look_up(agency: UUID, today: date) -> tuple[Membership, ...]:
    with system("membership"):
        parties = (
            Party.objects.present()
            .filter(agency=agency, agreement__in=Agreement.objects.in_force(today))
            .values_list("agreement__code", "joined_epoch", "agreement__epoch")
            .order_by("agreement__code")
        )
        return tuple(Membership(*party) for party in parties)


@lru_cache(maxsize=1024)
def _remembered(
    agency: UUID, today: date, _rights: UUID | None
) -> tuple[Membership, ...]:
    return _look_up(agency, today)


# How memberships are looked up; the live process, with many readers, remembers them.
Held = Callable[[UUID, UUID | None], tuple[Membership, ...]]


def actor_of(officer: Officer, held: Held = memberships) -> Actor:
    """Return an officer as an actor; an inactive one holds no keys."""
    if not officer.is_active:
        return Actor(label=f"officer:{officer.username}")
    agency = officer.agency
    return Actor(
        label=f"officer:{officer.username}",
        agency=agency.code if agency else None,
        agency_id=agency.pk if agency else None,
        officer_id=officer.pk,
        clearance=officer.clearance,
        roles=frozenset(officer.roles),
        time_zone=agency.time_zone if agency else "UTC",
        memberships=held(agency.pk, None) if agency else (),
    )


def actor_of_agency(agency: Agency, clearance: int) -> Actor:
    """Return an agency as a reader: the keys its staff of a clearance share."""
    return Actor(
        label=f"agency:{agency.code}",
        agency=agency.code,
        agency_id=agency.pk,
        clearance=clearance,
        memberships=memberships(agency.pk),
    )


def share_of(record: Owned, agency: Agency) -> Audience:
    """Return the part of a record's audience that is one agency alone; may be empty."""
    reader = actor_of_agency(agency, record.level)
    return record.stored_audience.share_of(reader)


def agency_of(actor: Actor) -> Agency:
    """Return the actor's own agency; refuse whoever belongs to none."""
    agency = Agency.objects.filter(code=actor.agency).first()
    if agency is None:
        raise Forbidden("no_agency", _("Your account belongs to no agency."))
    return agency


def officer_of_session(request: HttpRequest) -> Officer | None:
    """Return the officer whose session this is, if it still counts."""
    if SESSION_KEY not in request.session or is_over(request.session):
        return None
    user = get_user(request)
    return user if isinstance(user, Officer) and user.is_active else None


def is_over(session: SessionBase | Mapping[str, Any]) -> bool:
    """Whether a session has idled, or lasted, too long; its cookie may live on."""
    now = time.time()
    return bool(
        now - session.get(SEEN_AT, now) > settings.SESSION_IDLE_SECONDS
        or now - session.get(BEGAN_AT, now) > settings.SESSION_COOKIE_AGE
    )


def actor_of_token(token: str) -> Actor | None:
    """Return the actor behind an OAuth2 bearer token, or nobody."""
    return actors_of_tokens([token]).get(token)


def actors_of_tokens(
    given: Iterable[str], held: Held = memberships
) -> dict[str, Actor]:
    """Return the actor behind each token that counts now, within its scopes."""
    checksums = {
        hashlib.sha256(token.encode(errors="replace")).hexdigest(): token
        for token in given
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOKENS, [list(checksums), timezone.now()])
        rows = cursor.fetchall()
    found = {}
    for checksum, scope, pk, name, clearance, allowed, *agency, rights in rows:
        agency_id, code, time_zone = agency
        found[checksums[checksum]] = Actor(
            label=f"client:{name}",
            agency=code,
            agency_id=agency_id,
            client_id=pk,
            clearance=clearance,
            scopes=frozenset(scope.split()) & frozenset(allowed),
            time_zone=time_zone,
            memberships=held(agency_id, rights),
        )
    return found
