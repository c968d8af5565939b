"""The form of a line in a patrol's log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms.logs import LineForm
from patrols.models import PatrolLogEntry


class LogForm(LineForm):
    """A new line in the log."""

    sharing = forms.ChoiceField(
        label=_("who reads it"),
        choices=PatrolLogEntry.Sharing.choices,
        initial=PatrolLogEntry.Sharing.ALL,
    )
