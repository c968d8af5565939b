"""From a session or a token to an actor with the keys held at this moment."""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_access_token_model

from agencies.context import system
from agencies.errors import Forbidden
from agencies.models import Agency, Agreement, Client, Officer, Party, RightsVersion
from agencies.policy import Actor, Membership

# When the session began, and when its officer was last seen: UNIX seconds.
BEGAN_AT = "began_at"
SEEN_AT = "seen_at"
_OF_TOKEN = [
    "token_checksum",
    "scope",
    "application__client_id",
    "application__clearance",
    "application__allowed_scopes",
    "application__agency__code",
    "application__agency__time_zone",
]


def memberships(agency: Agency) -> tuple[Membership, ...]:
    """Return the agency's present memberships of agreements in force today.

    Between transactions they are remembered until anybody's rights change: the
    stamp is read first, so that what is found is never older. What a transaction
    sees may be its own, and undone.
    """
    today = timezone.now().date()
    if connection.in_atomic_block:
        return _look_up(agency.pk, today)
    return _remembered(agency.pk, today, RightsVersion.current())


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
Held = Callable[[Agency], tuple[Membership, ...]]


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
        memberships=held(agency) if agency else (),
    )


def actor_of_client(
    client: Client, scopes: frozenset[str], held: Held = memberships
) -> Actor:
    """Return an agency's system as an actor, within its token's scopes."""
    return Actor(
        label=f"client:{client.client_id}",
        agency=client.agency.code,
        agency_id=client.agency_id,
        client_id=client.pk,
        clearance=client.clearance,
        scopes=scopes & frozenset(client.allowed_scopes),
        time_zone=client.agency.time_zone,
        memberships=held(client.agency),
    )


def actor_of_agency(agency: Agency, clearance: int) -> Actor:
    """Return an agency as a reader: the keys its staff of a clearance share."""
    return Actor(
        label=f"agency:{agency.code}",
        agency=agency.code,
        agency_id=agency.pk,
        clearance=clearance,
        memberships=memberships(agency),
    )


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
    checksum = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    found = tokens().filter(token_checksum=checksum).first()
    if found is None:
        return None
    return actor_of_client(found.application, frozenset(found.scope.split()))


def tokens() -> QuerySet[Any]:
    """Return the tokens that count now, each with what an actor is made of."""
    kept: Any = get_access_token_model().objects
    rows: QuerySet[Any] = kept.filter(
        expires__gt=timezone.now(), application__isnull=False
    )
    return rows.select_related("application__agency").only(*_OF_TOKEN)
