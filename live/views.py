"""The live dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agencies.guards import actor_of, officer_required
from live import journal
from live.cursors import encode
from live.kinds import Kind
from live.sentences import NO_ID, pages, sentences

# How many entries the feed begins with.
ENTRIES = 40
# What moves the map, or is not for the watch, and would fill the feed.
QUIET = [
    Kind.PATROL_MOVED,
    Kind.OFFICER_CREATED,
    Kind.OFFICER_CHANGED,
    Kind.ABSENCE_ENTERED,
    Kind.ABSENCE_CHANGED,
    Kind.ABSENCE_CANCELLED,
    Kind.CERTIFICATION_ENTERED,
    Kind.CERTIFICATION_CHANGED,
    Kind.CERTIFICATION_REVOKED,
    Kind.AUTHORISATION_ENTERED,
    Kind.AUTHORISATION_CHANGED,
    Kind.AUTHORISATION_REVOKED,
    Kind.WEBHOOK_CREATED,
    Kind.WEBHOOK_CHANGED,
    Kind.WEBHOOK_REVOKED,
    Kind.WEBHOOK_TESTED,
]


@officer_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what is going on now, and go on showing it."""
    actor = actor_of(request)
    # The cursor first: what is recorded while the page is drawn comes again.
    cursor = encode(journal.head(actor))
    entries = journal.latest(actor.keys, limit=ENTRIES, without=QUIET)
    context = {
        "cursor": cursor,
        "entries": [entry.frame() for entry in reversed(entries)],
        "quiet": QUIET,
        "sentences": sentences(),
        "pages": pages(),
        "no_id": NO_ID,
    }
    return render(request, "live/dashboard.html", context)
