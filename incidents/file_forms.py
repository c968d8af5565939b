"""Forms that take files: several at once, or one from the phone's camera."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import PartForm
from incidents.models import LogEntry

# What the browser offers; what is taken, the content decides.
ACCEPTED = "image/jpeg,image/png,image/webp,video/mp4,video/webm,application/pdf,.txt"
MOST_AT_ONCE = 10


class Several(forms.FileInput):
    """A control for more than one file."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Some files, as a list; none unless it is required."""

    default_error_messages = {"too_many": _("At most 10 files at once.")}

    def __init__(self, **kwargs: Any) -> None:
        """Offer the types that are taken."""
        widget = Several(attrs={"multiple": True, "accept": ACCEPTED})
        super().__init__(widget=widget, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files."""
        found = [one for one in (data or []) if one]
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        if not found and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in found]


class AttachForm(PartForm):
    """New files at an incident."""

    name = "attach"

    file = FilesField(
        label=_("files"),
        required=False,
        help_text=_("JPEG, PNG, WebP, MP4, WebM, PDF or plain text."),
    )
    camera = forms.FileField(
        label=_("camera"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg", "capture": "environment"}
        ),
    )
    caption = forms.CharField(label=_("caption"), max_length=200, required=False)
    sharing = forms.ChoiceField(
        label=_("who sees it"),
        choices=LogEntry.Sharing.choices,
        initial=LogEntry.Sharing.OWNER,
    )

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
