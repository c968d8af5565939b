"""A place in one field, in every system that officers use."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agencies.geo import place_text
from patrols.coordinates import MAX_LENGTH, NotAPlace
from patrols.place_words import in_words
from patrols.whereabouts import located


class PlaceInput(forms.TextInput):
    """A line of text; below it stands, while one types, what was understood."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Say where the echo comes from."""
        context = super().get_context(name, value, attrs)
        given = context["widget"]["attrs"]
        return context | {
            "attributes": flatatt(given),
            "echo_url": reverse_lazy("place-echo"),
            # What is wrong with it stands there already.
            "is_wrong": "aria-invalid" in given,
        }

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: Any = None
    ) -> SafeString:
        """Draw with our own templates, which Django's form renderer does not know."""
        return render_to_string("patrols/_place_input.html", context)


class PlaceField(forms.CharField):
    """A place in any system; ``Whereabouts``, or None for nothing."""

    def __init__(self, **kwargs: Any) -> None:
        """Say what is expected."""
        kwargs.setdefault("label", _("place"))
        kwargs.setdefault(
            "help_text",
            _(
                "Latitude, longitude; MGRS, UTM or SK-42; “marker 127 + 045 deg 300 m”;"
                " “Batken, 3 km SW”. Or choose on the map."
            ),
        )
        attrs = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        widget = PlaceInput(attrs=attrs | {"placeholder": "40.12345, 70.12345"})
        super().__init__(max_length=MAX_LENGTH, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a point as it is written."""
        return place_text(value) if isinstance(value, Point) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was shown with what came back."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        """Return where it is, or say what was read and what is missing."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return located(text)
        except NotAPlace as error:
            raise ValidationError(in_words(error), code="not_a_place") from None
