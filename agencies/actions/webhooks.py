"""What people do with webhooks; :mod:`live.deliveries` sends to them."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.accounts import actor_of_agency, agency_of
from agencies.errors import Conflict, Invalid
from agencies.policy import Actor, Audience, Permission, agency_key, require
from live import journal, sealing, sending
from live.deliveries import known_kinds
from live.journal import record as record_event
from live.kinds import Kind
from live.models import Delivery, DeliveryState, Event, Webhook

# Webhooks of one agency that are not revoked.
MOST = 20
# Both secrets sign for so long after a change.
OVERLAP = timedelta(hours=24)


@transaction.atomic
def create_webhook(
    *, by: Actor, name: str, url: str, clearance: int = 0, kinds: Iterable[str] = ()
) -> tuple[Webhook, str]:
    """Send the agency's events from now on to an address; return it with its secret.

    ``kinds`` are those to send; none means all but ``patrol.moved``.
    """
    require(by, Permission.WEBHOOK_KEEP)
    agency = agency_of(by)
    values = _checked(by, url=url, clearance=clearance, kinds=kinds)
    known = Webhook.objects.visible_to(by).filter(agency=agency, revoked_at=None)
    if known.count() >= MOST:
        raise Conflict("too_many_webhooks", _("Revoke one before you make another."))
    secret = _new_secret()
    row = Webhook(
        agency=agency,
        name=name,
        secret=sealing.seal(secret),
        seq=journal.head(actor_of_agency(agency, clearance)),
        **values,
    )
    row.open_to(Audience(frozenset({agency_key(agency.code, clearance)})))
    row.save(force_insert=True)
    record_event(Kind.WEBHOOK_CREATED, by=by, subject=row)
    return row, secret


@transaction.atomic
def change_webhook(*, webhook: Webhook, by: Actor, **values: Any) -> Webhook:
    """Change name, url or kinds; ``is_paused`` stops and starts the sending.

    What happens during a pause is sent after it.
    """
    row = _own(webhook, by)
    is_paused = values.pop("is_paused", None)
    before = {name: getattr(row, name) for name in values}
    wanted = before | _checked(by, **values)
    changed = sorted(name for name in wanted if wanted[name] != before[name])
    if is_paused is not None and is_paused != (row.paused_at is not None):
        row.paused_at = timezone.now() if is_paused else None
        row.pause = Webhook.Pause.BY_HAND if is_paused else ""
        changed.append("is_paused")
    if changed:
        for name in wanted:
            setattr(row, name, wanted[name])
        row.touch()
        _try_soon(row)
        record_event(
            Kind.WEBHOOK_CHANGED, by=by, subject=row, detail={"changed": changed}
        )
    return row


@transaction.atomic
def renew_webhook_secret(*, webhook: Webhook, by: Actor) -> tuple[Webhook, str]:
    """Give it a new secret; for a day messages are signed with the old one, too."""
    row = _own(webhook, by)
    secret = _new_secret()
    row.old_secret, row.secret = row.secret, sealing.seal(secret)
    row.old_secret_until = timezone.now() + OVERLAP
    row.touch()
    row.save()
    record_event(
        Kind.WEBHOOK_CHANGED, by=by, subject=row, detail={"changed": ["secret"]}
    )
    return row, secret


@transaction.atomic
def revoke_webhook(*, webhook: Webhook, by: Actor) -> Webhook:
    """Send nothing more, for good; again is harmless."""
    require(by, Permission.WEBHOOK_KEEP)
    row = Webhook.objects.locked(by, webhook.pk)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.secret = row.old_secret = ""
        row.touch()
        row.save()
        record_event(Kind.WEBHOOK_REVOKED, by=by, subject=row)
    return row


@transaction.atomic
def test_webhook(*, webhook: Webhook, by: Actor) -> Event:
    """Record an event that says nothing, to see it arrive."""
    row = _own(webhook, by)
    if row.paused_at is not None:
        raise Conflict("paused", _("It is paused: nothing would be sent."))
    _try_soon(row)
    return record_event(Kind.WEBHOOK_TESTED, by=by, subject=row)


@transaction.atomic
def replay_webhook(
    *, webhook: Webhook, by: Actor, since: datetime | None = None
) -> int:
    """Send again what was given up, or all since a moment; return how many."""
    row = _own(webhook, by)
    rows = Delivery.objects.visible_to(by).filter(webhook=row)
    if since is None:
        rows = rows.filter(state=DeliveryState.DEAD)
    else:
        rows = rows.filter(created_at__gte=since)
    count = rows.update(
        state=DeliveryState.WAITING, attempts=0, next_at=timezone.now(), ended_at=None
    )
    _try_soon(row)
    record_event(Kind.WEBHOOK_CHANGED, by=by, subject=row, detail={"replayed": count})
    return count


def _own(webhook: Webhook, by: Actor) -> Webhook:
    require(by, Permission.WEBHOOK_KEEP)
    row: Webhook = Webhook.objects.locked(by, webhook.pk)
    if row.revoked_at is not None:
        raise Conflict("revoked", _("This webhook is revoked."))
    return row


def _try_soon(row: Webhook) -> None:
    """Do not wait out a failure that may be mended; a sender at work keeps it."""
    if row.failures:
        row.failures, row.held_until = 0, timezone.now()
    row.save()


def _checked(by: Actor, **values: Any) -> dict[str, Any]:
    if "url" in values:
        sending.require_address(values["url"])
    if "kinds" in values:
        values["kinds"] = sorted(set(values["kinds"]))
        if set(values["kinds"]) - known_kinds():
            raise Invalid("unknown_kind", _("No such kind."), pointer="/kinds")
    if values.get("clearance", 0) > by.clearance:
        text = _("You cannot give a clearance above your own.")
        raise Invalid("level_too_high", text, pointer="/clearance")
    return values


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
