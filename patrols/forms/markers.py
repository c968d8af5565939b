"""The form of a border marker."""

from typing import Any, ClassVar

from agencies.admin_forms import ActionForm
from patrols import actions
from patrols.forms.place_field import PlaceField
from patrols.models import BorderMarker


class MarkerForm(ActionForm):
    """A border marker, in the administration; its place in any system."""

    place = PlaceField()

    class Meta:
        """Everything."""

        model = BorderMarker
        fields: ClassVar[list[str]] = [
            "section", "number", "place", "source", "valid_from", "valid_until",
        ]  # fmt: skip

    def clean_place(self) -> Any:
        """Return the point: how it was given is in the source's text, if anywhere."""
        return self.cleaned_data["place"].point

    def act(self, values: dict[str, Any]) -> BorderMarker:
        """Register or change it."""
        if self.instance._state.adding:
            return actions.register_marker(by=self.by, **values)
        return actions.change_marker(marker=self.instance, by=self.by, **values)
