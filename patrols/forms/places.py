"""Forms of zones and border sections."""

from typing import Any, ClassVar

from django import forms
from django.contrib.gis.geos import MultiLineString
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from agencies.admin_forms import ActionForm
from agencies.forms.records import MarkedForm
from patrols import actions
from patrols.forms.geojson import GeoJSONField
from patrols.models import BorderSection


class ZoneForm(MarkedForm):
    """A zone, its area given as text."""

    code = forms.CharField(label=_("code"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)
    area = GeoJSONField(
        "MultiPolygon",
        "Polygon",
        label=_("area, as GeoJSON"),
        help_text=_(
            "Paste a polygon from your map program (WGS 84, longitude before latitude);"
            " this form has no drawing tool."
        ),
    )

    field_order = ["code", "name", "area", "tlp", "level"]


class SectionForm(ActionForm):
    """A border section, in the administration."""

    states = SimpleArrayField(
        forms.CharField(max_length=2),
        label=_("states"),
        help_text=_("Two codes, such as KG,TJ."),
    )
    line = GeoJSONField(
        "MultiLineString", "LineString", label=_("line, as GeoJSON (WGS 84)")
    )

    class Meta:
        """Everything."""

        model = BorderSection
        fields: ClassVar[list[str]] = [
            "code", "name", "states", "status", "line", "source", "valid_from",
        ]  # fmt: skip

    def clean_line(self) -> MultiLineString:
        """Take one line for the several that the column holds."""
        line = self.cleaned_data["line"]
        if isinstance(line, MultiLineString):
            return line
        return MultiLineString(line, srid=line.srid)

    def act(self, values: dict[str, Any]) -> BorderSection:
        """Register or change it."""
        if self.instance._state.adding:
            return actions.register_section(by=self.by, **values)
        return actions.change_section(section=self.instance, by=self.by, **values)
