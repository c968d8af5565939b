"""What forms of all applications are made of."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.errors import Refused, Stale
from agencies.fields import EARLIEST, LATEST
from agencies.models import Agency
from agencies.policy import Actor, Level

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


# Nothing is chosen for the officer: a wrong answer is worse than a second's thought.
CHOOSE = ("", gettext_lazy("choose…"))


class NamedForm(forms.BaseForm):
    """A form whose labels begin with a capital, wherever they are shown.

    An empty choice of rows says what it means, never Django's dashes: "choose…" where
    one is required, "none" where not.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Write them in the reader's language."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = field.label and capfirst(str(field.label))
            if isinstance(field, forms.ModelChoiceField):
                _name_empty(field)


def _name_empty(field: "forms.ModelChoiceField[Any]") -> None:
    if field.empty_label == BLANK_CHOICE_DASH[0][1]:
        field.empty_label = CHOOSE[1] if field.required else _("none")
        # The widget took them over as they were.
        field.queryset = field.queryset


class RefusableForm(NamedForm, forms.Form):
    """A form that shows an action's refusal beside the field that caused it."""

    def refuse(self, refusal: Refused) -> None:
        """Add the refusal's text to the field that its pointer names."""
        for part in refusal.parts:
            self.add_error(self._field_at(part.pointer or ""), str(part))
        if isinstance(refusal, Stale):
            self._say_what_is_stored()

    def _field_at(self, pointer: str) -> str | None:
        """Return the field of a place: ``/level``; ``/details/size``, details_size."""
        steps = pointer.lstrip("/").split("/")
        names = ["_".join(steps[:n]) for n in range(len(steps), 0, -1)]
        return next((name for name in names if name in self.fields), None)

    def _say_what_is_stored(self) -> None:
        """Tell, of each field that was sent otherwise, what the record holds now."""
        for bound in self.visible_fields():
            if bound.name in self.changed_data:
                stored = _in_words(bound.field, bound.initial)
                text = _("Now stored: %(stored)s") % {"stored": stored}
                self.add_error(bound.name, text)

    @property
    def first_error(self) -> str:
        """The first error with its field's name, where there is no room for more."""
        name, errors = next(iter(self.errors.items()))
        label = self.fields[name].label if name in self.fields else ""
        return f"{label}: {errors[0]}".removeprefix(": ")


class PartForm(RefusableForm):
    """One of several forms on a page: the ids of its controls begin with its name."""

    name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Set the ids apart."""
        kwargs["auto_id"] = f"{self.name}_%s"
        super().__init__(*args, **kwargs)


class ReasonField(forms.CharField):
    """Why, in a sentence. Whether it may be empty is the action's to say."""

    def __init__(self, *, max_length: int = 300, **kwargs: Any) -> None:
        """Take what a column of reasons holds, unless said."""
        given: dict[str, Any] = {"label": gettext_lazy("reason"), "required": False}
        super().__init__(max_length=max_length, **given | kwargs)


class MomentInput(forms.DateTimeInput):
    """The browser's own picker; below it the clock, and by script the moment by it."""

    def __init__(self) -> None:
        """Write as the picker reads."""
        attrs = {"type": "datetime-local"}
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Add the name of the officer's clock."""
        picker = super().render(*args, **kwargs)
        zone = timezone.get_current_timezone_name()
        return format_html('{}<output class="picked num">{}</output>', picker, zone)


class MomentField(forms.DateTimeField):
    """A time by the clock of the officer's agency."""

    def __init__(self, **kwargs: Any) -> None:
        """Use the browser's own picker."""
        super().__init__(widget=MomentInput(), **kwargs)
        self.validators.append(_is_of_our_time)


class DayField(forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        """Use the browser's own picker."""
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, **kwargs)
        self.validators.append(_is_of_our_time)


class DaysField(forms.CharField):
    """Some days, written with commas; a list of dates."""

    default_error_messages = {
        "not_a_day": gettext_lazy("Not a day: %(given)s. Write 2026-12-31.")
    }

    def prepare_value(self, value: Any) -> Any:
        """Show a list as it is written."""
        if isinstance(value, list):
            return ", ".join(day.isoformat() for day in sorted(value))
        return value

    def clean(self, value: Any) -> Any:
        """Return the days, each once, in order."""
        days = set()
        for given in filter(None, re.split(r"[\s,;]+", super().clean(value) or "")):
            try:
                day = date.fromisoformat(given)
            except ValueError:
                text = self.error_messages["not_a_day"]
                shown = {"given": given[:20]}
                raise ValidationError(text, "not_a_day", shown) from None
            _is_of_our_time(day)
            days.add(day)
        return sorted(days)


def _is_of_our_time(value: date) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST.date() <= day <= LATEST.date():
        raise ValidationError(_("Not a day of our time."), code="bad_day")


def any_agency(label: "str | _StrPromise") -> "forms.ModelChoiceField[Agency]":
    """Return a filter by an agency, by its code; by none unless one is chosen."""
    return forms.ModelChoiceField(
        Agency.objects.all(),
        label=label,
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("any"),
    )


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Set the choices of a form's field."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def levels_of(actor: Actor) -> list[tuple[int, Any]]:
    """Return the levels up to an actor's own clearance, to choose from."""
    return [choice for choice in Level.choices if choice[0] <= actor.clearance]


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Set the rows of a form's field."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def _in_words(field: forms.Field, value: Any) -> str:
    """Return a field's value as its reader chose or wrote it."""
    if isinstance(value, list | tuple):
        return ", ".join(_in_words(field, one) for one in value) or "–"
    if isinstance(value, datetime):
        return formats.localize(timezone.localtime(value))
    choices = getattr(field, "choices", None) or []
    label = {str(code): text for code, text in choices}.get(str(value), value)
    return Truncator("–" if label in (None, "") else label).chars(300)


def minute(moment: datetime | None) -> datetime | None:
    """Return a moment without what a picker cannot show."""
    return moment and moment.replace(second=0, microsecond=0)
