"""What rows show, as JSON that PostgreSQL builds: one query, whatever hangs on them.

A serializer declares the fields, from which the API's description is made; here it
also says by which expression each is read, for whoever reads. What hangs on a row
(releases, references to other records) is a sub-query that starts, like every read,
from what that reader may see. Rows never become Python objects on their way out,
which is most of what a list would cost (``docs/performance.md``).
"""

from functools import cache, lru_cache
from typing import Any

import orjson
from django.contrib.gis.db.models import PointField
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    Case,
    DateTimeField,
    F,
    Func,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from rest_framework import serializers

from agencies.fields import GeometryField, MomentField
from agencies.geo import DIGITS
from agencies.policy import Actor
from agencies.records import Guarded


class Moment(Func):
    """A time in UTC as RFC 3339 writes it; no fraction where there is none."""

    template = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC',"
        """ 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')"""
    )
    output_field = TextField()


class GeoJson(Func):
    """A geometry as GeoJSON (RFC 7946)."""

    template = f"ST_AsGeoJSON(%(expressions)s, {DIGITS}, 0)::json"
    output_field = JSONField()


class Object(Func):
    """A JSON object, its members in the order given; a string names a column."""

    function = "json_build_object"
    output_field = JSONField()

    def __init__(self, **members: Any) -> None:
        """Pair names with expressions."""
        pairs: list[Any] = []
        for name, value in members.items():
            is_made = hasattr(value, "resolve_expression")
            pairs += [Value(name), value if is_made else F(value)]
        super().__init__(*pairs)


class ShownSerializer(serializers.ModelSerializer[Any]):
    """Declares what a resource shows, and reads it."""

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Return what is not simply a column, by field; subclasses add theirs."""
        return {}

    @classmethod
    def members(cls, actor: Actor) -> dict[str, Any]:
        """Return the expression of each field, in order."""
        return _columns(cls) | cls.expressions(actor)

    @classmethod
    def json(cls, actor: Actor) -> Any:
        """Return the expression of one row's JSON, for this reader."""
        return Object(**cls.members(actor))

    @classmethod
    def each(cls, rows: QuerySet[Any], actor: Actor) -> ArraySubquery:
        """Return the expression of a list of rows that hang on an outer row."""
        return ArraySubquery(rows.annotate(shown=cls.json(actor)).values("shown"))

    @classmethod
    def read(
        cls, rows: QuerySet[Any], actor: Actor, *also: str
    ) -> QuerySet[Any, dict[str, Any]]:
        """Return each row's JSON as ``shown``, and some columns."""
        ready = RawSQL(*_compiled(cls, actor), TextField())  # noqa: S611 - Django's own
        shown: Any = rows.annotate(shown=ready)
        return shown.values("shown", *also)  # type: ignore[no-any-return]

    @classmethod
    def all(cls, rows: QuerySet[Any], actor: Actor) -> list[orjson.Fragment]:
        """Return some rows as they go out."""
        return [fragment(row) for row in cls.read(rows, actor)]

    @classmethod
    def one(cls, row: Guarded, actor: Actor) -> orjson.Fragment:
        """Return a row that was just written, as its writer sees it."""
        rows: Any = type(row).objects.visible_to(actor).filter(pk=row.pk)
        (shown,) = cls.all(rows, actor)
        return shown


def headline(model: type[Guarded], **more: Any) -> Object:
    """Return the expression of what the live feed says of a row, and of more."""
    told = {name: _of(model, value) for name, value in model.headline.items()}
    return Object(**told, **more)


def fragment(row: dict[str, Any]) -> orjson.Fragment:
    """Return what was read of a row, to go out as it is."""
    return orjson.Fragment(row["shown"])


def for_owner(name: str, actor: Actor, otherwise: Any = None) -> Case:
    """Return a column's value for the owner's eyes, for others something else."""
    return Case(When(owner=actor.agency_id, then=F(name)), default=Value(otherwise))


def reference(name: str, rows: QuerySet[Any], shown: Any = "pk") -> Subquery:
    """Return something of what a foreign key points to; null if not among ``rows``."""
    return Subquery(rows.filter(pk=OuterRef(name)).order_by().values_list(shown))


@lru_cache(maxsize=1024)
def _compiled(
    serializer: type[ShownSerializer], actor: Actor
) -> tuple[str, tuple[Any, ...]]:
    """Return a row's JSON; the actor is part of the key with all that it sees by."""
    return as_sql(serializer.Meta.model, serializer.json(actor))


def _of(model: Any, value: Any) -> Any:
    """Return the expression of a column, or of one at the end of a foreign key."""
    if not isinstance(value, str):
        return value
    name, _two, inner = value.partition("__")
    field = model._meta.get_field(name)
    if inner:
        return reference(name, field.related_model._base_manager.all(), inner)
    if isinstance(field, DateTimeField):
        return Moment(name)
    return GeoJson(name) if isinstance(field, PointField) else F(name)


def as_sql(model: Any, json: Any) -> tuple[str, tuple[Any, ...]]:
    """Return an expression of a row as SQL text: to make it takes Django longest.

    It names no table but the row's own and those of its sub-queries, so that it
    stands in any query.
    """
    rows = model.objects.order_by().annotate(shown=Cast(json, TextField())).query
    sql, params = rows.get_compiler(DEFAULT_DB_ALIAS).compile(rows.annotations["shown"])
    if sum(count > 0 for count in rows.alias_refcount.values()) > 1:
        raise TypeError(f"{model.__name__}: what hangs on a row is a sub-query")
    return sql, tuple(params)


@cache
def _columns(serializer: type[ShownSerializer]) -> dict[str, Any]:
    """Return, for each field in order, the column that it stands for."""
    model: Any = serializer.Meta.model
    return {name: _column(model, f) for name, f in serializer().fields.items()}


def _column(model: Any, field: "serializers.Field[Any, Any, Any, Any]") -> Any:
    source = field.source or ""
    if isinstance(field, MomentField):
        return Moment(source)
    if isinstance(field, GeometryField):
        return GeoJson(source)
    if isinstance(field, serializers.SlugRelatedField):
        known = model._meta.get_field(source).related_model
        return reference(source, known._base_manager.all(), field.slug_field or "pk")
    return F(source)
