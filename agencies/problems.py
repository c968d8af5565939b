"""Errors as RFC 9457 problem documents with a stable code and JSON pointers."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import Error as DatabaseError
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from agencies.errors import Refused

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
    """Turn an exception of an API view into a problem (DRF's hook)."""
    headers: dict[str, str] = {}
    if isinstance(error, Refused):
        body = _of_refusal(error)
    elif isinstance(error, Http404):
        body = problem(404, "not_found", "Not found.")
    elif isinstance(error, PermissionDenied):
        body = problem(403, "permission", "Not allowed.")
    elif isinstance(error, exceptions.ValidationError):
        found = list(_flatten(error.get_full_details(), ""))
        body = problem(400, "invalid", "The request is not valid.", found)
    elif isinstance(error, exceptions.APIException):
        code = str(error.get_codes())
        body = problem(error.status_code, code, str(error.detail))
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
        if auth_header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = auth_header
    elif isinstance(error, OperationalError):
        log.exception("database_away", error=type(error).__name__)
        body = problem(503, "unavailable", "Temporarily unavailable; try again.")
    elif isinstance(error, SuspiciousOperation | DatabaseError):
        return None
    else:
        return None
    set_rollback()
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = CONTENT_TYPE
    return response


def _of_refusal(error: Refused) -> dict[str, Any]:
    text = str(error.detail)
    places = []
    if error.pointer is not None:
        places = [{"code": error.code, "detail": text, "pointer": error.pointer}]
    return problem(error.status, error.code, text, places)


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
            step = "" if name == "non_field_errors" else f"/{name}"
            yield from _flatten(inner, pointer + step)
    elif isinstance(details, list):
        for n, inner in enumerate(details):
            is_leaf = isinstance(inner, Mapping) and {"message", "code"} <= set(inner)
            yield from _flatten(inner, pointer if is_leaf else f"{pointer}/{n}")


def respond(request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem from outside an API view (middleware, fallback handlers)."""
    return JsonResponse(
        problem(status, code, detail), status=status, content_type=CONTENT_TYPE
    )
