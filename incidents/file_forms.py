"""The form of files at an incident: several at once, or one from the phone's camera."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms.files import FilesField
from incidents.forms import SharedForm


class AttachForm(SharedForm):
    """New files at an incident."""

    name = "attach"

    file = FilesField(label=_("files"), required=False)
    camera = forms.FileField(
        label=_("photo taken now"),
        help_text=_("On a phone this opens the camera."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg", "capture": "environment"}
        ),
    )
    caption = forms.CharField(label=_("caption"), max_length=200, required=False)
    field_order = ["file", "camera", "caption", "sharing"]

    def clean(self) -> dict[str, Any]:
        """Ask for one file at least."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.uploads:
            raise ValidationError(_("Choose a file."), code="required")
        return given

    @property
    def uploads(self) -> list[Any]:
        """All files that came, of either control."""
        camera = self.cleaned_data.get("camera")
        return [*self.cleaned_data.get("file", []), *([camera] if camera else [])]
