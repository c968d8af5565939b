"""The API's way in and out: who calls, with which scope, in what form, in what pages.

These are DRF's default classes, in a module that imports no view.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from agencies.errors import Invalid
from agencies.policy import Actor

if TYPE_CHECKING:
    from rest_framework.views import APIView

# Rows, or events, on one page.
MOST = 200
# How far back a page of a map window is looked for: at first, at most, and how many
# times farther the next time.
FIRST_SPAN, LAST_SPAN = timedelta(days=7), timedelta(days=2000)
LEAST_STEP, MOST_STEP = 1.5, 30.0
# A feature's geometry in a batch is eight deep.
MAX_DEPTH = 20
READ_METHODS = ("GET", "HEAD", "OPTIONS")


def scope_of(view: "APIView", method: str | None) -> str:
    """Return the scope that a token needs for a method of a view."""
    scope = getattr(view, "scope", "")
    if method in READ_METHODS:
        return f"{scope}:read"
    return f"{getattr(view, 'write_scope', scope)}:write"


def actor_of(request: Request) -> Actor:
    """Return who makes an authenticated request."""
    actor = request._request.actor  # type: ignore[attr-defined]
    if not isinstance(actor, Actor):
        raise PermissionDenied
    return actor


class ActorAuthentication(SessionAuthentication):
    """The actor that the middleware found; browsers also prove their origin."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the actor, after the CSRF check if a session says who it is."""
        actor = request._request.actor  # type: ignore[attr-defined]
        if actor is None:
            return None
        if actor.officer_id is not None:
            self.enforce_csrf(request)
        return actor, None

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a missing token answers 401."""
        return "Bearer"


class HasScope(BasePermission):
    """Known, and with a token: within its scopes."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask for the view's ``<scope>:read`` or ``<scope>:write``, by the method."""
        actor = request._request.actor  # type: ignore[attr-defined]
        if actor is None:
            return False
        if actor.scopes is None:
            return True
        wanted = scope_of(view, request.method)
        if wanted not in actor.scopes:
            raise PermissionDenied(
                _("The token lacks the scope %(scope)s.") % {"scope": wanted}, "scope"
            )
        return True


class OrjsonRenderer(JSONRenderer):
    """JSON by orjson; times end in Z."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the bytes; nothing for no data."""
        if data is None:
            return b""
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


class TooLarge(APIException):
    """The body is larger than the platform takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is too large.")
    default_code = "too_large"


class StrictJSONParser(JSONParser):
    """JSON objects, within the size limit, without NaN."""

    strict = True

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Parse an object; anything else is a clear error."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Invalid("malformed_json", _("The body is not JSON.")) from None
        if not isinstance(data, dict):
            raise Invalid("not_an_object", _("The body must be a JSON object."))
        if _is_deeper(data, MAX_DEPTH):
            raise Invalid("too_deep", _("The body is nested too deeply."))
        return data


def _is_deeper(data: Any, most: int) -> bool:
    """Whether lists and objects lie in one another more than ``most`` deep."""
    level = [data]
    for _depth in range(most + 1):
        if not level:
            break
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in (dict, list)
        ]
    return bool(level)


def require_known(request: Request, known: Collection[str]) -> None:
    """Refuse a query parameter that is not known, instead of ignoring it (L11)."""
    if unknown := sorted(set(request.query_params) - set(known)):
        names = ", ".join(unknown)[:200]
        raise Invalid("unknown_filter", f"Unknown filter: {names}")


def limit_of(request: Request, default: int) -> int:
    """Return how many rows are asked for; refuse what is not from 1 to 200."""
    given = request.query_params.get("limit")
    if given is None:
        return default
    is_number = len(given) <= 3 and given.isascii() and given.isdecimal()
    if not is_number or not 1 <= int(given) <= MOST:
        raise Invalid("bad_limit", _("limit: a number from 1 to 200."))
    return int(given)


def etag(version: int) -> str:
    """Return a row's version as a strong ETag."""
    return f'"{version}"'


class CursorPages(CursorPagination):
    """Pages by cursor, newest first, without counts.

    What lies in a map window has no index by time. A page of it is looked for in the
    last days first, then further back: it takes as long after years of use as before.
    """

    page_size_query_param = "limit"
    max_page_size = MOST
    # Rows of one moment that a page may begin after; Django REST framework would
    # stop at a thousand and give the same page again.
    offset_cutoff = 1_000_000

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: "APIView"
    ) -> tuple[str, ...]:
        """Return the view's fixed order."""
        order: tuple[str, ...] = view.page_order  # type: ignore[attr-defined]
        return order

    def get_page_size(self, request: Request) -> int | None:
        """Refuse a limit that is not a number from 1 to 200."""
        return limit_of(request, self.page_size or MOST)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any] | None:
        """Answer a bad cursor, or one of another list, with its own code."""
        try:
            rows = self._lately(queryset, request, view)
            page: list[Any] | None = super().paginate_queryset(rows, request, view)
        except (NotFound, ValueError, OverflowError, ValidationError, DataError):
            raise Invalid("bad_cursor", _("Not a cursor of this list.")) from None
        return page

    def _lately(
        self, rows: QuerySet[Any], request: Request, view: Any
    ) -> QuerySet[Any]:
        """Keep the rows of as few days back from the cursor as fill a page."""
        cursor = self.decode_cursor(request)
        if "bbox" not in request.query_params or (cursor and cursor.reverse):
            return rows
        time = view.page_order[0].removeprefix("-")
        ahead, begin = rows, now()
        wanted = (self.get_page_size(request) or MOST) + 1
        if cursor:
            wanted += cursor.offset or 0
        if cursor and cursor.position:
            begin = datetime.fromisoformat(str(cursor.position))
            ahead = rows.filter(**{f"{time}__lt": begin})
        span = FIRST_SPAN
        while span <= LAST_SPAN:
            since = {f"{time}__gte": begin - span}
            found = len(ahead.filter(**since).order_by().values_list("pk")[:wanted])
            if found == wanted:
                return rows.filter(**since)
            # As far as what was found makes likely, and a little farther.
            step = 1.2 * wanted / max(found, 1)
            span *= min(max(step, LEAST_STEP), MOST_STEP)
        return rows
