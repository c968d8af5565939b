"""Forms of zones, routes, checkpoints and border sections."""

from typing import Any, ClassVar

from django import forms
from django.contrib.gis.geos import MultiLineString
from django.contrib.postgres.forms import SimpleArrayField
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agencies.admin_forms import ActionForm
from agencies.errors import Refused
from agencies.forms.records import MarkedForm
from patrols import actions
from patrols.forms.geojson import GeoJSONField
from patrols.models import BorderSection, Checkpoint, Route, Zone
from patrols.place_files import MAX_BYTES, Found, read


class PlaceForm(MarkedForm):
    """A named place: its shape, the field ``shape``, is drawn or pasted as text."""

    code = forms.CharField(label=_("code"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)
    # Browsers with scripts have it read first, and show what is in it on the map.
    file = forms.FileField(
        label=_("from a file"),
        required=False,
        help_text=format_lazy(
            _("GPX or GeoJSON, at most {megabytes} MB. It replaces what is drawn."),
            megabytes=MAX_BYTES / 1e6,
        ),
        widget=forms.FileInput(attrs={"accept": ".gpx,.geojson,.json"}),
    )

    max_bytes = MAX_BYTES
    shape: ClassVar[str]
    # What is drawn, as OpenLayers calls it.
    draws: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Want a shape drawn, unless a file brings it."""
        super().__init__(*args, **kwargs)
        # What was said of the file; nothing if there is nothing to say.
        self.note = ""
        if self.files.get("file"):
            self.fields[self.shape].required = False

    @property
    def shape_field(self) -> Any:
        """The bound field of the shape."""
        return self[self.shape]

    @property
    def given(self) -> dict[str, Any]:
        """What the action is to set; the file is the shape's."""
        given = super().given
        if given.pop("file", None):
            given[self.shape] = self.cleaned_data[self.shape]
        return given

    def clean(self) -> dict[str, Any]:
        """Take the shape out of a file, if there is one."""
        given = super().clean() or {}
        if not (file := given.get("file")):
            return given
        # What stood in the text is replaced, and its faults with it.
        self.errors.pop(self.shape, None)
        try:
            found = read_file(file, self.fields[self.shape])
        except Refused as refusal:
            self.add_error("file", str(refusal))
            return given
        self.note = said_of(found)
        return given | {self.shape: found.shape}


def read_file(file: "UploadedFile[Any]", field: Any) -> Found:
    """Read an uploaded file for a field; one that is too large not even from disk."""
    return read(file.read(MAX_BYTES + 1), *field.types)


def said_of(found: Found) -> str:
    """Return what a file's reader is told: what was left out."""
    if not found.tolerance_m:
        return ""
    text = _(
        "The file has %(points)s points. %(kept)s were kept: the line is nowhere"
        " more than %(metres)s m off."
    )
    kept = found.shape.num_coords
    values = {"points": found.points, "kept": kept, "metres": found.tolerance_m}
    return str(text % values)


class ZoneForm(PlaceForm):
    """A zone."""

    area = GeoJSONField("MultiPolygon", "Polygon", label=_("area"))

    shape = Zone.shape
    draws = "Polygon"


class RouteForm(PlaceForm):
    """A route."""

    line = GeoJSONField("LineString", label=_("line"))

    shape = Route.shape
    draws = "LineString"


class CheckpointForm(PlaceForm):
    """A checkpoint."""

    place = GeoJSONField("Point", label=_("place"))

    shape = Checkpoint.shape
    draws = "Point"


class SectionForm(ActionForm):
    """A border section, in the administration."""

    states = SimpleArrayField(
        forms.CharField(max_length=2),
        label=_("states"),
        help_text=_("Two codes, such as KG,TJ."),
    )
    line = GeoJSONField(
        "MultiLineString",
        "LineString",
        label=_("line, as GeoJSON (WGS 84)"),
        help_text=_("Drawn on the map below, or pasted: longitude before latitude."),
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
