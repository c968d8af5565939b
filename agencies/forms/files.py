"""Fields that take files: several at once."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

# What the browser offers; what is taken, the content decides.
ACCEPTED = "image/jpeg,image/png,image/webp,video/mp4,video/webm,application/pdf,.txt"
HELP = format_lazy(
    _(
        "JPEG, PNG, WebP up to {photo} MB; MP4, WebM up to {video} MB;"
        " PDF or plain text up to {document} MB."
    ),
    **settings.ATTACHMENT_MIB,
)
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
        kwargs.setdefault("help_text", HELP)
        super().__init__(widget=widget, allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files."""
        found = [one for one in (data or []) if one]
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        if not found and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in found]
