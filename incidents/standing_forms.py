"""The form of a standing release."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CHOOSE, RefusableForm, choose
from agencies.forms.grantees import grantee_choices
from agencies.policy import Actor
from agencies.records import ReleaseScope
from incidents.actions.standing import LONGEST
from incidents.choosing_form import ChoosesIncidentsForm
from incidents.models import StandingRelease


class StandingForm(ChoosesIncidentsForm, RefusableForm):
    """For which incidents, to whom, how much, for how long."""

    field_order = (
        "name", "grantee", "scope", "categories", "severity", "zone", "hours",
    )  # fmt: skip

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
        self.offer_zones(actor)
        self.fields["zone"].help_text = _(
            "Whoever reports has to see the zone for it to count."
        )
        # Agreements and agencies: officers come and go.
        choose(self, "grantee", [CHOOSE, *grantee_choices(actor)[:2]])

    def draft(self, agency_id: Any) -> StandingRelease:
        """Return the rule as it would be, not saved."""
        values = dict(self.cleaned_data)
        zone = values.pop("zone")
        return StandingRelease(agency_id=agency_id, zone_id=zone and zone.pk, **values)
