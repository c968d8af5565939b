"""Details of an incident as fields of a page's form and back, and in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.forms import CHOOSE, MomentField, minute
from incidents.schemas import (
    Json,
    Kind,
    choice_label,
    choices_of,
    fields_of,
    kind_of,
    label_of,
)

# Before the names of the fields of a form, so that they meet no column's.
PREFIX = "details_"
# A longer text gets more than one line.
_ONE_LINE = 200
_YES, _NO = "true", "false"


@dataclass(frozen=True)
class Shown:
    """A field with what was filled in: words, or a moment."""

    label: str
    text: str = ""
    moment: datetime | None = None


# What was not asked is neither "no" nor "none".
NOT_SAID = ("", gettext_lazy("not said"))

# --- as fields -------------------------------------------------------------------


def form_fields(
    schema: Mapping[str, Any], names: Iterable[str] | None = None
) -> dict[str, forms.Field]:
    """Return a form's fields by their names on the page, all of them or some."""
    known = fields_of(schema)
    needed = set(schema.get("required", []))
    return {
        PREFIX + name: _form_field(name, known[name], is_required=name in needed)
        for name in (known if names is None else names)
        if name in known
    }


def _form_field(name: str, field: Json, *, is_required: bool) -> forms.Field:
    make = _MAKERS[kind_of(field) or Kind.TEXT]
    return make(field, label=capfirst(label_of(name, field)), required=is_required)


def _text(field: Json, **given: Any) -> forms.Field:
    length = field.get("maxLength", _ONE_LINE)
    if length > _ONE_LINE:
        given["widget"] = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(max_length=length, **given)


def _moment(field: Json, **given: Any) -> forms.Field:
    return MomentField(**given)


def _offered(field: Json) -> list[tuple[str, str]]:
    codes = choices_of(field).get("enum", [])
    return [(code, choice_label(field, code)) for code in codes]


def _choice(field: Json, **given: Any) -> forms.Field:
    empty = CHOOSE if given["required"] else NOT_SAID
    return forms.ChoiceField(choices=[empty, *_offered(field)], **given)


def _choices(field: Json, **given: Any) -> forms.Field:
    boxes = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(choices=_offered(field), widget=boxes, **given)


def _integer(field: Json, **given: Any) -> forms.Field:
    least, most = field.get("minimum"), field.get("maximum")
    return forms.IntegerField(min_value=least, max_value=most, **given)


def _number(field: Json, **given: Any) -> forms.Field:
    least, most = field.get("minimum"), field.get("maximum")
    return forms.FloatField(min_value=least, max_value=most, **given)


def _yes_no(field: Json, **given: Any) -> forms.Field:
    """Return a choice of three: what was not asked is not "no"."""
    empty = CHOOSE if given["required"] else NOT_SAID
    words = [empty, (_YES, gettext_lazy("yes")), (_NO, gettext_lazy("no"))]
    return forms.ChoiceField(choices=words, **given)


_MAKERS: dict[Kind, Callable[..., forms.Field]] = {
    Kind.TEXT: _text,
    Kind.MOMENT: _moment,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.YES_NO: _yes_no,
}


def initial(details: Json, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields of a form begin with."""
    known = fields_of(schema)
    return {
        PREFIX + name: _begun(value, known.get(name, {}))
        for name, value in details.items()
    }


def _begun(value: Any, field: Json) -> Any:
    if isinstance(value, bool):
        return _YES if value else _NO
    return minute(_moment_of(value)) if kind_of(field) is Kind.MOMENT else value


def taken(schema: Mapping[str, Any], cleaned: Mapping[str, Any]) -> Json:
    """Return details from a form's valid fields; None stands for an empty one."""
    known = fields_of(schema)
    return {
        name: _json(known[name], value)
        for key, value in cleaned.items()
        if key.startswith(PREFIX) and (name := key.removeprefix(PREFIX)) in known
    }


def _json(field: Json, value: Any) -> Any:
    if value in ("", None, []):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value == _YES if kind_of(field) is Kind.YES_NO else value


# --- in words --------------------------------------------------------------------


def in_order(details: Json, schema: Mapping[str, Any]) -> list[Shown]:
    """Return all that was filled in, in the form's order and the reader's language.

    What the form does not know comes last, under its bare name: nothing is lost.
    """
    known = fields_of(schema)
    names = [*(name for name in known if name in details), *details]
    return [
        shown(name, details[name], known.get(name, {})) for name in dict.fromkeys(names)
    ]


def shown(name: str, value: Any, field: Json) -> Shown:
    """Return one detail in words."""
    label = capfirst(label_of(name, field))
    if kind_of(field) is Kind.MOMENT and (moment := _moment_of(value)):
        return Shown(label, moment=moment)
    parts = value if isinstance(value, list) else [value]
    return Shown(label, ", ".join(_in_words(part, field) for part in parts))


def _in_words(value: Any, field: Json) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and kind_of(field) in (Kind.CHOICE, Kind.CHOICES):
        return choice_label(field, value)
    return str(value)


def _moment_of(value: Any) -> datetime | None:
    """Return the moment that a text is, if it is one with its zone."""
    if not isinstance(value, str):
        return None
    try:
        moment = parse_datetime(value)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
