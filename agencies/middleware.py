"""From a request to an actor, and from an actor to one transaction."""

import time
import uuid
from collections.abc import Callable
from functools import partial

import structlog
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import middleware as auth_middleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponsePermanentRedirect, HttpResponseRedirect
from django.middleware import common
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from agencies import failures
from agencies.accounts import (
    BEGAN_AT,
    SEEN_AT,
    actor_of,
    actor_of_token,
    is_over,
    officer_of_session,
)
from agencies.context import acting
from agencies.errors import Conflict, Invalid, Refused
from agencies.guards import is_part

Handler = Callable[[HttpRequest], HttpResponse]
# A session is marked as seen once a minute, not at every request.
SEEN_EVERY = 60


class RequestIdMiddleware:
    """Give each request an id, for the logs and for the user's complaint."""

    def __init__(self, get_response: Handler) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the id while the request runs."""
        request_id = uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class CommonMiddleware(common.CommonMiddleware):
    """Django's; a missing last slash is added by 308, so that a POST stays one."""

    response_redirect_class = partial(  # type: ignore[assignment]
        HttpResponsePermanentRedirect, preserve_request=True
    )

    def process_request(
        self, request: HttpRequest
    ) -> HttpResponsePermanentRedirect | None:
        """Refuse a zero byte, which no text in PostgreSQL has, wherever it is asked."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a zero byte in the query")
        return super().process_request(request)


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    """Set ``request.user`` and ``request.actor`` from a session or a bearer token."""

    def process_request(self, request: HttpRequest) -> None:
        """Authenticate; a bearer token is never mixed with a session."""
        request.actor = None  # type: ignore[attr-defined]
        request.user = AnonymousUser()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._by_token(request, token.strip())
        elif not request.path_info.startswith("/oauth/"):
            self._by_session(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        """Keep every answer out of shared caches and browser history."""
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _by_token(self, request: HttpRequest, token: str) -> None:
        actor = actor_of_token(token)
        if actor is not None:
            request.actor = actor  # type: ignore[attr-defined]
            # No cookie, hence no cross-site request to guard against.
            request.csrf_processing_done = True  # type: ignore[attr-defined]

    def _by_session(self, request: HttpRequest) -> None:
        officer = officer_of_session(request)
        if officer is None:
            if is_over(request.session):
                logout(request)
            return
        now = int(time.time())
        request.session.setdefault(BEGAN_AT, now)
        if now - request.session.get(SEEN_AT, 0) > SEEN_EVERY:
            request.session[SEEN_AT] = now
        request.user = officer
        request.actor = actor_of(officer)  # type: ignore[attr-defined]


class ActorMiddleware:
    """Run the request in one transaction under the actor's keys.

    A refused request leaves nothing behind: any status from 400 rolls back.
    """

    def __init__(self, get_response: Handler) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Act for the actor; without one every guarded table is empty."""
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return self.get_response(request)
        with timezone.override(actor.time_zone), acting(actor):
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response


class RefusalMiddleware:
    """Answer what an action refused in a page; the API has its own way.

    Not there and not allowed are pages of their own. Where the state or the
    input does not allow it, the officer goes back to the page they came from
    and reads why there. Nothing that was written before stays.
    """

    def __init__(self, get_response: Handler) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        """Turn a refusal into an answer."""
        if not isinstance(error, Refused):
            return None
        if request.actor is not None:  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        back = _page_before(request)
        if isinstance(error, Conflict | Invalid) and back:
            messages.error(request, str(error))
            return HttpResponseRedirect(back)
        return failures.refused(request, error)


def _page_before(request: HttpRequest) -> str:
    """Return the page of ours from which a form was sent, if it was."""
    came_from = request.headers.get("Referer", "")
    is_form = request.method == "POST" and not is_part(request)
    is_ours = url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    )
    is_page = not failures.is_for_machines(request)
    return came_from if is_form and is_ours and is_page else ""
