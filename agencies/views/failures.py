"""What is answered when something is refused or breaks: a page, or a problem.

The pages are drawn without the shell: nothing in them differs from request to
request, so that the 404 of a hidden record is byte-equal to that of none.
"""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agencies import problems

MACHINES = ("/api/", "/oauth/")


def is_for_machines(request: HttpRequest) -> bool:
    """Whether the path belongs to the API, which answers in JSON only."""
    return request.path_info.startswith(MACHINES)


def answer(
    request: HttpRequest, status: int, code: str, title: str, detail: str = ""
) -> HttpResponse:
    """Return a refusal as a problem, a short text for htmx, or a page."""
    if is_for_machines(request):
        return problems.respond(status, code, detail or title)
    if request.headers.get("HX-Request"):
        return HttpResponse(detail or title, status=status, content_type="text/plain")
    page = render_to_string(
        "agencies/failure.html", {"status": status, "title": title, "detail": detail}
    )
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be understood."""
    return answer(request, 400, "bad_request", _("The request is not valid."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the officer's role does not allow."""
    return answer(request, 403, "permission", _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what is not there, or not visible: the same bytes for both."""
    text = "Not found." if is_for_machines(request) else _("This is not there.")
    return answer(request, 404, "not_found", text)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours: 503 while the database is away, else 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = answer(
            request, 503, "unavailable", _("Temporarily unavailable; try again.")
        )
        response["Retry-After"] = "5"
        return response
    return answer(
        request,
        500,
        "internal",
        _("Something went wrong here."),
        _("It was noted. Number of the request: %(id)s")
        % {"id": getattr(request, "request_id", "-")},
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not sent from our own page, or is too old."""
    title = _("The form has expired.")
    text = _("Open the page anew and send it again.")
    return answer(request, 403, "csrf", title, text)


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: Any = None,
) -> HttpResponse:
    """Answer too many wrong passwords, whether or not the account exists."""
    title = _("Too many attempts.")
    text = _("Wait a quarter of an hour, or ask your administrator.")
    locked = answer(request, 429, "locked_out", title, text)
    locked["Retry-After"] = "900"
    return locked
