"""Calendar feeds of officers."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.errors import Conflict, Forbidden, Invalid
from agencies.policy import Actor, Audience, officer_key
from live.journal import record as record_event
from live.kinds import Kind
from patrols.models import FeedKey, Programme

# Feeds of one officer that are open at a time.
MOST = 20


@transaction.atomic
def create_feed(
    *, by: Actor, programme: Programme | None = None, with_zone: bool = False
) -> tuple[FeedKey, str]:
    """Open a feed of one's own duties, or of a programme that one sees.

    Returns it with its secret of 256 bits, which is kept hashed only.
    """
    if by.officer_id is None or by.agency_id is None:
        raise Forbidden("officers_only", _("Calendar feeds are officers' own."))
    if programme is not None:
        seen = Programme.objects.visible_to(by)
        if not seen.filter(pk=programme.pk).exists():
            text = _("No such programme.")
            raise Invalid("unknown", text, pointer="/programme")
    open_now = FeedKey.objects.visible_to(by).filter(revoked_at=None)
    if open_now.count() >= MOST:
        raise Conflict("too_many_feeds", _("Revoke a feed before you open another."))
    secret = secrets.token_urlsafe(32)
    row = FeedKey(
        officer_id=by.officer_id,
        agency_id=by.agency_id,
        programme=programme,
        with_zone=with_zone,
        secret_hash=FeedKey.hash_of(secret),
    )
    row.open_to(Audience(frozenset({officer_key(by.officer_id, 0)})))
    row.save(force_insert=True)
    record_event(Kind.FEED_CREATED, by=by, subject=row)
    return row, secret


@transaction.atomic
def revoke_feed(*, feed: FeedKey, by: Actor) -> FeedKey:
    """Close a feed for good; its address then answers like one that never was."""
    row = FeedKey.objects.locked(by, feed.pk)
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record_event(Kind.FEED_REVOKED, by=by, subject=row)
    return row
