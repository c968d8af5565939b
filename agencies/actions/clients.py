"""Clients: agencies' systems that use the API.

A client is no guarded row, so the journal, whose lines have an audience, cannot
tell of it; the server's log does.
"""

import secrets
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agencies.errors import Forbidden, Invalid
from agencies.models import Agency, Client, RightsVersion
from agencies.policy import Actor, Permission, Role, require

log = structlog.get_logger(__name__)


@transaction.atomic
def create_client(
    *, agency: Agency, name: str, by: Actor, **values: Any
) -> tuple[Client, str]:
    """Create a client; return it with its secret, which is kept hashed only.

    ``values`` are allowed_scopes and clearance.
    """
    require(by, Permission.ACCOUNT_MANAGE)
    secret = secrets.token_urlsafe(48)
    client = Client(
        agency=agency,
        name=name,
        client_secret=secret,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        **values,
    )
    _check(client, by)
    client.save(force_insert=True)
    log.info("client_created", by=by.label, client=client.client_id)
    return client, secret


@transaction.atomic
def change_client(*, client: Client, by: Actor, **values: Any) -> Client:
    """Change name, scopes or clearance; what shrinks takes effect at once."""
    require(by, Permission.ACCOUNT_MANAGE)
    row = Client.objects.select_for_update().get(pk=client.pk)
    _check(row, by)
    for field, value in values.items():
        setattr(row, field, value)
    _check(row, by)
    row.save()
    RightsVersion.renew()
    log.info("client_changed", by=by.label, client=row.client_id, fields=[*values])
    return row


@transaction.atomic
def renew_secret(*, client: Client, by: Actor) -> str:
    """Give a client a new secret; the old one and all its tokens end at once."""
    require(by, Permission.ACCOUNT_MANAGE)
    row = Client.objects.select_for_update().get(pk=client.pk)
    _check(row, by)
    secret = secrets.token_urlsafe(48)
    row.client_secret = secret
    row.save()
    row.accesstoken_set.all().delete()
    RightsVersion.renew()
    log.info("client_secret_renewed", by=by.label, client=row.client_id)
    return secret


def _check(client: Client, by: Actor) -> None:
    known: Any = settings.OAUTH2_PROVIDER["SCOPES"]
    if set(client.allowed_scopes) - set(known):
        text = _("No such scope.")
        raise Invalid("unknown_scope", text, pointer="/allowed_scopes")
    if Role.PLATFORM_ADMIN in by.roles:
        return
    if client.agency_id != by.agency_id:
        raise Forbidden("out_of_reach", _("You manage your own agency's accounts."))
    if client.clearance > by.clearance:
        raise Forbidden("clearance", _("You cannot give a clearance above your own."))
