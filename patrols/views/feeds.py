"""Calendar feeds: the page on which officers keep theirs, and the files themselves."""

import hashlib
from typing import Any
from uuid import UUID

from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies import failures
from agencies.context import acting
from agencies.guards import actor_of, officer_required, public
from agencies.policy import Actor
from agencies.views.records import done
from patrols import ical
from patrols.actions import create_feed, revoke_feed
from patrols.feed_keys import address, opened
from patrols.forms.calendar import FeedForm
from patrols.models import FeedKey, Programme

# Secrets that open nothing are counted like wrong passwords, by address.
_GUESSED = {"username": "calendar feed"}


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """List the officer's feeds; open one, and show its address this one time."""
    actor = actor_of(request)
    form = FeedForm(request.POST or None, actor=actor)
    made: list[str] = []
    if request.method == "POST" and done(
        form,
        lambda: made.append(create_feed(by=actor, **form.cleaned_data)[1]),
    ):
        form = FeedForm(actor=actor)
    context: dict[str, Any] = {"form": form, "feeds": _own(actor)}
    if made:
        context["address"] = address(request, made[0])
    return render(request, "patrols/feeds.html", context)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a feed; whoever opens this address is led to the list."""
    actor = actor_of(request)
    if request.method == "POST":
        row = get_object_or_404(FeedKey.objects.visible_to(actor), pk=pk)
        revoke_feed(feed=row, by=actor)
        messages.success(request, _("The feed is closed. Calendars get it no more."))
    return redirect("feedkey-list")


@public
@require_safe
def file(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a feed under its officer's rights as they stand now.

    No session is asked for, and none that comes along counts. Whatever is not a feed
    (any more) is not found, and the same to the byte.
    """
    found = opened(secret)
    if found is None:
        return _missed(request)
    with acting(found.actor):
        patrols = ical.patrols_of(found.feed, found.actor, timezone.now())
        if patrols is None:
            return _missed(request)
        body = ical.written(patrols, with_zone=found.feed.with_zone)
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    is_known = etag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(status=304) if is_known else HttpResponse(body)
    response["Content-Type"] = ical.CONTENT_TYPE
    response["ETag"] = etag
    # The calendar may keep it, nobody in between, and it asks again each time.
    response["Cache-Control"] = "private, no-cache"
    return response


def _missed(request: HttpRequest) -> HttpResponse:
    """Answer a secret that opens nothing; who tries many is told to wait.

    Those that open something are always answered: behind one address there may be a
    whole post, with one forgotten calendar among many.
    """
    asked = _without_secret(request)
    if AxesProxyHandler.is_allowed(asked, _GUESSED):
        AxesProxyHandler.user_login_failed(file, _GUESSED, asked)
        response = failures.not_found(request)
    else:
        response = HttpResponse(status=429)
        response["Retry-After"] = str(failures.LOCKED_SECONDS)
    # Django would write the address into the log, and with it a secret that may open
    # its feed again: a programme can be released anew.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _without_secret(request: HttpRequest) -> HttpRequest:
    """Return who asks, without what for: django-axes keeps the path, and logs it."""
    asked = HttpRequest()
    asked.method = request.method
    names = ("HTTP_X_REAL_IP", "REMOTE_ADDR", "HTTP_USER_AGENT")
    asked.META = {name: request.META.get(name, "") for name in names}
    asked.META["PATH_INFO"] = asked.path = asked.path_info = "/feeds/ical/"
    return asked


def _own(actor: Actor) -> list[FeedKey]:
    known = Prefetch("programme", Programme.objects.visible_to(actor))
    open_now = FeedKey.objects.visible_to(actor).filter(revoked_at=None)
    return list(open_now.prefetch_related(known))
