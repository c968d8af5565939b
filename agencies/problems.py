"""Errors as RFC 9457 problem documents with a stable code and JSON pointers."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from agencies.errors import Refused
from agencies.fields import MAX_FAULTS

log = structlog.get_logger(__name__)
CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: "Invalid request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "Unprocessable",
    428: "Precondition required",
    429: "Too many requests",
    500: "Internal error",
    503: "Temporarily unavailable",
}


def problem(
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Return a problem document; ``errors`` hold ``code``, ``detail``, ``pointer``."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return body


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into a problem (DRF's hook).

    What was written goes: ``ActorMiddleware`` rolls back every status from 400.
    """
    body = _problem_of(error)
    if body is None:
        return None
    headers: dict[str, str] = {}
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = CONTENT_TYPE
    return response


def _problem_of(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Refused):
        return _of_refusal(error)
    if isinstance(error, exceptions.ValidationError):
        found = list(islice(_flatten(error.get_full_details(), ""), MAX_FAULTS))
        return problem(400, "invalid", "The request is not valid.", found)
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, str(error.get_codes()), str(error.detail))
    if isinstance(error, OperationalError):
        log.exception("database_away", error=type(error).__name__)
    known: list[tuple[type[Exception], int, str, str]] = [
        (Http404, 404, "not_found", "Not found."),
        (PermissionDenied, 403, "permission", "Not allowed."),
        (RequestDataTooBig, 413, "too_large", "The body is too large."),
        (OperationalError, 503, "unavailable", "Temporarily unavailable; try again."),
    ]
    for kind, status, code, detail in known:
        if isinstance(error, kind):
            return problem(status, code, detail)
    return None


def _of_refusal(error: Refused) -> dict[str, Any]:
    places = [
        {"code": part.code, "detail": str(part.detail), "pointer": part.pointer}
        for part in error.parts
        if part.pointer is not None
    ]
    return problem(error.status, error.code, str(error.detail), places)


def _flatten(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Walk DRF's nested details; yield each fault with its JSON pointer."""
    if isinstance(details, Mapping):
        if "message" in details and "code" in details:
            yield {
                "code": str(details["code"]),
                "detail": str(details["message"]),
                "pointer": pointer,
            }
            return
        for name, inner in details.items():
            # RFC 6901 writes ~0 and ~1 for the two characters that it uses.
            step = "/" + str(name).replace("~", "~0").replace("/", "~1")
            step = "" if name == "non_field_errors" else step
            yield from _flatten(inner, pointer + step)
    elif isinstance(details, list):
        for n, inner in enumerate(details):
            is_leaf = isinstance(inner, Mapping) and {"message", "code"} <= set(inner)
            yield from _flatten(inner, pointer if is_leaf else f"{pointer}/{n}")


def respond(status: int, code: str, detail: str) -> HttpResponse:
    """Return a problem from outside an API view (middleware, fallback handlers)."""
    body = orjson.dumps(problem(status, code, detail))
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)
