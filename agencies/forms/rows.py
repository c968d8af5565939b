"""Rows of files, read by the forms that the pages have."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, offer
from agencies.forms.resources import (
    AbsenceForm,
    AssetForm,
    AuthorisationForm,
    CertificationForm,
)
from agencies.models import Officer
from agencies.policy import Actor

# Unmistakable ways to write a day: as machines do, and as the region does.
_DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"]


class Row(RefusableForm):
    """A row; an empty cell stands for what the page's form begins with."""

    def __init__(self, cells: dict[str, str], *, actor: Actor) -> None:
        """Read days in one way, whatever the reader's language."""
        super().__init__(cells, actor=actor, is_new=True)
        for name, field in self.fields.items():
            if not cells.get(name) and field.initial is not None:
                self.data = {**self.data, name: field.initial}
            if isinstance(field, forms.DateTimeField):
                field.input_formats = _MOMENTS
            elif isinstance(field, forms.DateField):
                field.input_formats = _DAYS


class OfficerRow(Row):
    """A row about a colleague, by user name."""

    officer = forms.ModelChoiceField(
        Officer._default_manager.none(),
        to_field_name="username",
        error_messages={"invalid_choice": _("No colleague has this user name.")},
    )

    def __init__(self, cells: dict[str, str], *, actor: Actor) -> None:
        """Know the officers of the own agency."""
        super().__init__(cells, actor=actor)
        own = Officer.objects.visible_to(actor).filter(agency=actor.agency_id)
        offer(self, "officer", own)


class AbsenceRow(OfficerRow, AbsenceForm):
    """An absence."""


class CertificationRow(OfficerRow, CertificationForm):
    """A certification."""


class AuthorisationRow(OfficerRow, AuthorisationForm):
    """An authorisation."""


class AssetRow(Row, AssetForm):
    """An asset."""
