"""The form of a standing release."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, choose, offer
from agencies.forms.grantees import grantee_choices
from agencies.policy import Actor
from agencies.records import ReleaseScope
from incidents.actions.standing import LONGEST
from incidents.fitting import own_zones
from incidents.models import Category, Severity, StandingRelease
from patrols.models import Zone


class StandingForm(RefusableForm):
    """For which incidents, to whom, how much, for how long."""

    name = forms.CharField(label=_("name"), max_length=80)
    grantee = forms.ChoiceField(label=_("to whom"))
    scope = forms.ChoiceField(
        label=_("how much"),
        choices=ReleaseScope.choices,
        initial=ReleaseScope.FULL,
        help_text=_(
            "A tear line holds category, severity, state, the hour and the place to"
            " some 10 km."
        ),
    )
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
        help_text=_("Whoever reports has to see the zone for it to count."),
    )
    hours = forms.IntegerField(
        label=_("for how many hours"),
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text=_("Empty: for good."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Offer agencies, agreements and the agency's own zones."""
        super().__init__(*args, **kwargs)
        offer(self, "zone", own_zones(actor))
        # Agreements and agencies: officers come and go.
        choose(self, "grantee", [("", "–"), *grantee_choices(actor)[:2]])

    def draft(self, agency_id: Any) -> StandingRelease:
        """Return the rule as it would be, not saved."""
        values = dict(self.cleaned_data)
        zone = values.pop("zone")
        return StandingRelease(agency_id=agency_id, zone_id=zone and zone.pk, **values)
