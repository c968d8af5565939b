"""Frozen data classes to what JSON can hold, and back by their type hints.

Maps with pairs as keys become lists of ``[*key, value]``; moments are written in UTC.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return dicts, lists, strings, numbers, booleans and None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_json(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        if any(isinstance(key, tuple) for key in value):
            return [[*key, to_json(one)] for key, one in value.items()]
        return {key: to_json(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(one) for one in value]
    return value


def from_json(kind: type[T], value: Any) -> T:
    """Return the object of a data class that ``to_json`` wrote.

    Raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else.
    """
    made: T = _read(kind, value)
    return made


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], one) for name, one in value.items()})
    if isinstance(kind, UnionType):
        inner = next(one for one in get_args(kind) if one is not NoneType)
        return None if value is None else _read(inner, value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    is_named = isinstance(kind, type) and hasattr(kind, "_fields")
    return kind(*value) if is_named else _read_many(kind, value)


def _read_many(kind: Any, value: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin is tuple:
        kinds = [inside[0]] * len(value) if inside[-1] is ... else inside
        return tuple(_read(one, item) for one, item in zip(kinds, value, strict=True))
    if origin is Mapping:
        if isinstance(value, list):
            return {tuple(item[:-1]): _read(inside[1], item[-1]) for item in value}
        return {key: _read(inside[1], one) for key, one in value.items()}
    return value
