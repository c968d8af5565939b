"""The part of a form that says for which incidents a rule counts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import offer
from agencies.policy import Actor
from incidents.fitting import own_zones
from incidents.models import Category, Severity
from patrols.models import Zone


class ChoosesIncidentsForm(forms.Form):
    """Categories, the least severity, one of the agency's own zones."""

    categories = forms.MultipleChoiceField(
        label=_("categories"),
        required=False,
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all."),
    )
    severity = forms.ChoiceField(
        label=_("least severity"), choices=Severity.choices, initial=Severity.UNKNOWN
    )
    zone = forms.ModelChoiceField(
        Zone._default_manager.none(),
        label=_("zone"),
        required=False,
        to_field_name="code",
        empty_label=_("anywhere"),
    )

    def offer_zones(self, actor: Actor) -> None:
        """Offer the zones by which the actor's agency may bind its rules."""
        offer(self, "zone", own_zones(actor))
