"""The forms of incident types, as JSON Schema (draft 2020-12): a subset, and its words.

A form is one flat object: texts, numbers, yes or no, choices, moments. What would let
a form reach outside, nest, or take long to check (``$ref``, ``pattern`` and the like)
is not in the subset; ``docs/incident-types.md`` shows all of it. Pure: no table, no
request, no form of a page.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator, FormatChecker

from agencies.errors import Invalid
from agencies.fields import EARLIEST, LATEST, MAX_FAULTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The languages that labels may be in; English is always there.
SPOKEN = ("en", "ru", "kk", "ky", "tg", "uz", "tk")
# The order of the fields: PostgreSQL keeps objects, but not the order of their keys.
ORDER = "x-order"
# What one incident's details may hold, as JSON, in characters.
MAX_DETAILS = 16_000
MAX_SCHEMA = 60_000
MAX_CHOICES = 60
# No text that PostgreSQL cannot keep, and nothing that no keyboard writes.
_UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

Json = dict[str, Any]


class Kind(Enum):
    """What a field of a form takes."""

    TEXT = "text"
    MOMENT = "moment"
    CHOICE = "choice"
    CHOICES = "choices"
    INTEGER = "integer"
    NUMBER = "number"
    YES_NO = "yes or no"


def kind_of(field: Mapping[str, Any]) -> Kind | None:
    """Return what a field takes; None for what is not in the subset."""
    if field.get("type") == "string":
        if "enum" in field:
            return Kind.CHOICE
        return Kind.MOMENT if "format" in field else Kind.TEXT
    types = {
        "integer": Kind.INTEGER,
        "number": Kind.NUMBER,
        "boolean": Kind.YES_NO,
        "array": Kind.CHOICES,
    }
    name = field.get("type")
    return types.get(name) if isinstance(name, str) else None


# --- which forms there may be ----------------------------------------------------

_WORDS = {
    "type": "object",
    "propertyNames": {"enum": list(SPOKEN)},
    "additionalProperties": {
        "type": "string",
        "maxLength": 80,
        "pattern": r"\S",
    },
}
NAMES = _WORDS | {"required": ["en"]}
_CHOICES: Json = {
    "type": {"const": "string"},
    "enum": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
        "minItems": 1,
        "maxItems": MAX_CHOICES,
        "uniqueItems": True,
    },
    "x-enum-labels": {"type": "object", "additionalProperties": _WORDS},
}


def _object(members: Json, *needed: str) -> Json:
    return {
        "type": "object",
        "properties": members,
        "required": list(needed),
        "additionalProperties": False,
    }


def _field(kind: str, *needed: str, **members: Any) -> Json:
    common = {
        "type": {"const": kind},
        "title": {"type": "string", "maxLength": 80, "pattern": r"\S"},
        "x-labels": _WORDS,
    }
    return _object(common | members, "type", "title", *needed)


def _bounds(kind: str) -> Json:
    most = 1_000_000_000
    bound = {"type": kind, "minimum": -most, "maximum": most}
    return _field(kind, "minimum", "maximum", minimum=bound, maximum=bound)


_LENGTH = {"type": "integer", "minimum": 1, "maximum": 2000}
# What a field of each kind may say, as JSON Schema of the schema itself.
_FIELDS: dict[Kind, Json] = {
    Kind.TEXT: _field("string", "maxLength", maxLength=_LENGTH),
    Kind.MOMENT: _field("string", "format", format={"const": "date-time"}),
    Kind.CHOICE: _field("string", "enum", **_CHOICES),
    Kind.CHOICES: _field(
        "array",
        "items",
        "uniqueItems",
        items=_object(_CHOICES, "type", "enum"),
        uniqueItems={"const": True},
    ),
    Kind.INTEGER: _bounds("integer"),
    Kind.NUMBER: _bounds("number"),
    Kind.YES_NO: _field("boolean"),
}
_FORM = _object(
    {
        "$schema": {"const": DIALECT},
        "type": {"const": "object"},
        "properties": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"},
            "additionalProperties": {"type": "object"},
            "maxProperties": 40,
        },
        "required": {"type": "array", "items": {"type": "string"}, "maxItems": 40},
        "additionalProperties": {"const": False},
        ORDER: {"type": "array", "items": {"type": "string"}},
    },
    "type",
    "properties",
    "additionalProperties",
)


def unfit(schema: Any) -> list[str]:
    """Return what is wrong with a form itself, each with its place; nothing if good."""
    found = _misfits(schema, _FORM, "")
    if found:
        return found
    if len(json.dumps(schema)) > MAX_SCHEMA:
        return [f"/: more than {MAX_SCHEMA} characters"]
    for name, field in schema["properties"].items():
        at = f"/properties/{name}"
        kind = kind_of(field)
        if kind is None:
            found.append(f"{at}/type: string, integer, number, boolean or array")
            continue
        if misfits := _misfits(field, _FIELDS[kind], at):
            found += misfits
            continue
        offered = choices_of(field)
        strange = set(offered.get("x-enum-labels", {})) - set(offered.get("enum", []))
        found += [f"{at}/x-enum-labels/{one}: not a choice" for one in sorted(strange)]
        if "minimum" in field and field["minimum"] > field["maximum"]:
            found.append(f"{at}/maximum: below the minimum")
    needed = set(schema.get("required", [])) - set(schema["properties"])
    return found + [f"/required: {name} is no field" for name in sorted(needed)]


def unfit_names(names: Any) -> list[str]:
    """Return what is wrong with the names of a type; English has to be there."""
    return _misfits(names, NAMES, "")


def _misfits(given: Any, wanted: Json, at: str) -> list[str]:
    errors = Draft202012Validator(wanted).iter_errors(given)
    return [
        f"{at}/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in errors
    ]


def choices_of(field: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part of a field that has its choices, if it has any."""
    items = field.get("items")
    return items if isinstance(items, dict) else field


