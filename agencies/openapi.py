"""The API's own description (OpenAPI 3), at ``/api/v1/schema/``."""

import json
import re
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_media_type_object
from drf_spectacular.utils import OpenApiParameter

from agencies.fields import MomentField
from agencies.gateway import READ_METHODS, scope_of
from agencies.guards import public
from agencies.problems import CONTENT_TYPE, TITLES
from agencies.repeats import AnsweredOnce

_FAULT = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "pointer": {
            "type": "string",
            "description": "The place in the body, a JSON pointer (RFC 6901).",
        },
    },
    "required": ["code", "detail", "pointer"],
}
_PROBLEM = {
    "type": "object",
    "description": "What was refused and why (RFC 9457); `code` is stable.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": _FAULT},
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_READ = {400, 401, 403, 404, 406, 503}
_WRITE = {*_READ, 409, 412, 413, 415, 422, 428}
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Sent again with the same body, the request is done once only and"
    " answered with the same bytes for 48 hours; with another body: 422.",
)
_VERSION = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the version that is changed. Missing: 428; stale: 412.",
)


class Schema(AutoSchema):
    """Adds to every operation what holds for all: problems, versions, keys."""

    def get_override_parameters(self) -> list[Any]:
        """Describe the headers."""
        parameters = list(super().get_override_parameters())
        for name in re.findall(r"{(\w+_id)}", self.path):
            parameters.append(OpenApiParameter(name, UUID, OpenApiParameter.PATH))
        if isinstance(self.view, AnsweredOnce):
            is_kept = self.view.action not in self.view.answered_anew
            if self.method == "POST" and is_kept:
                parameters = [*parameters, _KEY]
            if self.method == "PATCH":
                parameters = [*parameters, _VERSION]
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem",
            type=ResolvedComponent.SCHEMA,
            object="problem",
            schema=_PROBLEM,
        )
        self.registry.register_on_missing(component)
        body = {CONTENT_TYPE: build_media_type_object(component.ref)}
        for status in sorted(_READ if self.method in READ_METHODS else _WRITE):
            answer = {"content": body, "description": TITLES[status]}
            bodies.setdefault(str(status), answer)
        return bodies

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        """Describe our own fields: GeoJSON geometries and moments."""
        types = getattr(field, "types", None)
        if types is not None:
            shape = _geometry(types)
            return {**shape, "nullable": True} if field.allow_null else shape
        found = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, *args, **kwargs
        )
        if isinstance(field, MomentField) and found:
            found["description"] = "RFC 3339, with its zone; given out in UTC."
        return found


def _geometry(types: tuple[str, ...]) -> dict[str, Any]:
    depth = {
        "Point": 0,
        "LineString": 1,
        "MultiLineString": 2,
        "Polygon": 2,
        "MultiPolygon": 3,
    }
    position: dict[str, Any] = {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
    }
    shapes = []
    for name in types:
        coordinates = position
        for _level in range(depth[name]):
            coordinates = {"type": "array", "items": coordinates}
        shapes.append(
            {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": [name]},
                    "coordinates": coordinates,
                },
                "required": ["type", "coordinates"],
            }
        )
    return shapes[0] if len(shapes) == 1 else {"oneOf": shapes}


class ActorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Agencies' systems come with a token, browsers with a session."""

    target_class = "agencies.gateway.ActorAuthentication"
    name = ["client", "session"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """Name the scope that a token needs."""
        scope = scope_of(auto_schema.view, auto_schema.method)
        return [{"client": [scope]}, {"session": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """Describe both ways in."""
        flow = {
            "tokenUrl": str(reverse_lazy("token")),
            "scopes": settings.OAUTH2_PROVIDER["SCOPES"],
        }
        return [
            {"type": "oauth2", "flows": {"clientCredentials": flow}},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]


@cache
def document() -> bytes:
    """Return the description; the same for everybody, so made once."""
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, indent=1).encode()


@public
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Answer the API's description as JSON."""
    return HttpResponse(document(), content_type="application/vnd.oai.openapi+json")
