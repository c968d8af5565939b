"""The REST API's common ground: actors, scopes, versions, pages, strict input."""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.actions import releases
from agencies.errors import Invalid, NotFound, PreconditionRequired, Reused, Stale
from agencies.gateway import actor_of
from agencies.models import IdempotencyKey
from agencies.policy import Actor, Audience, agency_key
from agencies.records import Owned, record_model
from agencies.serializers import (
    ReleaseSerializer,
    ReleaseWriteSerializer,
    releases_of,
)

# Query parameters that every list knows beside its own filters.
LIST_PARAMETERS = {"cursor", "limit"}


class StrictFilters(filters.DjangoFilterBackend):
    """Filters by an allow-list; an unknown one is refused, not ignored (L11)."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Refuse unknown parameters, then filter."""
        known = set(LIST_PARAMETERS)
        chosen = self.get_filterset_class(view, queryset)
        if chosen is not None:
            known |= set(chosen.base_filters)
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            names = ", ".join(unknown)[:200]
            raise Invalid("unknown_filter", f"Unknown filter: {names}")
        result: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return result


class ReadViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]
):
    """List and detail of what the actor may see.

    ``scope`` is the token's scope without its verb. ``records`` starts the query.
    """

    scope = ""
    filter_backends = [StrictFilters]
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Any]:
        """Start from what is visible; the schema generator sees nothing."""
        rows: Any = self.queryset
        model = rows.model
        if getattr(self, "swagger_fake_view", False):
            return model._default_manager.none()  # type: ignore[no-any-return]
        if hasattr(model.objects, "visible_to"):
            rows = rows.visible_to(actor_of(self.request))
        return rows.all()  # type: ignore[no-any-return]

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one row with its version as the ETag."""
        return self.answer(self.get_object())

    def answer(self, row: Any, status: int = 200) -> Response:
        """Return a row as the actor sees it, read again after a change."""
        row = self.get_queryset().filter(pk=row.pk).first()
        if row is None:
            raise NotFound
        response = Response(self.get_serializer(row).data, status=status)
        if isinstance(row, Owned):
            response["ETag"] = etag(row)
        if status == 201:
            response["Location"] = f"{self.request.path.rstrip('/')}/{row.pk}/"
        return response

    def get_serializer_context(self) -> dict[str, Any]:
        """Let serializers resolve references under the actor's rights."""
        context = super().get_serializer_context()
        context["actor"] = getattr(self.request, "actor", None)
        return context

    def input(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the validated body."""
        checked = serializer(
            data=self.request.data, context=self.get_serializer_context()
        )
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


def etag(row: Owned) -> str:
    """Return a row's version as a strong ETag."""
    return f'"{row.version}"'


def require_version(request: Request, row: Owned, *, is_needed: bool = True) -> None:
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
    if given.strip() not in (etag(now), "*"):
        raise Stale("stale", _("The record has changed since you read it."))


class WriteMixin:
    """Answer a repeated POST with the same ``Idempotency-Key`` just once."""

    request: Request

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the request, or give the answer that was kept."""
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or request.actor is None:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return self._once(request, key, *args, **kwargs)

    def _once(self, request: Any, key: str, *args: Any, **kwargs: Any) -> Any:
        actor: Actor = request.actor
        try:
            body = request.body
        except RequestDataTooBig:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        text = b"\n".join([request.path.encode(), body])
        kept = IdempotencyKey(
            actor=actor.label,
            key=key[:255],
            fingerprint=hashlib.sha256(text).hexdigest(),
        )
        own = actor.own_keys or (agency_key(actor.agency or "", actor.clearance),)
        kept.open_to(Audience(frozenset(own[:1])))
        try:
            # A second request with this key waits here until the first is through.
            with transaction.atomic():
                kept.save(force_insert=True)
        except IntegrityError:
            return self._again(request, kept, *args, **kwargs)
        response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        if response.status_code < 400:
            response.add_post_render_callback(lambda done: self._keep(kept, done))
        return response

    def _keep(self, kept: IdempotencyKey, response: Response) -> None:
        kept.status = response.status_code
        kept.body = response.content.decode()
        kept.location = response.get("Location", "")
        data = response.data if isinstance(response.data, dict) else {}
        # The answer to a verb is kept as long as the record that it is about.
        if record := self.kwargs.get("pk") or data.get("id"):
            kept.record_id = record
            kept.record_type = getattr(self, "record_type", "")
        kept.save()

    def _again(
        self, request: Any, wanted: IdempotencyKey, *args: Any, **kwargs: Any
    ) -> Any:
        actor: Actor = request.actor
        kept = (
            IdempotencyKey.objects.visible_to(actor)
            .filter(actor=wanted.actor, key=wanted.key)
            .first()
        )
        replay = super().dispatch  # type: ignore[misc]
        if kept is None or kept.fingerprint != wanted.fingerprint:
            return self._refuse(request, replay, *args, **kwargs)
        self._replayed = kept
        return replay(request, *args, **kwargs)

    def _refuse(self, request: Any, replay: Any, *args: Any, **kwargs: Any) -> Any:
        self._replayed = None
        return replay(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Stop a repeated request before it does anything, once it is authorised."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if hasattr(self, "_replayed"):
            raise _Replay(self._replayed)

    def handle_exception(self, error: Exception) -> Response:
        """Turn the stop into the kept answer, if its record is still visible."""
        if isinstance(error, _Replay):
            try:
                return self._kept_answer(error.kept)
            except Exception as refusal:
                error = refusal  # type: ignore[assignment]
        result: Response = super().handle_exception(error)  # type: ignore[misc]
        return result

    def _kept_answer(self, kept: IdempotencyKey | None) -> Response:
        if kept is None:
            raise Reused(
                "idempotency_key_reused", _("This key belongs to another request.")
            )
        if kept.record_type:
            model = record_model(kept.record_type)
            seen = model.objects.visible_to(actor_of(self.request))
            if not seen.filter(pk=kept.record_id).exists():
                raise NotFound
        data = orjson.loads(kept.body) if kept.body else None
        response = Response(data, status=kept.status)
        if kept.location:
            response["Location"] = kept.location
        return response


class _Replay(Exception):  # noqa: N818 - a way out, not an error
    def __init__(self, kept: IdempotencyKey | None) -> None:
        super().__init__()
        self.kept = kept


class OwnedViewSet(WriteMixin, ReadViewSet):
    """Owned rows: list, detail, and their releases."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page; its releases are read at once for all rows."""
        rows = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(rows) or []
        context = self.get_serializer_context() | self.page_context(page)
        data = self.get_serializer_class()(page, many=True, context=context).data
        return self.get_paginated_response(data)

    def page_context(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Return what the representations of some rows need, read for all at once."""
        return {"releases": releases_of(rows, actor_of(self.request))}

    @property
    def record_type(self) -> str:
        """The type's name, for kept answers."""
        rows: Any = self.queryset
        return str(rows.model.type_name())

    @action(detail=True, methods=["get", "post"], url_path="releases")
    def releases(self, request: Request, pk: str | None = None) -> Response:
        """List a record's releases that the actor may know of, or add one."""
        row = self.get_object()
        if request.method == "POST":
            require_version(request, row, is_needed=False)
            given = self.input(ReleaseWriteSerializer)
            made = releases.release(
                record=row, to=given.pop("grantee"), by=actor_of(request), **given
            )
            return Response(ReleaseSerializer(made).data, status=201)
        known = releases_of([row], actor_of(request)).get(row.pk, [])
        return Response({"results": known})

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
