"""Forms of zones, routes, checkpoints and border sections."""

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


class PlaceForm(MarkedForm):
    """A named place: its shape, the field ``shape``, is drawn or pasted as text."""

    code = forms.CharField(label=_("code"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)

    shape: ClassVar[str]
    # What is drawn, as OpenLayers calls it.
    draws: ClassVar[str]

    @property
    def shape_field(self) -> Any:
        """The bound field of the shape."""
        return self[self.shape]


class ZoneForm(PlaceForm):
    """A zone."""

    area = GeoJSONField("MultiPolygon", "Polygon", label=_("area"))

    shape = "area"
    draws = "Polygon"


class RouteForm(PlaceForm):
    """A route."""

    line = GeoJSONField("LineString", label=_("line"))

    shape = "line"
    draws = "LineString"


class CheckpointForm(PlaceForm):
    """A checkpoint."""

    place = GeoJSONField("Point", label=_("place"))

    shape = "place"
    draws = "Point"


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
