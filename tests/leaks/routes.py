"""Every address of the platform, discovered, and how to fill its parameters.

Nothing is listed: pages and API come from the URL resolver, the admin's from its
registry behind it, sockets from the ASGI router. ``unknown`` names, in one line each,
what the crawl does not know how to call, and what to add where.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from channels.routing import URLRouter
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

from tests.leaks.readers import Readers

# Ids that nobody has, by the kind of primary key; and a code that nobody has.
NOWHERE = "00000000-0000-4000-8000-00000000dead"
NO_CHILD = "00000000-0000-4000-8000-00000000beef"
NO_NUMBER = "987654321"
NO_CODE = "NO-SUCH-CODE"
# Parameters that name the row that an address is about, and which column holds them.
SUBJECT = {"pk": "pk", "object_id": "pk", "code": "code"}
# Parameters that do not depend on a row.
CONSTANT = {
    "app_label": sorted({m._meta.app_label for m in admin.site._registry}),
    "url": ["no/such/page/"],
    # Of an attachment: every copy, whoever asks.
    "copy": ["working", "thumbnail", "original"],
    # A real one is its officer's own; see tests/patrols/test_feeds.py.
    "secret": ["no-such-secret"],
}
# Names of pages whose first word is no model's name, and which model they are about.
ABOUT: dict[str, str] = {"ledger": "agreement"}
# Consumers whose messages the crawl reads, see ``crawl.frames``.
CONSUMERS = {"ws/live/"}


@dataclass(frozen=True)
class Route:
    """One address with its parameters, and the model of the row it is about."""

    at: str
    name: str
    view: Any
    parameters: tuple[str, ...]
    model: type[models.Model] | None

    @property
    def is_api(self) -> bool:
        """Whether the address belongs to the REST API's views."""
        return hasattr(self.view, "cls")

    @property
    def is_admin(self) -> bool:
        """Whether the address belongs to the administration."""
        return self.at.startswith("admin/")

    @property
    def unsafe(self) -> list[str]:
        """Return the methods that change something, or might."""
        if self.is_api:
            return sorted({*self.view.actions} - {"get", "head", "options"})
        return ["post"]

    @property
    def is_read(self) -> bool:
        """Whether the address is there to be read."""
        return not self.is_api or "get" in self.view.actions

    @property
    def subject(self) -> str:
        """Return the parameter that names the row it is about, if any."""
        return next((p for p in self.parameters if p in SUBJECT), "")


def routes() -> list[Route]:
    """Return every address of the URL resolver."""
    return list(_routes(get_resolver(), "", ()))


def _routes(resolver: URLResolver, at: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        here = at + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _routes(entry, here, inner)
        else:
            name = ":".join([*spaces, entry.name]) if entry.name else ""
            found = tuple(_parameters(entry))
            yield Route(here, name, entry.callback, found, _model(entry, found))


def _parameters(entry: URLPattern) -> list[str]:
    pattern: Any = entry.pattern
    if isinstance(pattern, RoutePattern):
        return list(pattern.converters)
    return list(pattern.regex.groupindex)


def _model(entry: URLPattern, parameters: tuple[str, ...]) -> Any:
    view: Any = entry.callback
    if hasattr(view, "cls"):
        return view.cls.queryset.model
    if found := getattr(view, "model_admin", None):
        return found.model
    if not set(parameters) & set(SUBJECT):
        return None
    word = (entry.name or "").partition("-")[0]
    return {m._meta.model_name: m for m in apps.get_models()}.get(ABOUT.get(word, word))


def unknown(found: list[Route]) -> list[str]:
    """Return a line for each address that the crawl cannot call."""
    lines = []
    for route in found:
        for parameter in route.parameters:
            if parameter in CONSTANT:
                continue
            if parameter in SUBJECT and route.model is None:
                lines.append(
                    f"{route.at}: which model is {route.name!r} about?"
                    " Name it in ABOUT in tests/leaks/routes.py"
                )
            elif parameter not in SUBJECT and child(route, parameter) is None:
                lines.append(
                    f"{route.at}: what is <{parameter}>? A row of the model of that"
                    " name (<model>_id), or a line in SUBJECT or CONSTANT in"
                    " tests/leaks/routes.py"
                )
    return lines


def child(route: Route, parameter: str) -> Any:
    """Return the model that a parameter such as ``response_id`` names.

    What a patrol's is named after it: ``patrolattachment``.
    """
    if not parameter.endswith("_id"):
        return None
    known = {m._meta.model_name: m for m in apps.get_models()}
    name = parameter.removesuffix("_id").replace("_", "")
    about = route.model._meta.model_name if route.model else ""
    return known.get(f"{about}{name}") or known.get(name)


def unknown_consumers(router: URLRouter) -> list[str]:
    """Return a line for each consumer whose messages the crawl does not read."""
    return [
        f"{entry.pattern}: read its messages in tests/leaks/crawl.py and add it to"
        " CONSUMERS in tests/leaks/routes.py"
        for entry in router.routes
        if hasattr(entry.callback, "consumer_class")
        and str(entry.pattern) not in CONSUMERS
    ]


def address(route: Route, values: dict[str, str]) -> str:
    """Return an address with its parameters filled in."""
    if route.name:
        return str(reverse(route.name, kwargs=values))
    at = route.at
    for name, value in values.items():
        for shape in (f"<path:{name}>", f"(?P<{name}>.*)$"):
            at = at.replace(shape, value)
    return f"/{at}"


def addresses(route: Route) -> list[str]:
    """Return the addresses of a route that is about no row."""
    values: list[dict[str, str]] = [{}]
    for parameter in route.parameters:
        given = CONSTANT[parameter]
        values = [{**known, parameter: one} for known in values for one in given]
    return [address(route, one) for one in values]


def nowhere(route: Route) -> str:
    """Return what names no row of the route's model."""
    if route.subject == "code":
        return NO_CODE
    key: Any = route.model._meta.pk if route.model else None
    if isinstance(key, models.UUIDField):
        return NOWHERE
    return NO_NUMBER if isinstance(key, models.AutoField) else NO_CODE


def filled(route: Route, row: Any, readers: Readers) -> list[str]:
    """Return the route's addresses for one row: one for each child it can name."""
    values = [{}] if row is None else [{route.subject: _name_of(route, row)}]
    for parameter in route.parameters:
        if parameter == route.subject:
            continue
        given = CONSTANT.get(parameter)
        if given is None:
            given = [*children(child(route, parameter), row, readers)[:2], NO_CHILD]
        values = [{**known, parameter: one} for known in values for one in given]
    return [address(route, one) for one in values]


def _name_of(route: Route, row: Any) -> str:
    return row if isinstance(row, str) else str(getattr(row, SUBJECT[route.subject]))


def children(model: Any, row: Any, readers: Readers) -> list[str]:
    """Return the ids of a row's children of one model."""
    if isinstance(row, str):
        return []
    names = {f.name for f in model._meta.concrete_fields}
    own = {"record_id": row.pk} if "record_id" in names else {row.type_name(): row.pk}
    field = next(iter(own))
    attname = model._meta.get_field(field).attname
    return [
        str(one.pk)
        for one in readers.rows(model)
        if getattr(one, attname) == own[field]
    ]
