"""From the secret of a calendar feed to the officer whose feed it is."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from agencies.accounts import actor_of
from agencies.context import system
from agencies.models import Officer
from agencies.policy import Actor
from patrols.models import FeedKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed and its officer, with the rights held at this moment."""

    feed: FeedKey
    actor: Actor


def address(request: HttpRequest, secret: str) -> str:
    """Return the whole address of a feed."""
    return request.build_absolute_uri(reverse("feed-file", args=[secret]))


def opened(secret: str) -> Opened | None:
    """Return the feed that a secret opens, or None for one that opens nothing.

    A feed ends when it is revoked, with the officer's account, and when the officer
    has left the agency in whose name it was made.
    """
    with system("calendar feed"):
        rows = FeedKey.objects.filter(revoked_at=None)
        feed = rows.filter(secret_hash=FeedKey.hash_of(secret)).first()
        if feed is None:
            return None
        known = Officer.objects.select_related("agency")
        officer = known.filter(pk=feed.officer_id, is_active=True).first()
        if officer is None or officer.agency_id != feed.agency_id:
            return None
        return Opened(feed, actor_of(officer))
