"""What is answered when something is refused or breaks: a page, or a problem.

The pages are drawn without the shell: nothing in them differs from request to
request, so that the 404 of a hidden record is byte-equal to that of none.
"""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agencies import problems
from agencies.errors import NotFound, Refused
from agencies.guards import is_part
from agencies.policy import PERMISSIONS, Permission, Role

MACHINES = ("/api/", "/oauth/")
# How long a lock-out lasts, in seconds (``AXES_COOLOFF_TIME``).
LOCKED_SECONDS = 900


def is_for_machines(request: HttpRequest) -> bool:
    """Whether the path belongs to the API, which answers in JSON only."""
    return request.path_info.startswith(MACHINES)


def answer(
    request: HttpRequest,
    status: int,
    code: str,
    text: str,
    template: str = "",
    **more: Any,
) -> HttpResponse:
    """Return a problem to machines, a short text to htmx, a page to people."""
    if is_for_machines(request):
        return problems.respond(status, code, text)
    if is_part(request):
        return HttpResponse(text, status=status, content_type="text/plain")
    page = render_to_string(
        template or f"{status}.html", {"status": status, "text": text} | more
    )
    return HttpResponse(page, status=status)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer an action's refusal with its own words."""
    if isinstance(refusal, NotFound):
        return not_found(request)
    return answer(
        request,
        refusal.status,
        refusal.code,
        str(refusal),
        "agencies/refused.html",
        **_said(request, getattr(refusal, "permission", "")),
    )


def _said(request: HttpRequest, permission: str = "") -> dict[str, Any]:
    """Return what the page of a refusal tells beside its words."""
    roles = [Role(role) for role, may in PERMISSIONS.items() if permission in may]
    return {
        # Who only opens a page has changed nothing anyway.
        "is_change": request.method not in ("GET", "HEAD", "OPTIONS"),
        "what": Permission(permission).label if permission else "",
        "who": [role.label for role in roles],
    }


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be understood, or is more than is taken."""
    if isinstance(exception, RequestDataTooBig):
        text = _("That is too large to send.")
        more = _said(request)
        return answer(request, 413, "too_large", text, "agencies/refused.html", **more)
    return answer(request, 400, "bad_request", _("The request is not valid."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the officer's role does not allow."""
    return answer(request, 403, "permission", _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is not there, or not visible: the same bytes for both."""
    return answer(request, 404, "not_found", "Not found.")


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours: 503 while the database is away, else 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        text = _("Temporarily unavailable; try again.")
        response = answer(request, 503, "unavailable", text)
        response["Retry-After"] = "5"
        return response
    return answer(request, 500, "internal", _("Something went wrong on our side."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not sent from our own page, or is too old."""
    text = _("The form has expired; open the page anew.")
    return answer(request, 403, "csrf", text, "403_csrf.html")


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: Any = None,
) -> HttpResponse:
    """Answer too many wrong passwords, whether or not the account exists."""
    if is_for_machines(request):
        text = _("Too many attempts; wait a quarter of an hour.")
        locked = problems.respond(429, "locked_out", text)
    else:
        page = {"locked_out": True}
        locked = render(request, "accounts/login.html", page, status=429)
    locked["Retry-After"] = str(LOCKED_SECONDS)
    return locked
