"""Who may open a page. Every page view carries a guard; a test walks the URLs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agencies.policy import Actor

View = Callable[..., HttpResponse]


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks: for a part of a page that is open already."""
    return bool(request.headers.get("HX-Request"))


def officer_required(view: View) -> View:
    """Let officers in; send others to the login page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if actor is None or actor.officer_id is None:
            if is_part(request):
                # A fragment cannot show a login page: the page decides when it goes.
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.guard = "officer"  # type: ignore[attr-defined]
    return guarded


def verb_of(page: str) -> Callable[[View], View]:
    """Act on a POST; send whoever opens the address to the record's page.

    A refused form is shown at the address that it was sent to: what opens that
    again, as a reload does, asks for the record. ``page`` names its URL, perhaps by
    the view's arguments. Nothing is looked up: what is not visible leads there, too.
    """

    def declared(view: View) -> View:
        @wraps(view)
        def verb(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return redirect(page.format(**kwargs), pk=kwargs["pk"])

        return require_http_methods(["GET", "HEAD", "POST"])(verb)

    return declared


def public(view: View) -> View:
    """Mark a view that anybody may open; the reviewed list is in the tests."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def actor_of(request: HttpRequest) -> Actor:
    """Return the officer who opens a guarded page, as an actor."""
    actor = request.actor  # type: ignore[attr-defined]
    if not isinstance(actor, Actor):
        raise TypeError("an unguarded view asked for its actor")
    return actor
