"""The form of a line in a record's log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import PartForm


class LineForm(PartForm):
    """A new line in a log; whom it may be for, each log says."""

    name = "log"

    text = forms.CharField(
        label=_("text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
