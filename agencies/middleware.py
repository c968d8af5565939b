"""From a request to an actor, and from an actor to one transaction."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth import middleware as auth_middleware
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agencies.accounts import actor_of, actor_of_token, officer_of_session
from agencies.context import acting, system

Handler = Callable[[HttpRequest], HttpResponse]


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


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    """Set ``request.user`` and ``request.actor`` from a session or a bearer token."""

    def process_request(self, request: HttpRequest) -> None:
        """Authenticate; a bearer token is never mixed with a session."""
        request.actor = None  # type: ignore[attr-defined]
        request.user = AnonymousUser()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            request.actor = actor_of_token(token.strip())  # type: ignore[attr-defined]
            # No cookie, hence no cross-site request to guard against.
            request.csrf_processing_done = True  # type: ignore[attr-defined]
        else:
            self._by_session(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        """Keep every answer out of shared caches and browser history."""
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _by_session(self, request: HttpRequest) -> None:
        officer = officer_of_session(request)
        if officer is None:
            return
        now = datetime.now(UTC).timestamp()
        seen = request.session.get("seen_at", now)
        if now - seen > settings.SESSION_IDLE_SECONDS:
            logout(request)
            return
        if now - seen > 60 or "seen_at" not in request.session:
            request.session["seen_at"] = now
        request.user = officer
        with system("authentication"):
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