def arranged(schema: Json) -> Json:
    """Return a form that says the order of its fields: as it does, or as written."""
    order = schema.get(ORDER, [])
    is_whole = sorted(order) == sorted(schema["properties"])
    return schema if is_whole else schema | {ORDER: list(schema["properties"])}


def fields_of(schema: Mapping[str, Any]) -> dict[str, Json]:
    """Return a form's fields by name, in their order."""
    known: dict[str, Json] = schema.get("properties", {})
    order = [name for name in schema.get(ORDER, []) if name in known]
    return {name: known[name] for name in dict.fromkeys([*order, *known])}


# --- whether details keep to a form ----------------------------------------------


def _is_moment(value: Any) -> bool:
    """Whether a text is an RFC 3339 time of our days that says its zone."""
    if not isinstance(value, str):
        return True
    try:
        moment = parse_datetime(value)
    except ValueError:
        return False
    if moment is None or moment.tzinfo is None:
        return False
    return EARLIEST <= moment <= LATEST


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date-time")(_is_moment)
_TYPES = {
    "string": _("a text"),
    "integer": _("a whole number"),
    "number": _("a number"),
    "boolean": _("true or false"),
    "array": _("a list"),
}
# By the word of JSON Schema that is broken: our code, and what people are told.
_CODES = {
    "type": ("wrong_type", _("Expected %(limit)s.")),
    "enum": ("invalid_choice", _("Not a choice.")),
    "maxLength": ("max_length", _("At most %(limit)s characters.")),
    "minimum": ("min_value", _("At least %(limit)s.")),
    "maximum": ("max_value", _("At most %(limit)s.")),
    "format": (
        "bad_moment",
        _("Write a time with its zone, such as 2026-01-31T08:00:00Z."),
    ),
    "uniqueItems": ("repeated", _("Each once only.")),
}


def faults(details: Any, schema: Mapping[str, Any]) -> list[Invalid]:
    """Return what keeps details from fitting a form, each with its pointer."""
    if not isinstance(details, dict):
        return [Invalid("not_an_object", _("Not an object."), pointer="/details")]
    if len(json.dumps(details, ensure_ascii=False)) > MAX_DETAILS:
        text = _("At most %(limit)s characters.") % {"limit": MAX_DETAILS}
        return [Invalid("too_large", text, pointer="/details")]
    return list(_faults(details, schema))[:MAX_FAULTS]


def _faults(details: Json, schema: Mapping[str, Any]) -> Iterator[Invalid]:
    known = schema["properties"]
    for name in schema.get("required", []):
        if name not in details:
            yield Invalid("required", _("This is needed."), pointer=_at(name))
    for name, value in details.items():
        if name not in known:
            yield Invalid("unknown_field", _("Unknown field."), pointer=_at(name[:80]))
        elif (fault := _unkeepable(name, value)) is not None:
            yield fault
        else:
            checker = Draft202012Validator(known[name], format_checker=_FORMATS)
            for error in checker.iter_errors(value):
                yield _told(name, error)


def _unkeepable(name: str, value: Any) -> Invalid | None:
    """Return why a value cannot be looked at any further, whatever its field says."""
    parts = value if isinstance(value, list) else [value]
    if isinstance(value, dict) or any(isinstance(p, dict | list) for p in parts):
        return Invalid("too_deep", _("No lists or objects in it."), pointer=_at(name))
    if len(parts) > MAX_CHOICES:
        few = _("At most %(limit)s.") % {"limit": MAX_CHOICES}
        return Invalid("too_many", few, pointer=_at(name))
    for part in parts:
        if isinstance(part, str) and _UNWRITTEN.search(part):
            why = _("It holds a character that cannot be kept.")
            return Invalid("bad_character", why, pointer=_at(name))
        if isinstance(part, float) and not math.isfinite(part):
            return Invalid("wrong_type", _("Not a number."), pointer=_at(name))
    if isinstance(value, str) and not value.strip():
        return Invalid("blank", _("Leave it out instead."), pointer=_at(name))
    return None


def _told(name: str, error: Any) -> Invalid:
    code, text = _CODES[error.validator]
    limit = error.validator_value
    given = {"limit": _TYPES.get(limit, limit) if isinstance(limit, str) else limit}
    return Invalid(code, text % given, pointer=_at(name, *error.path))


def _at(*steps: str | int) -> str:
    """Return a place in the details as a JSON pointer (RFC 6901)."""
    plain = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "/".join(["/details", *plain])


# --- its words -------------------------------------------------------------------


def in_words(words: Mapping[str, Any], otherwise: str) -> str:
    """Return words in the reader's language, else in English, else in any."""
    language = (get_language() or "en").partition("-")[0]
    for wanted in (language, "en", *words):
        if isinstance(found := words.get(wanted), str):
            return found
    return otherwise


def label_of(name: str, field: Mapping[str, Any]) -> str:
    """Return the label of a field."""
    english = {"en": field["title"]} if "title" in field else {}
    return in_words(english | field.get("x-labels", {}), name.replace("_", " "))


def choice_label(field: Mapping[str, Any], value: str) -> str:
    """Return the label of one choice of a field."""
    words = choices_of(field).get("x-enum-labels", {}).get(value, {})
    return in_words(words, value.replace("_", " "))
