"""Forms of zones."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patrols.forms.common import GeoJSONField, MarkedForm


class ZoneForm(MarkedForm):
    """A zone, its area given as text."""

    code = forms.CharField(label=_("code"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)
    area = GeoJSONField(
        "MultiPolygon",
        "Polygon",
        label=_("area, as GeoJSON"),
        help_text=_(
            "Paste a polygon from your map program (GeoJSON, WGS 84, longitude before"
            " latitude). Drawing on the map comes later."
        ),
    )

    field_order = ["code", "name", "area", "tlp", "level"]
