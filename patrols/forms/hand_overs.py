"""Forms of what is said to the lead of a patrol that is out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import PartForm, ReasonField, choose


class ReasonForm(PartForm):
    """Why the lead is declined, or taken."""

    reason = ReasonField(
        required=True, help_text=_("All who see the patrol can read it.")
    )


class OfferForm(ReasonForm):
    """To whom the lead is offered, and why."""

    name = "offer"
    to = forms.ChoiceField(label=_("to"))
    field_order = ["to", "reason"]

    def __init__(self, *args: Any, takers: list[str], **kwargs: Any) -> None:
        """Offer the agencies that can take it."""
        super().__init__(*args, **kwargs)
        choose(self, "to", [(code, code) for code in takers])


class DeclineForm(ReasonForm):
    """Why an agency does not take the lead."""

    name = "decline"


class SeizeForm(ReasonForm):
    """Why an agency takes the lead in an emergency."""

    name = "seize"
