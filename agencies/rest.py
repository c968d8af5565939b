"""The REST API's common ground: actors, scopes, versions, pages, strict input."""

from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework.backends import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.actions import releases
from agencies.checks import uuid_of
from agencies.errors import Invalid, NotFound, PreconditionRequired, Stale
from agencies.gateway import actor_of, etag, require_known
from agencies.policy import Actor
from agencies.records import Versioned
from agencies.repeats import AnsweredOnce
from agencies.serializers import ReleaseSerializer, ReleaseWriteSerializer
from agencies.shown import fragment

# Query parameters that every list knows beside its own filters.
LIST_PARAMETERS = {"cursor", "limit"}


class StrictFilters(DjangoFilterBackend):
    """Filters by an allow-list; an unknown one is refused, not ignored (L11)."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Refuse unknown parameters, then filter; one row is not filtered."""
        is_list = not getattr(view, "detail", False)
        known = set(LIST_PARAMETERS) if is_list else set()
        chosen = self.get_filterset_class(  # type: ignore[no-untyped-call]
            view, queryset
        )
        filters = set(chosen.base_filters) if chosen is not None and is_list else set()
        require_known(request, known | filters)
        result: QuerySet[Any] = queryset
        if filters.isdisjoint(request.query_params):
            return chosen.unasked(result, actor_of(request)) if filters else result
        try:
            result = super().filter_queryset(  # type: ignore[no-untyped-call]
                request, queryset, view
            )
        except serializers.ValidationError as error:
            raise Invalid("bad_filter", _bad_values(error.detail)) from None
        return result


def one_of(rows: QuerySet[Any], given: str) -> Any:
    """Return the row of an id among some; what is no id, or elsewhere, is not found."""
    wanted = uuid_of(given)
    found = rows.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound
    return found


def _bad_values(detail: Any) -> str:
    """Return which filters have which fault, in one line."""
    faults = detail.items() if isinstance(detail, dict) else [("filter", detail)]
    return " ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in faults)


