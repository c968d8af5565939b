"""The form of a line in a record's log."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import PartForm
from agencies.forms.files import FilesField


class LineForm(PartForm):
    """A new line in a log; whom it may be for, each log says."""

    name = "log"
    field_order = ["text", "sharing", "file"]

    text = forms.CharField(
        label=_("text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    file = FilesField(label=_("files"), required=False)

    @property
    def given(self) -> dict[str, Any]:
        """What the action wants."""
        values = dict(self.cleaned_data)
        return {"files": values.pop("file"), **values}
