"""A geometry in a form: as text, or as a file."""

import json
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.errors import Refused
from agencies.fields import GeometryField
from patrols.place_files import from_geojson


class GeoJSONField(forms.CharField):
    """A GeoJSON geometry, alone or as the only one of its type in a file."""

    def __init__(self, *types: str, **kwargs: Any) -> None:
        """Take geometries of the given types."""
        self.types = types
        self.geometry = GeometryField(*types)
        area = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "ref"})
        missing = {"required": _("Draw it on the map, or paste it as GeoJSON.")}
        kwargs = {"error_messages": missing} | kwargs
        super().__init__(max_length=1_000_000, widget=area, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a geometry as GeoJSON."""
        return value.json if isinstance(value, GEOSGeometry) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was shown with what came back."""
        shown = self.prepare_value(initial) or ""
        return bool(str(shown).strip() != str(data or "").strip())

    def clean(self, value: Any) -> Any:
        """Return the geometry, or say what is wrong with it; none for no text."""
        text = super().clean(value)
        if not text:
            return None
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise ValidationError(_("This is not GeoJSON."), code="not_json") from None
        try:
            one = from_geojson(given, *self.types)
            return self.geometry.to_internal_value(one)
        except Refused as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from None
        except serializers.ValidationError as error:
            details: Any = error.detail
            raise ValidationError([str(text) for text in details]) from None