class ReadViewSet(viewsets.GenericViewSet[Any]):
    """List and detail of what the actor may see.

    ``scope`` is the token's scope without its verb; ``write_scope`` stands in for
    it where changes need another. ``queryset`` starts the query.
    """

    scope = ""
    page_order: tuple[str, ...] = ("-created_at", "-id")
    filter_backends = [StrictFilters]
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        """Start from what is visible; the schema generator sees nothing."""
        rows: Any = self.queryset  # type: ignore[arg-type]
        model: Any = rows.model
        if getattr(self, "swagger_fake_view", False):
            return rows.none()  # type: ignore[no-any-return]
        actor = actor_of(self.request)
        if hasattr(model.objects, "visible_to"):
            rows = rows.visible_to(actor)
        return self.narrowed(rows.all(), actor)  # type: ignore[no-any-return]

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Leave out what an actor sees and this list is not for."""
        return rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page."""
        rows = self.filter_queryset(self.get_queryset())
        order = [name.lstrip("-") for name in self.page_order]
        page = self.paginate_queryset(self._read(rows, *order)) or []
        return self.get_paginated_response([fragment(row) for row in page])

    def retrieve(self, request: Request, pk: str) -> Response:
        """Return one row with its version as the ETag."""
        return self._answer(self._only(self.filter_queryset(self.get_queryset()), pk))

    def answer(self, row: Any, status: int = 200) -> Response:
        """Return a row as the actor sees it, read again after a change."""
        response = self._answer(self._only(self.get_queryset(), row.pk), status)
        if status == 201:
            response["Location"] = self.address_of(row)
        return response

    def address_of(self, row: Any) -> str:
        """Return where a row that was just added to this list is found."""
        return f"{self.request.path.rstrip('/')}/{row.pk}/"

    def _answer(self, rows: QuerySet[Any], status: int = 200) -> Response:
        found = self._found(rows)
        response = Response(self.shown(found), status=status)
        if "version" in found:
            response["ETag"] = etag(found["version"])
        return response

    def shown(self, found: dict[str, Any]) -> Any:
        """Return one row as it goes out; some add what PostgreSQL cannot derive."""
        return fragment(found)

    def _found(self, rows: QuerySet[Any]) -> dict[str, Any]:
        also = ["version"] if issubclass(rows.model, Versioned) else []
        found: dict[str, Any] | None = next(iter(self._read(rows, *also)), None)
        if found is None:
            raise NotFound
        return found

    def _only(self, rows: QuerySet[Any], pk: Any) -> QuerySet[Any]:
        try:
            return rows.filter(pk=pk)
        except (ValidationError, ValueError):
            raise NotFound from None

    def _read(self, rows: QuerySet[Any], *also: str) -> QuerySet[Any]:
        shown: Any = self.serializer_class
        return shown.read(rows, actor_of(self.request), *also)  # type: ignore[no-any-return]

    def input(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the validated body; what it names, the actor must see."""
        actor = actor_of(self.request)
        checked = serializer(data=self.request.data, context={"actor": actor})
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


def require_version(
    request: Request, row: Versioned, *, is_needed: bool = True
) -> None:
    """Refuse a change of a row that the caller has not seen as it is now.

    The row is locked first, so that of two changes of one version one is refused.
    """
    given = request.headers.get("If-Match")
    if given is None:
        if is_needed:
            raise PreconditionRequired(
                "if_match_required", _("Say which version you change: If-Match.")
            )
        return
    now: Any = type(row).objects.locked(actor_of(request), row.pk)
    if not {etag(now.version), "*"} & {tag.strip() for tag in given.split(",")}:
        raise Stale("stale", _("The record has changed since you read it."))


class VersionedViewSet(AnsweredOnce, ReadViewSet):
    """Rows that are changed in versions."""

    @property
    def record_type(self) -> str:
        """The type's name, for kept answers."""
        rows: Any = self.queryset  # type: ignore[arg-type]
        model: Any = rows.model
        return str(model.type_name())

    def to_change(self, body: Any, *, is_needed: bool = False) -> tuple[Any, Any]:
        """Return the row that a change is about, and the body.

        ``is_needed`` asks for ``If-Match``, as changes of content do.
        """
        row = self.get_object()
        require_version(self.request, row, is_needed=is_needed)
        return row, self.input(body)


class OwnedViewSet(VersionedViewSet):
    """Owned rows: list, detail, and their releases."""

    @action(detail=True, methods=["get", "post"], url_path="releases")
    def releases(self, request: Request, pk: str | None = None) -> Response:
        """List a record's releases that the actor may know of, or add one."""
        if request.method == "POST":
            row, given = self.to_change(ReleaseWriteSerializer)
            made = releases.release(
                record=row, to=given.pop("grantee"), by=actor_of(request), **given
            )
            return Response(ReleaseSerializer.one(made, actor_of(request)), status=201)
        rows = self.filter_queryset(self.get_queryset())
        shown = self._found(self._only(rows, pk))["shown"]
        return Response({"results": orjson.loads(shown)["releases"]})

    @action(
        detail=True, methods=["delete"], url_path=r"releases/(?P<release_id>[^/.]+)"
    )
    def release(
        self, request: Request, pk: str | None = None, release_id: str = ""
    ) -> Response:
        """End one release at once."""
        row = self.get_object()
        require_version(request, row, is_needed=False)
        field = serializers.UUIDField()
        try:
            wanted = field.to_internal_value(release_id)
        except serializers.ValidationError:
            raise NotFound from None
        releases.revoke(record=row, release_id=wanted, by=actor_of(request))
        return Response(status=204)


class RecordViewSet(OwnedViewSet):
    """Records: owned rows that may have a tear line."""

    @extend_schema(responses={200: dict[str, str]})
    @action(detail=True, methods=["get"], url_path="tear-line")
    def tear_line(self, request: Request, pk: str) -> Response:
        """Return the tear line's id and reference, for the owner."""
        found = self.get_object().tear_line_for(actor_of(request))
        if found is None:
            raise NotFound
        return Response({"id": found.pk, "ref": found.ref})
